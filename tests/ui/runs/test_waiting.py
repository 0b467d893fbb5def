"""The queue on the page."""

import pytest

from ft_core.errors import FTError
from ft_core.ui.runs import waiting
from ft_core.worker import launch, queue


@pytest.fixture
def queued(studied, supervised):
    workspace, (made, slow, search, _) = studied
    for run, job in ((made, "evaluate"), (slow, "train"), (search, "sweep")):
        launch.enqueue(workspace, run, job)
    return workspace, [f"{made.id} evaluate", f"{slow.id} train", f"{search.id} sweep"]


def order(workspace) -> list[str]:
    return [key for _, key in waiting.watch_queue(workspace, "", None)[4]["choices"]]


def test_nothing_waits(workspace, example_run):
    assert not waiting.watch_queue(workspace, "", None)[1]["visible"]


def test_it_is_told_in_order_and_words(queued):
    workspace, keys = queued
    seen, shown, _, _, choice, _ = waiting.watch_queue(workspace, "", keys[1])
    assert shown["visible"] and choice["value"] == keys[1]
    assert choice["choices"][0] == (f"1. toys {keys[0].split()[0][-6:]} · evaluation", keys[0])
    assert isinstance(waiting.watch_queue(workspace, seen, keys[1]), dict)


def test_a_state_that_cannot_be_read_does_not_hide_the_queue(queued):
    workspace, keys = queued
    broken = workspace.run(keys[1].split()[0])
    (broken.folder / "jobs" / "train.json").write_text("{", encoding="utf-8")
    assert order(workspace) == keys


def test_it_is_reordered_and_what_is_chosen_stays_so(queued):
    workspace, (first, second, third) = queued
    waiting.move_later(workspace, first)
    assert order(workspace) == [second, first, third]
    waiting.move_first(workspace, third)
    assert order(workspace) == [third, second, first]
    waiting.move_earlier(workspace, first)
    assert order(workspace) == [third, first, second]
    assert waiting.watch_queue(workspace, "", first)[4]["value"] == first


def test_taking_one_out_asks_first(queued):
    workspace, (first, second, third) = queued
    sure, words = waiting.ask_cancel(workspace, second)
    assert sure["visible"] and "training" in words and order(workspace) == [first, second, third]
    waiting.cancel_waiting(workspace, second)
    assert order(workspace) == [first, third]


def test_what_is_at_work_is_told_and_not_moved(queued):
    workspace, (first, second, _) = queued
    queue.take(workspace.home)
    _, _, at_work, _, choice, _ = waiting.watch_queue(workspace, "", first)
    assert "At work" in at_work and "evaluation" in at_work
    assert [words.split()[0] for words, _ in choice["choices"]] == ["1.", "2."]
    assert first not in [key for _, key in choice["choices"]] and choice["value"] == second
    with pytest.raises(FTError) as caught:
        waiting.move_later(workspace, first)
    assert caught.value.code == "queue.not_waiting"


def test_the_work_of_somebody_else_is_counted_and_not_shown(queued):
    workspace, keys = queued
    other = type(workspace)(workspace.home, "somebody-else")
    _, shown, _, part, choice, _ = waiting.watch_queue(other, "", None)
    assert shown["visible"] and not part["visible"] and choice["choices"] == []
    with pytest.raises(FTError) as caught:
        waiting.cancel_waiting(other, keys[0])
    assert caught.value.code == "run.missing"
