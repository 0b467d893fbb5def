"""What the training has cost, as a real evaluation found it."""

import gradio as gr

from ft_core.ui.evaluation import forgetting as tab

STEP, WORDS, BENCHMARKS, KINDS, STRENGTH, OTHER, FORMS, NOTES = range(1, 9)


def test_before_an_evaluation_and_without_the_section_the_step_is_hidden(workspace, evaluated, tuned):
    report = evaluated.report()
    report.pop("forgetting")
    evaluated.write_report(report)
    shown = tab.watch_forgetting(workspace, "", evaluated.id)
    assert not shown[STEP]["visible"]
    assert tab.watch_forgetting(workspace, shown[0], evaluated.id) == gr.skip()


def test_the_verdicts_and_their_pictures(workspace, evaluated):
    section = evaluated.report()["forgetting"]
    shown = tab.watch_forgetting(workspace, "", evaluated.id)
    assert shown[STEP]["visible"] and all(title in shown[WORDS] for title, _ in tab._titled(section["verdicts"]))
    assert list(shown[KINDS]["value"]["change"]) == [one["difference"] for one in section["probes"]["kinds"]]
    assert len(shown[FORMS]) == len(section["style"]["formats"]["rows"]) and shown[OTHER]["visible"]
    assert [note.split(" ")[0] in shown[NOTES] for note in section["notes"]] == [True] * len(section["notes"])


def test_what_the_model_wrote_is_no_markup(workspace, evaluated):
    report = evaluated.report()
    for one in report["forgetting"]["verdicts"].values():
        one["sentence"] = "<script>alert(1)</script>"
    evaluated.write_report(report)
    assert "<script>" not in tab.watch_forgetting(workspace, "", evaluated.id)[WORDS]


def test_where_nothing_can_be_measured_it_says_why(workspace, evaluated):
    evaluated.write_report(evaluated.report() | {"forgetting": {"measured": False, "reason": "A head writes nothing."}})
    shown = tab.watch_forgetting(workspace, "", evaluated.id)
    assert "A head writes nothing" in shown[WORDS] and not shown[KINDS]["visible"]


def test_benchmarks_stand_there_even_without_the_rest(workspace, evaluated):
    one = {"title": "ARC Easy", "n": 100, "chance": 0.25, "base": 0.3, "tuned": 0.29, "sentence": "No clear change."}
    report = evaluated.report() | {"forgetting": None, "benchmarks": {"benchmarks": {"arc_easy": one}}}
    evaluated.write_report(report)
    shown = tab.watch_forgetting(workspace, "", evaluated.id)
    assert shown[STEP]["visible"] and shown[BENCHMARKS]["visible"]
    assert shown[BENCHMARKS]["value"].iloc[0].tolist() == ["ARC Easy", "100", "0.25", "0.3", "0.29", "No clear change."]
