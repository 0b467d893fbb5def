"""Starting and watching an evaluation, as the tab does it."""

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.ui.evaluation import start as tab
from ft_core.worker import launch

# Places in what `watch_job` gives back.
EMPTY, STEP, PROGRESS, FAILURE, START, STOP, NEXT = range(1, 8)


def same(shown) -> bool:
    """Whether the page is left as it is."""
    return shown == gr.skip()


def test_without_an_adapter_there_is_nothing_to_evaluate(workspace, example_run):
    for run_id in ("", example_run.id):
        with pytest.raises(FTError) as caught:
            tab.start_evaluation(workspace, run_id)
        assert caught.value.code == "evaluation.no_adapter"
    assert launch.entries(workspace.home) == []
    shown = tab.watch_job(workspace, "", example_run.id)
    assert shown[EMPTY]["visible"] and not shown[STEP]["visible"] and not shown[NEXT]["visible"]


def test_with_no_run_at_all_the_tab_leads_to_the_training(workspace):
    shown = tab.watch_job(workspace, "", "")
    assert shown[EMPTY]["visible"] and not shown[STEP]["visible"]
    tab.stop_evaluation(workspace, "")  # a button of a page that is out of date


def test_a_started_evaluation_waits_its_turn_and_can_be_taken_back(workspace, tuned, supervised):
    before = tab.watch_job(workspace, "", tuned.id)
    assert (before[START]["value"], before[START]["interactive"], before[STOP]["visible"]) == ("Evaluate", True, False)
    tab.start_evaluation(workspace, tuned.id)
    tab.start_evaluation(workspace, tuned.id)
    assert [(entry.run.id, entry.job) for entry in launch.entries(workspace.home)] == [(tuned.id, "evaluate")]
    shown = tab.watch_job(workspace, before[0], tuned.id)
    assert "Waiting" in shown[PROGRESS]
    assert (shown[START]["interactive"], shown[STOP]["visible"]) == (False, True)
    tab.stop_evaluation(workspace, tuned.id)
    assert launch.entries(workspace.home) == []
    assert tab.watch_job(workspace, shown[0], tuned.id)[START]["interactive"]


def test_an_evaluation_at_work_shows_how_far_it_is_and_can_be_stopped(workspace, tuned, job_state):
    tuned.write_job("evaluate", job_state())
    shown = tab.watch_job(workspace, "", tuned.id)
    assert "answer 3 of 10" in shown[PROGRESS] and shown[STOP]["visible"] and not shown[START]["interactive"]
    assert same(tab.watch_job(workspace, shown[0], tuned.id)), "nothing new, nothing changed"
    tab.stop_evaluation(workspace, tuned.id)
    assert tuned.stop_requested()
    shown = tab.watch_job(workspace, shown[0], tuned.id)
    assert "Stopping" in shown[PROGRESS] and not shown[STOP]["visible"] and not shown[START]["interactive"]


def test_a_run_that_still_trains_is_not_evaluated(workspace, tuned, job_state):
    tuned.write_job("train", job_state())
    assert not tab.watch_job(workspace, "", tuned.id)[START]["interactive"]


def test_a_failure_is_told_and_it_can_be_tried_again(workspace, tuned, job_state):
    tuned.write_job("evaluate", job_state("failed"))
    tuned.write_error("evaluate", FTError("x", "It broke.", "Because `a*b`.", "Mend it."))
    shown = tab.watch_job(workspace, "", tuned.id)
    assert shown[FAILURE]["visible"] and "It broke" in shown[FAILURE]["value"] and "Mend it" in shown[FAILURE]["value"]
    assert shown[START]["interactive"] and not shown[NEXT]["visible"]


def test_when_it_is_done_it_leads_on(workspace, evaluated, job_state):
    evaluated.write_job("evaluate", job_state("done"))
    shown = tab.watch_job(workspace, "", evaluated.id)
    assert shown[START]["value"] == "Evaluate again" and shown[START]["interactive"]
    assert shown[NEXT]["visible"] and not shown[FAILURE]["visible"]


def test_benchmarks_are_asked_for_and_remembered(workspace, tuned, supervised):
    tab.start_evaluation(workspace, tuned.id, ["mmlu", "arc_easy"], 50)
    assert tuned.evaluation_spec().benchmarks == ("mmlu", "arc_easy") and tuned.evaluation_spec().benchmark_limit == 50
    assert tuned.spec().evaluation.benchmarks == (), "the project is as it was"
    with pytest.raises(FTError, match="cannot be evaluated like that"):
        tab.start_evaluation(workspace, tuned.id, ["../etc"], 50)


def test_what_a_run_was_asked_last_is_ticked_once(workspace, tuned, supervised):
    tab.start_evaluation(workspace, tuned.id, ["mmlu"], 50)
    assert tab.watch_asked(workspace, "", tuned.id) == [tuned.id, ["mmlu"], 50, tab.foretell(["mmlu"], 50)]
    tuned.ask_evaluation(tuned.evaluation_spec().model_copy(update={"benchmark_limit": None}))
    assert tab.watch_asked(workspace, "", tuned.id)[2] is None, "all of them"
    assert tab.watch_asked(workspace, tuned.id, tuned.id) == gr.skip(), "what the person ticks meanwhile stays"


def test_one_that_was_stopped_says_what_is_below(workspace, tuned, job_state):
    tuned.write_job("evaluate", job_state("stopped"))
    assert "Evaluate begins anew" in tab.watch_job(workspace, "", tuned.id)[PROGRESS]
    tuned.write_report({"n": 2})
    shown = tab.watch_job(workspace, "", tuned.id)
    assert "below is the evaluation before" in shown[PROGRESS] and shown[NEXT]["visible"]


def test_what_so_many_questions_can_show_is_said_beforehand():
    shown = tab.foretell(["mmlu", "not one of ours"], 100)
    assert shown["visible"] and shown["value"].startswith("With 100 questions of MMLU, a change of about 13 points can")
    assert [tab.foretell(names, count)["visible"] for names, count in (([], 100), (None, 9), (["mmlu"], None))] == [
        False
    ] * 3
