"""The page as a whole."""

import asyncio
import inspect
import time
from collections import Counter

import gradio as gr
import pytest
from gradio.queueing import Queue

from ft_core.jobs import JobState
from ft_core.settings.train import TrainSpec
from ft_core.ui import playground_tab, share_tab, shell
from ft_core.ui.data import enough, learnt, more, prepare, problems, result, review, rows, understand, versions
from ft_core.ui.evaluation import answers, forgetting, judging, start, verdict
from ft_core.ui.runs import compare, data_size, runs, sweep, sweep_result, waiting
from ft_core.ui.shared import Shared
from ft_core.ui.training import settings, watch
from ft_core.worker import launch as jobs
from ft_core.workspace import Workspace
from tests import helpers
from tests.ui.serving import served_page

CONTROLS = [
    "run-choice",
    "data-file",
    "data-use-example",
    "data-prepare",
    "data-more-make",
    "data-review-accept",
    "data-review-reject",
    "data-review-undo",
    "data-prepare-again",
    "data-version",
    "data-compare",
    "data-share-push",
    "training-start",
    "training-stop",
    "training-resume",
    "training-name",
    "training-epochs",
    "training-learning-rate",
    "evaluation-start",
    "evaluation-stop",
    "playground-start",
    "playground-send",
    "share-push",
    "share-repo",
    "share-token",
    "share-link",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """(the page, {reader of a tab: how many outputs it has})."""
    readers = {}

    def noting(shared: Shared) -> None:
        readers.update({fn: len(outputs) for fn, _, outputs in shared.readers})
        begin(shared)

    async def build():
        return shell.build_app(tmp_path_factory.mktemp("home"))

    begin = Shared.begin_following
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shared, "begin_following", noting)
        return asyncio.run(build()), readers  # outside of a running event loop Gradio makes two and leaves them open


@pytest.fixture
def page(built):
    return built[0]


def test_every_control_that_matters_can_be_found(page):
    ids = Counter(block.elem_id for block in page.blocks.values() if getattr(block, "elem_id", None))
    assert [name for name in CONTROLS if ids[name] != 1] == []
    assert {name: count for name, count in ids.items() if count > 1} == {}


def test_no_handler_is_offered_as_an_api(page):
    assert {fn.api_visibility for fn in page.fns.values()} == {"private"}


def test_pollers_wait_for_nobody_and_show_nothing(page):
    ticking = [fn for fn in page.fns.values() if any(event == "tick" for _, event in fn.targets)]
    assert len(ticking) == 7, "one for the header, one for each tab"
    pollers = [fn for fn in page.fns.values() if fn.trigger_after in {fn._id for fn in ticking}]
    assert len(pollers) == 7 and all(fn.queue is False and fn.show_progress == "hidden" for fn in pollers)


def test_what_waits_for_its_turn_is_alone_with_its_event(page):
    """Gradio lets every listener of an event run anew after one that waited, and of several they never end."""
    listeners = Counter(
        (target, event) for fn in page.fns.values() for target, event in fn.targets if target is not None
    )
    waiting = [fn for fn in page.fns.values() if fn.trigger_mode == "always_last"]
    assert len(waiting) > 30
    assert [(fn.name, target) for fn in waiting for target in fn.targets if listeners[target] > 1] == []


def test_only_the_open_tab_polls(page):
    """The header's timer ticks always, and of the tabs' timers the open one's: one is on at first, and opening a tab lets the browser switch."""
    timers = [block for block in page.blocks.values() if isinstance(block, gr.Timer)]
    assert [timer.active for timer in timers] == [True, True, False, False, False, False, False]
    (switch,) = [fn for fn in page.fns.values() if [output for output in fn.outputs] == timers[1:]]
    assert [event for _, event in switch.targets] == ["select"] * 6


@pytest.fixture
def waiting_run(workspace, tmp_path):
    """A short training whose process was killed."""
    training = TrainSpec(epochs=0.2, batch_size=8, lora_rank=4, lora_alpha=8, evaluations=1, max_length=64, threads=1)
    base, dataset = helpers.make_base_model(tmp_path / "base"), helpers.make_dataset(workspace.datasets, 60)
    run = helpers.make_run(workspace.runs_folder, base, dataset, training)
    run.write_job("train", JobState(status="running", pid=2**22 + 5, process_start=1.0, started=1.0, heartbeat=1.0))
    return run


