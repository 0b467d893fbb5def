"""Runs over each other."""

import pytest

from ft_core.settings import project
from ft_core.ui import theme
from ft_core.ui.runs import compare, names


def test_one_run_is_not_enough(studied):
    workspace, (made, *_) = studied
    for chosen in (None, [], [made.id], [made.id, made.id]):
        _, hint, result, *_ = compare.watch_comparison(workspace, "", chosen, "validation")
        assert hint["visible"] and not result["visible"]


def test_two_runs_differ_in_what_was_changed(studied):
    workspace, (made, slow, *_) = studied
    seen, hint, result, legend, plot, remarks, settings, same, ends, *_ = compare.watch_comparison(
        workspace, "", [made.id, slow.id], "validation"
    )
    assert result["visible"] and not hint["visible"] and not same["visible"]
    assert "B against A:** Not compared" in remarks["value"] and "have no evaluation" in remarks["value"]
    assert made.id[-6:] in legend and theme.RUNS[0] in legend and theme.RUNS[1] in legend
    assert settings["value"] == {"headers": ["Setting", "A", "B"], "data": [["Learning rate", "0.005", "0.0005"]]}
    drawn = plot["value"].dropna()
    assert set(drawn["run"]) == {"A", "B"}
    table = {row[0]: row[1:] for row in ends["data"]}
    assert table["Status"] == ["trained", "trained"] and "Cost at this Space's price" not in table
    best = [min(row["loss"] for row in run.metrics() if row["kind"] == "validation") for run in (made, slow)]
    assert [float(text) for text in table["Lowest validation loss"]] == pytest.approx(best, abs=1e-3)
    assert isinstance(compare.watch_comparison(workspace, seen, [made.id, slow.id], "validation"), dict)


def test_the_training_loss_is_another_curve(studied):
    workspace, (made, slow, *_) = studied
    drawn = compare.watch_comparison(workspace, "", [made.id, slow.id], "train")[4]["value"].dropna()
    steps = [row["step"] for row in made.metrics() if row["kind"] == "train"]
    assert list(drawn[drawn["run"] == "A"]["step"]) == steps


def test_a_run_without_measurements_is_named(studied):
    workspace, (made, _, search, _) = studied
    remarks = compare.watch_comparison(workspace, "", [made.id, search.id], "validation")[5]
    assert remarks["visible"] and "of B: not measured yet" in remarks["value"]


def test_different_data_is_told(studied):
    workspace, (made, slow, *_) = studied
    (slow.folder / "data.json").write_text(
        (slow.folder / "data.json").read_text().replace(slow.data()["dataset"], "0" * 12, 1)
    )
    assert "different versions" in compare.watch_comparison(workspace, "", [made.id, slow.id], "train")[5]["value"]


def with_head(run):
    """The run, as if it had trained a classification head."""
    spec = run.spec()
    training = spec.training.model_copy(update={"head": "classification"})
    run.project.write_text(project.dump(spec.model_copy(update={"training": training})))


def test_losses_of_different_kinds_are_told(studied):
    workspace, (made, slow, *_) = studied
    _, _, _, _, plot, remarks, *_ = compare.watch_comparison(workspace, "", [made.id, slow.id], "train")
    assert plot["y_title"] == "loss (nats per token)" and "different kinds" not in remarks["value"]
    names.spec_of.cache_clear()
    with_head(slow)
    _, _, _, _, plot, remarks, *_ = compare.watch_comparison(workspace, "", [made.id, slow.id], "train")
    assert (
        plot["y_title"] == "loss"
        and "do not compare. A: loss (nats per token); B: loss (nats per example)." in remarks["value"]
    )


def test_the_list_keeps_what_is_chosen(studied):
    workspace, (made, slow, *_) = studied
    listed, choice = compare.offer_runs(workspace, "", [made.id, "20200101-000000-aaaaaa"])
    assert len(choice["choices"]) == 4 and choice["value"] == [made.id]
    assert isinstance(compare.offer_runs(workspace, listed, [slow.id]), dict)
