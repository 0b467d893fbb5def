"""The form of a search for good settings."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.sweep import WITH_DEFAULT, RangeSpec
from ft_core.ui.runs import sweep
from ft_core.worker import launch
from ft_core.workspace import Workspace

TEXTS = ("0.001 to 0.01", "4, 8", "1", "8")


def test_without_a_dataset_the_form_is_hidden(workspace):
    shown = sweep.show_sweep_form(workspace, "", "", "")
    assert shown[1]["visible"] and not shown[2]["visible"] and len(shown) == 5 + len(WITH_DEFAULT)


def test_ranges_are_around_the_settings_it_starts_from(studied):
    workspace, (made, slow, search, _) = studied
    seen, _, form, words, chosen, *ranges = sweep.show_sweep_form(workspace, "", "", slow.id)
    assert form["visible"] and slow.id[-6:] in words and chosen["value"] == ["learning_rate", "lora_rank"]
    assert [one["value"] for one in ranges] == ["0.000158 to 0.00158", "2, 4, 8", "0.5, 1, 2", "4, 8, 16"]
    assert [one["visible"] for one in ranges] == [True, True, False, False]
    assert isinstance(sweep.show_sweep_form(workspace, seen, "", slow.id), dict)
    ranges = sweep.show_sweep_form(workspace, "", "", search.id)[5:]
    assert ranges[0]["value"] == "0.005, 0.01", "a search is shown with its own ranges"


def test_a_range_is_text_and_back():
    for given in (RangeSpec(low=0.001, high=0.01), RangeSpec(values=(4, 8)), RangeSpec(values=(0.5, 1.0))):
        back = RangeSpec.model_validate(sweep.range_of(sweep.range_text(given)))
        assert (back.low, back.high, back.values) == (given.low, given.high, given.values)


def test_a_search_is_queued_with_its_plan(studied, supervised):
    workspace, (made, *_) = studied
    run = workspace.run(sweep.start_sweep(workspace, "", made.id, ["learning_rate", "lora_rank"], 3, 0, *TEXTS))
    plan = run.spec().sweep
    assert plan is not None and (plan.trials, plan.minutes) == (3, None)
    assert plan.settings["learning_rate"].high == 0.01 and plan.settings["lora_rank"].values == (4, 8)
    assert run.spec().training == made.spec().training
    assert launch.view(workspace, run, "sweep").status == "queued"
    asked = (workspace, "", made.id, ["learning_rate", "lora_rank"])
    assert sweep.start_sweep(*asked, 3, 0, *TEXTS) == run.id, "a double click"
    assert sweep.start_sweep(*asked, 4, 0, *TEXTS) != run.id, "another plan is another press"


def test_every_wrong_control_is_named_at_once(studied):
    workspace, (made, *_) = studied
    with pytest.raises(FTError) as caught:
        sweep.start_sweep(
            workspace, "", made.id, ["learning_rate", "lora_rank"], 0, -1, "0.1 to 0.01", "4, x", "1", "8"
        )
    assert caught.value.code == "settings.invalid"
    assert all(name in caught.value.fix for name in ("Learning rate", "LoRA rank", "Trials", "Minutes"))
    assert "below" in caught.value.why and len(workspace.runs()) == 4
    with pytest.raises(FTError, match="One setting"):
        sweep.start_sweep(workspace, "", made.id, [], 2, 0, *TEXTS)
    with pytest.raises(FTError, match="no dataset"):
        sweep.start_sweep(Workspace(workspace.home / "empty"), "", "", ["learning_rate"], 2, 0, *TEXTS)
