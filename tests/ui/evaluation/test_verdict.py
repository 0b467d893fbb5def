"""The report on the page. It is a real one."""

from pathlib import Path

import gradio as gr

from ft_core.ui.evaluation import verdict as tab

# Places in what `watch_report` gives back.
VERDICT_STEP, VERDICT, HEADLINE, METRICS, NOTES, *PAGES, LABEL_STEP, PER_LABEL, CONFUSION = range(1, 12)


def same(shown) -> bool:
    """Whether the page is left as it is."""
    return shown == gr.skip()


def test_before_an_evaluation_there_is_no_verdict(workspace, tuned):
    shown = tab.watch_report(workspace, "", tuned.id)
    for step in (VERDICT_STEP, LABEL_STEP, *PAGES):
        assert not shown[step]["visible"]
    assert same(tab.watch_report(workspace, shown[0], tuned.id))


def test_the_report_becomes_verdict_tables_and_pages(workspace, evaluated):
    report = evaluated.report()
    shown = tab.watch_report(workspace, "", evaluated.id)
    assert shown[VERDICT_STEP]["visible"] and shown[LABEL_STEP]["visible"]
    assert f"Measured on {report['n']} test examples" in shown[VERDICT]
    assert report["verdict"]["sentence"].split(":")[0] in shown[VERDICT]
    assert len(shown[HEADLINE]["value"]) == 3 and shown[HEADLINE]["title"] == f"Accuracy on {report['n']} test examples"
    assert shown[HEADLINE]["y_lim"] == [0, 1]
    assert shown[METRICS].iloc[0, 0] == "Accuracy (decides)" and len(shown[METRICS]) == len(report["metrics"])
    assert set(shown[PER_LABEL]["Label"]) == {"fruit", "animal", "tool"}
    assert shown[CONFUSION].iloc[:, 1:].to_numpy().sum() == report["n"]
    assert [Path(shown[page]["value"]).name for page in PAGES] == ["report.html", "report.md", "report.json"]
    assert all(Path(shown[page]["value"]).is_file() and shown[page]["visible"] for page in PAGES)
    assert not any(Path(shown[page]["value"]).is_relative_to(workspace.home) for page in PAGES), (
        "Gradio may not serve from there"
    )
    assert all(note.split(" ")[0] in shown[NOTES] for note in report["notes"])


def test_a_report_that_is_read_already_is_left_alone_and_one_that_is_gone_goes(workspace, evaluated):
    shown = tab.watch_report(workspace, "", evaluated.id)
    assert same(tab.watch_report(workspace, shown[0], evaluated.id))
    evaluated.clear_report()
    assert not tab.watch_report(workspace, shown[0], evaluated.id)[VERDICT_STEP]["visible"]


def test_a_model_that_chooses_labels_has_no_speed_and_no_loss(workspace, evaluated):
    found = evaluated.report()
    found["metrics"] = {name: values for name, values in found["metrics"].items() if name in ("accuracy", "f1_macro")}
    found["contestants"]["tuned"] |= dict.fromkeys(("loss", "perplexity", "tokens_per_second"))
    evaluated.write_report(found)
    shown = tab.watch_report(workspace, "", evaluated.id)
    assert "tokens per second" not in shown[VERDICT]
    assert list(shown[METRICS]["Metric"]) == ["Accuracy (decides)", "Macro F1"]