def wait_until_done(run):
    deadline = time.monotonic() + 90
    while run.job("train").status != "done" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run.job("train").status == "done" and run.has_adapter


def test_a_page_that_opens_lets_an_interrupted_training_go_on(workspace, waiting_run):
    with served_page(workspace.home):
        wait_until_done(waiting_run)


def test_a_page_that_is_open_starts_a_killed_supervisor_again(workspace, waiting_run):
    jobs.place(workspace.home, waiting_run, "train")
    shell.list_runs(workspace, "", "", "")
    wait_until_done(waiting_run)


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        (understand.understand, [{}]),
        (understand.understand_large, [{}, None]),
        (problems.show_problems, [{}, None]),
        (enough.show_enough, [{}, None]),
        (prepare.show_split, [{}, None]),
        (rows.offer_rows, [{}, None]),
        (result.show_dataset, [""]),
        (learnt.show_lengths, [""]),
        (more.show_more, [""]),
        (review.watch_review, ["", ""]),
        (versions.show_versions, [""]),
        (settings.show_settings, ["", ""]),
        (watch.watch_job, ["", ""]),
        (watch.watch_results, ["", ""]),
        (start.watch_job, ["", ""]),
        (verdict.watch_report, ["", ""]),
        (answers.watch_answers, ["", "", "all", "", ""]),
        (forgetting.watch_forgetting, ["", ""]),
        (judging.watch_judging, ["", ""]),
        (playground_tab.watch_job, ["", ""]),
        (playground_tab.show_run, ["", ""]),
        (share_tab.show_card, ["", "", ""]),
        (share_tab.watch_job, ["", ""]),
        (runs.watch_runs, ["", ""]),
        (runs.show_selected, ["", ""]),
        (waiting.watch_queue, ["", None]),
        (compare.offer_runs, ["", []]),
        (compare.watch_comparison, ["", [], "validation"]),
        (sweep.show_sweep_form, ["", "", ""]),
        (sweep_result.watch_sweep, ["", ""]),
        (sweep_result.watch_trials, ["", ""]),
        (data_size.show_size_form, ["", "", ""]),
        (data_size.watch_size, ["", ""]),
        (data_size.watch_points, ["", ""]),
    ],
)
def test_a_handler_gives_one_value_per_component(built, workspace, example_run, example_home, handler, arguments):
    """With nothing there, and with a run there."""
    page, readers = built
    outputs = (
        {readers[handler]}
        if handler in readers
        else {
            len(fn.outputs)
            for fn in page.fns.values()
            if fn.fn is not None and fn.fn.__name__ == handler.__name__ and fn.fn.__doc__ == handler.__doc__
        }
    )
    assert len(outputs) == 1
    for place in (Workspace(workspace.home / "empty"), Workspace(example_home), workspace):
        values = handler(place, *arguments)
        assert isinstance(values, dict) or {len(values)} == outputs


def test_the_header_names_run_and_dataset(workspace, example_run, job_state):
    example_run.write_job("train", job_state())
    _, choice, words = shell.list_runs(workspace, "", "", "")
    assert choice["value"] == example_run.id
    assert (
        "training" in choice["choices"][0][0]
        and f"{example_run.spec().name} {example_run.id[-6:]}" in choice["choices"][0][0]
    )
    assert "None yet" in words


def test_a_run_of_somebody_else_cannot_be_chosen(workspace):
    with pytest.raises(Exception, match="no such run"):
        shell.choose_run(workspace, "../../other/runs/20260101-000000-aaaaaa")


def test_the_queue_does_not_keep_a_core_busy_while_nothing_happens(page):
    """The name is Gradio's own: should it change, the page would take a good part of a core again."""
    assert "sleep(self.sleep_when_free)" in inspect.getsource(Queue.start_processing)

    async def queued() -> float:  # its locks want a loop
        return shell._queued(page)._queue.sleep_when_free

    assert asyncio.run(queued()) == shell.QUEUE_SECONDS
