"""The table of runs, notes, and a copy with one change."""

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.ui.runs import runs
from ft_core.worker import launch


def test_an_empty_workspace_says_what_to_do(workspace):
    _, empty, listed, *_ = runs.watch_runs(workspace, "", "")
    assert empty["visible"] and not listed["visible"]


def test_the_table_tells_how_each_run_stands(studied):
    workspace, (made, _, search, measure) = studied
    seen, _, listed, table, more, choice = runs.watch_runs(workspace, "", made.id)
    assert listed["visible"] and not more["visible"] and choice["value"] == made.id
    rows = {row[1]: row for row in table["data"]}
    best = min(row["loss"] for row in made.metrics() if row["kind"] == "validation")
    name, _, status, loss, score, asked, minutes = rows[made.id[-6:]]
    assert (name, status, score) == ("toys ✓", "trained", "–")
    training = made.spec().training
    assert asked.startswith("QLoRA, ") and asked.endswith(f"learning rate {training.learning_rate:g}")
    assert float(loss) == pytest.approx(best, abs=1e-3) and float(minutes) >= 0
    assert rows[search.id[-6:]][2] == "settings tried" and rows[search.id[-6:]][5] == "Search for settings, QLoRA"
    assert float(rows[search.id[-6:]][3]) == pytest.approx(search.sweep()["best"]["value"], abs=1e-3)
    assert rows[measure.id[-6:]][2] == "data size measured" and rows[measure.id[-6:]][0] == "toys"
    assert isinstance(runs.watch_runs(workspace, seen, made.id), dict), "nothing new changes nothing"


def test_a_run_that_cannot_be_read_does_not_hide_the_others(workspace, example_run):
    broken = workspace.runs_folder / "20200101-000000-abcdef"
    broken.mkdir()
    (broken / "project.yaml").write_text("version: 99\n", encoding="utf-8")
    table = runs.watch_runs(workspace, "", example_run.id)[3]["data"]
    assert len(table) == 2 and table[1][:3] == ["cannot be read", "abcdef", "cannot be read"]


def test_a_test_score_has_its_name(workspace, example_run, job_state):
    example_run.write_job("evaluate", job_state("done"))
    example_run.write_report({"headline": "accuracy", "metrics": {"accuracy": {"tuned": 0.875, "title": "Accuracy"}}})
    (row,) = runs.watch_runs(workspace, "", "")[3]["data"]
    assert row[2] == "evaluated" and row[4] == "0.875 (Accuracy)"


def test_a_press_on_a_row_selects_its_run(studied):
    workspace, (made, *_) = studied
    event = gr.SelectData(None, {"index": [3, 0], "value": "toys", "row_value": ["toys", made.id[-6:]]})
    assert runs.select_row(workspace, event) == made.id
    event = gr.SelectData(None, {"index": [3, 0], "value": "toys", "row_value": ["toys", "../../x"]})
    with pytest.raises(FTError) as caught:
        runs.select_row(workspace, event)
    assert caught.value.code == "run.missing"


def test_notes_belong_to_the_run_that_is_shown(studied):
    workspace, (made, slow, *_) = studied
    shown, notes, _, setting, value = runs.show_selected(workspace, "", slow.id)
    assert (shown, notes, value["value"]) == (slow.id, "", "0.0005")
    assert ("LoRA rank", "lora_rank") in setting["choices"]
    assert "Saved" in runs.save_notes(workspace, shown, "slower")
    assert runs.save_notes(workspace, shown, "slower") == ""
    assert slow.notes() == "slower" and made.notes() == ""
    assert isinstance(runs.show_selected(workspace, slow.id, slow.id), dict), "what is being typed stays"
    assert runs.show_selected(workspace, made.id, slow.id)[1] == "slower"
    with pytest.raises(FTError, match="too long"):
        runs.save_notes(workspace, shown, "x" * 10_001)


def test_a_copy_differs_in_one_setting_and_waits(studied, supervised):
    workspace, (made, *_) = studied
    new = workspace.run(runs.duplicate_run(workspace, made.id, "epochs", " 3 "))
    before, after = made.spec().training.model_dump(), new.spec().training.model_dump()
    assert {name for name in after if before[name] != after[name]} == {"epochs"} and after["epochs"] == 3
    assert launch.view(workspace, new, "train").status == "queued"
    assert runs.duplicate_run(workspace, made.id, "epochs", "3") == new.id, "a double click makes one run"
    other = workspace.run(runs.duplicate_run(workspace, made.id, "epochs", "4"))
    assert other.id != new.id and other.spec().training.epochs == 4, "another change is another press"


def test_only_what_method_and_task_have_can_be_changed_by_the_names_shown(studied, supervised):
    workspace, (made, *_) = studied
    offered = {name for _, name in runs.show_selected(workspace, "", made.id)[3]["choices"]}
    assert "head" in offered and not offered & {"preference_loss", "preference_beta", "virtual_tokens"}
    for setting, typed, value in (("method", "LoRA", "lora"), ("initialisation", "EVA", "eva")):  # fmt: skip
        new = workspace.run(runs.duplicate_run(workspace, made.id, setting, typed))
        assert getattr(new.spec().training, setting) == value
    with pytest.raises(FTError) as caught:  # by its name in the settings too, and told before anything waits
        runs.duplicate_run(workspace, made.id, "initialisation", "loftq")
    assert caught.value.code == "settings.loftq"
    assert runs._chosen("gradient_checkpointing", "Yes") == "true" and runs._chosen("seed", "7") == "7"


def test_a_copy_without_a_change_is_refused(studied):
    workspace, (made, *_) = studied
    with pytest.raises(FTError) as caught:
        runs.duplicate_run(workspace, made.id, "epochs", f"{made.spec().training.epochs:g}")
    assert caught.value.code == "settings.unchanged" and len(workspace.runs()) == 4


@pytest.mark.parametrize(("setting", "value", "named"), [("epochs", "many", "Epochs"), ("virtual_tokens", "5", "Setting"), (None, "", "Setting")])  # fmt: skip
def test_a_change_that_cannot_be_is_named(studied, setting, value, named):
    workspace, (made, *_) = studied
    with pytest.raises(FTError) as caught:
        runs.duplicate_run(workspace, made.id, setting, value)
    assert caught.value.code == "settings.invalid" and named in caught.value.fix
    assert len(workspace.runs()) == 4
