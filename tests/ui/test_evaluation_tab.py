"""Starting, watching and reading an evaluation, as the tab does it. The report is a real one."""

import shutil

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.evals import report as reports
from ft_core.evals import rows
from ft_core.ui import evaluation_tab as tab
from ft_core.worker import launch

# Places in what `watch_job` and `watch_report` give back, in the order that their tab lists.
EMPTY, STEP, PROGRESS, FAILURE, START, STOP, NEXT = range(1, 8)
VERDICT_STEP, VERDICT, HEADLINE, METRICS, NOTES, LABEL_STEP, PER_LABEL, CONFUSION, ANSWERS_STEP, ANSWERS, CHOSEN = (
    range(1, 12)
)


@pytest.fixture(scope="module")
def evaluation(tuned_home, tmp_path_factory):
    """The folder that a real evaluation left."""
    from ft_core.workspace import Workspace

    home = tmp_path_factory.mktemp("evaluated") / "home"
    shutil.copytree(tuned_home, home)
    run = Workspace(home).runs()[0]
    reports.evaluate(run, lambda *_: None)
    return run.evaluation


@pytest.fixture
def evaluated(tuned, evaluation):
    """The tuned run with that evaluation."""
    shutil.copytree(evaluation, tuned.evaluation)
    return tuned


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


def test_before_an_evaluation_there_is_no_verdict(workspace, tuned):
    shown = tab.watch_report(workspace, "", tuned.id, "all", "")
    for step in (VERDICT_STEP, LABEL_STEP, ANSWERS_STEP):
        assert not shown[step]["visible"]
    assert same(tab.watch_report(workspace, shown[0], tuned.id, "all", ""))


def test_the_report_becomes_verdict_tables_and_answers(workspace, evaluated):
    report = evaluated.report()
    shown = tab.watch_report(workspace, "", evaluated.id, "all", "")
    assert shown[VERDICT_STEP]["visible"] and shown[ANSWERS_STEP]["visible"] and shown[LABEL_STEP]["visible"]
    assert f"Measured on {report['n']} test examples" in shown[VERDICT]
    assert report["verdict"]["sentence"].split(":")[0] in shown[VERDICT]
    assert len(shown[HEADLINE]["value"]) == 3 and shown[HEADLINE]["title"] == f"Accuracy on {report['n']} test examples"
    assert shown[HEADLINE]["y_lim"] == [0, 1]
    assert shown[METRICS].iloc[0, 0] == "Accuracy (decides)" and len(shown[METRICS]) == len(report["metrics"])
    assert set(shown[PER_LABEL]["Label"]) == {"fruit", "animal", "tool"}
    assert shown[CONFUSION].iloc[:, 1:].to_numpy().sum() == report["n"]
    assert len(shown[ANSWERS]) == len(shown[CHOSEN]) == report["n"]
    assert all(note.split(" ")[0] in shown[NOTES] for note in report["notes"])


def test_a_report_that_is_read_already_is_left_alone_and_one_that_is_gone_goes(workspace, evaluated):
    shown = tab.watch_report(workspace, "", evaluated.id, "all", "")
    assert same(tab.watch_report(workspace, shown[0], evaluated.id, "tuned wrong", "Ada"))
    evaluated.clear_report()
    assert not tab.watch_report(workspace, shown[0], evaluated.id, "all", "")[VERDICT_STEP]["visible"]


@pytest.mark.parametrize("which", [value for _, value in tab.FILTERS])
def test_each_choice_shows_its_answers(workspace, evaluated, which):
    table, chosen, details = tab.filter_answers(workspace, evaluated.id, which, "")
    assert chosen == rows.wrong_first(rows.chosen(rows.read_answers(evaluated), which))
    assert [row["row"] for row in chosen] == list(table["Row"]) and not details["visible"]


def test_wrong_answers_come_first_and_the_choices_add_up(workspace, evaluated):
    _, everything, _ = tab.filter_answers(workspace, evaluated.id, "all", "")
    right = [row["tuned_correct"] for row in everything]
    assert right == sorted(right) and False in right
    wrong = tab.filter_answers(workspace, evaluated.id, "tuned wrong", "")[1]
    assert len(wrong) + len(tab.filter_answers(workspace, evaluated.id, "tuned right", "")[1]) == len(everything)


def test_a_search_narrows_what_is_chosen(workspace, evaluated):
    _, everything, _ = tab.filter_answers(workspace, evaluated.id, "all", "   ")
    wanted = everything[0]["prompt"].split(" ")[0]
    found = tab.filter_answers(workspace, evaluated.id, "all", f" {wanted.upper()} ")[1]
    assert 0 < len(found) < len(everything)
    assert tab.filter_answers(workspace, evaluated.id, "all", "no such words")[1] == []
    assert len(everything) == evaluated.report()["n"], "a blank search is none"


def test_a_click_shows_that_row_in_full(workspace, evaluated):
    _, chosen, _ = tab.filter_answers(workspace, evaluated.id, "all", "")
    details, asked, expected, base, few_shot, tuned = tab.show_answer(
        chosen, gr.SelectData(None, {"index": [2, 0], "value": "x"})
    )
    row = chosen[2]
    assert details["visible"] and (asked, expected) == (row["prompt"], row["expected"])
    for name, text in (("base", base), ("few_shot", few_shot), ("tuned", tuned)):
        both = f"Likeliest label (scored): {row[name]}\nWrote by itself: {row[f'{name}_written']}"
        assert text == (row[name] if row[name] == row[f"{name}_written"] else both)


def test_a_click_beside_the_rows_shows_nothing():
    for index in ([0, 0], [-1, 0], 5):
        details, *texts = tab.show_answer([], gr.SelectData(None, {"index": index, "value": ""}))
        assert not details["visible"] and set(texts) == {""}


def test_a_contestant_that_did_not_play_is_a_dash():
    row = {"prompt": "p", "expected": "e", "base_written": "", "few_shot_written": None, "tuned_written": "t"}
    shown = tab.show_answer([row], gr.SelectData(None, {"index": [0, 1], "value": ""}))
    assert shown[3:] == ["", "–", "t"]


def test_a_model_that_chooses_labels_has_no_speed_and_no_loss(workspace, evaluated):
    found = evaluated.report()
    found["metrics"] = {name: values for name, values in found["metrics"].items() if name in ("accuracy", "f1_macro")}
    found["contestants"]["tuned"] |= dict.fromkeys(("loss", "perplexity", "tokens_per_second"))
    evaluated.write_report(found)
    shown = tab.watch_report(workspace, "", evaluated.id, "all", "")
    assert "tokens per second" not in shown[VERDICT] and shown[ANSWERS_STEP]["visible"]
    assert list(shown[METRICS]["Metric"]) == ["Accuracy (decides)", "Macro F1"]
