"""Two models side by side, as the tab does it: loaded in a real process, asked, compared, ended."""

import subprocess
import sys
import time

import gradio as gr
import psutil
import pytest

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.serve.client import stream_chat
from ft_core.settings.example import Message
from ft_core.settings.project import ProjectSpec
from ft_core.ui import playground_tab as tab
from ft_core.worker import launch

# Places in what `watch_job` gives back, in the order that its tab lists.
EMPTY, STEP, STATE, FAILURE, START, END, CHAT, NEXT = range(1, 9)
QUESTION = {"role": "user", "content": "Ada saw apple in attic Monday"}
GREEDY = (0.0, 1.0, 8, 42)  # temperature, top p, longest answer, seed


def another(run: Run, **change) -> Run:
    """A run of the same adapter whose project is changed."""
    spec = ProjectSpec.model_validate(run.spec().model_dump() | change)
    made = Run.create(run.folder.parent, spec, run.data(), {})
    made.adapter.symlink_to(run.adapter)
    return made


def wait_for(condition, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_without_an_adapter_there_is_nothing_to_ask(workspace, example_run):
    for run_id in ("", example_run.id):
        with pytest.raises(FTError) as caught:
            tab.start_models(workspace, run_id)
        assert caught.value.code == "run.no_adapter"
    shown = tab.watch_job(workspace, "", example_run.id)
    assert shown[EMPTY]["visible"] and not shown[STEP]["visible"] and not shown[CHAT]["visible"]


def test_with_no_run_at_all_the_tab_leads_to_the_training(workspace):
    assert tab.watch_job(workspace, "", "")[EMPTY]["visible"]
    shown = tab.show_run(workspace, "", "")
    assert shown[1] == "" and shown[3:] == [[], []]
    tab.end_models(workspace, "")  # a button of a page that is out of date


@pytest.mark.parametrize(
    ("port", "words", "start", "end", "chat"),
    [(None, "Loading", True, False, False), (4711, "are loaded", False, True, True)],
)
def test_it_says_whether_the_models_are_loaded(workspace, tuned, job_state, port, words, start, end, chat):
    tuned.write_job("serve", job_state(port=port))
    shown = tab.watch_job(workspace, "", tuned.id)
    assert words in shown[STATE]
    assert (shown[START]["visible"], shown[END]["visible"], shown[CHAT]["visible"]) == (start, end, chat)
    assert not shown[START]["interactive"] or not start, "not twice"
    assert tab.watch_job(workspace, shown[0], tuned.id) == gr.skip()


def test_a_model_that_does_not_load_says_why(workspace, tuned, job_state):
    tuned.write_job("serve", job_state("failed"))
    tuned.write_error("serve", FTError("memory.main", "It is too large.", "Because.", "Choose another."))
    shown = tab.watch_job(workspace, "", tuned.id)
    assert "too large" in shown[FAILURE]["value"] and shown[FAILURE]["visible"] and shown[START]["interactive"]


def test_a_run_brings_its_system_prompt_and_unseen_messages(workspace, tuned):
    run = another(tuned, data={"source": "toy.csv", "system": "Say which."})
    found, system, examples, base, other = tab.show_run(workspace, "", run.id)
    unseen = [example.question for example in Dataset.open(run.folder / run.data()["folder"]).examples("test")]
    assert system == "Say which." and (base, other) == ([], [])
    assert [text for (text,) in examples["samples"]] == unseen[: tab.EXAMPLES] and unseen
    assert tab.show_run(workspace, found, run.id) == gr.skip(), "a conversation is not cleared under the person"
    assert tab.show_run(workspace, found, tuned.id)[1] == "", "another run's prompt"


def test_a_dataset_that_is_gone_leaves_no_examples_and_no_error(workspace, tuned):
    run = Run.create(workspace.runs_folder, tuned.spec(), tuned.data() | {"folder": "../../datasets/none"}, {})
    assert tab.show_run(workspace, "", run.id)[2]["samples"] == []


def test_two_models_at_once_could_be_too_much(workspace, tuned, job_state):
    another(tuned).write_job("train", job_state())
    with pytest.raises(FTError) as caught:
        tab.start_models(workspace, tuned.id)
    assert caught.value.code == "run.busy"


def test_a_message_goes_to_both_and_a_blank_one_to_none():
    before = [QUESTION, {"role": "assistant", "content": "x"}]
    assert tab.ask("  again?\n", before, [])[1:] == [
        [*before, {"role": "user", "content": "again?"}],
        [{"role": "user", "content": "again?"}],
    ]
    assert tab.ask("again?", [], [])[0] == "", "the box is emptied"
    assert tab.ask(" \n", before, before) == [gr.skip()] * 3


def test_models_that_are_not_loaded_cannot_answer(workspace, tuned):
    for answer in (tab.answer_base, tab.answer_tuned):
        with pytest.raises(FTError) as caught:
            next(answer(workspace, [QUESTION], tuned.id, "", *GREEDY))
        assert caught.value.code == "serve.unreachable" and "Start the models" in caught.value.fix


def test_where_nothing_was_asked_nothing_is_answered(workspace, tuned):
    for history in ([], [QUESTION, {"role": "assistant", "content": "x"}]):
        assert list(tab.answer_tuned(workspace, history, tuned.id, "", *GREEDY)) == []


def test_loaded_asked_compared_and_ended(workspace, tuned):
    older = another(tuned)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    try:
        state = {"pid": other.pid, "process_start": psutil.Process(other.pid).create_time()}
        older.write_job("serve", launch.JobState(status="running", started=1.0, heartbeat=1.0, port=1, **state))
        tab.start_models(workspace, tuned.id)
        assert other.wait(10) < 0, "the other run's model gave its memory back"
        wait_for(lambda: launch.view(workspace, tuned, "serve").port)
        assert tab.watch_job(workspace, "", tuned.id)[CHAT]["visible"]
        port = launch.view(workspace, tuned, "serve").port
        began = tuned.job("serve").started
        tab.start_models(workspace, tuned.id)
        assert tuned.job("serve").started == began, "it is loaded already"

        parts = [
            {"role": "user", "content": [{"type": "text", "text": QUESTION["content"]}]}
        ]  # as Gradio hands it back
        base = list(tab.answer_base(workspace, [QUESTION], tuned.id, "", *GREEDY))
        found = list(tab.answer_tuned(workspace, parts, tuned.id, "", *GREEDY))
        said = [shown[-1]["content"] for shown in found]
        assert len(said) > 1 and all(later.startswith(one) for one, later in zip(said, said[1:], strict=False))
        assert base[-1][0] == QUESTION and found[-1][:-1] == parts, "what was said before stays"
        assert said[-1] != base[-1][-1]["content"]
        asked = [Message(role="user", content=QUESTION["content"])]
        assert said[-1] == "".join(stream_chat(port, "tuned", asked, 8))

        told = list(tab.answer_tuned(workspace, [QUESTION], tuned.id, " Say which. ", *GREEDY))[-1][-1]["content"]
        system = Message(role="system", content="Say which.")
        assert told == "".join(stream_chat(port, "tuned", [system, *asked], 8)) != said[-1]
        warm = (1.2, 0.9, 8, None)  # an emptied seed is 0
        sampled = list(tab.answer_tuned(workspace, [QUESTION], tuned.id, "", *warm))[-1][-1]["content"]
        assert sampled == "".join(stream_chat(port, "tuned", asked, 8, 1.2, 0.9, 0))

        tab.end_models(workspace, tuned.id)
        wait_for(lambda: tuned.job("serve").status != "running")
        shown = tab.watch_job(workspace, "", tuned.id)
        assert "not loaded" in shown[STATE] and not shown[CHAT]["visible"] and shown[START]["interactive"]
        assert not shown[FAILURE]["visible"], "ending is no failure"
    finally:
        launch.end(tuned.job("serve"), force=True)
        other.kill()
        other.wait()
