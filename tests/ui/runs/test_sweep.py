"""The form of a search for good settings."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.sweep import SWEPT, RangeSpec, SweepSpec, default_range
from ft_core.settings.train import TrainSpec
from ft_core.ui.runs import sweep
from ft_core.worker import launch
from ft_core.workspace import Workspace


def texts(**given: str) -> list[str]:
    """The ranges in the form."""
    return [given.get(name, "") for name in SWEPT]


TEXTS = texts(learning_rate="0.001 to 0.01", lora_rank="4, 8", epochs="1", batch_size="8")


def test_without_a_dataset_the_form_is_hidden(workspace):
    shown = sweep.show_sweep_form(workspace, "", "", "")
    assert shown[1]["visible"] and not shown[2]["visible"] and len(shown) == 5 + len(SWEPT)


def test_ranges_are_around_the_settings_it_starts_from(studied):
    workspace, (made, slow, search, _) = studied
    seen, _, form, words, chosen, *ranges = sweep.show_sweep_form(workspace, "", "", slow.id)
    assert form["visible"] and slow.id[-6:] in words and chosen["value"] == ["learning_rate", "lora_rank"]
    shown = dict(zip(SWEPT, ranges, strict=True))
    usual = ("learning_rate", "lora_rank", "epochs", "batch_size")
    assert [shown[name]["value"] for name in usual] == ["0.000158 to 0.00158", "2, 4, 8", "0.5, 1, 2", "4, 8, 16"]
    assert [name for name in SWEPT if shown[name]["visible"]] == ["learning_rate", "lora_rank"]
    assert shown["schedule"]["value"] == "cosine, linear, constant" and shown["virtual_tokens"]["value"] == ""
    assert len(chosen["choices"]) > 12 and "virtual_tokens" not in dict(map(reversed, chosen["choices"]))
    assert isinstance(sweep.show_sweep_form(workspace, seen, "", slow.id), dict)
    ranges = sweep.show_sweep_form(workspace, "", "", search.id)[5:]
    assert ranges[SWEPT.index("learning_rate")]["value"] == "0.005, 0.01", "a search is shown with its own ranges"


def test_a_range_is_text_and_back():
    for given in (RangeSpec(low=0.001, high=0.01), RangeSpec(values=(4, 8)), RangeSpec(values=(0.5, 1.0))):
        back = RangeSpec.model_validate(sweep.range_of(sweep.range_text(given)))
        assert (back.low, back.high, back.values) == (given.low, given.high, given.values)


@pytest.mark.parametrize("name", SWEPT)
def test_every_usual_range_is_text_and_back(name):
    given = default_range(name, TrainSpec())
    plan = SweepSpec.model_validate({"settings": {name: sweep.range_of(sweep.range_text(given))}})
    assert plan.settings[name].values == given.values and plan.settings[name].low == given.low


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
            workspace,
            "",
            made.id,
            ["learning_rate", "lora_rank"],
            0,
            -1,
            *texts(learning_rate="0.1 to 0.01", lora_rank="4, x"),
        )
    assert caught.value.code == "settings.invalid"
    assert all(name in caught.value.fix for name in ("Learning rate", "LoRA rank", "Trials", "Minutes"))
    assert "below" in caught.value.why and len(workspace.runs()) == 4
    with pytest.raises(FTError, match="One setting"):
        sweep.start_sweep(workspace, "", made.id, [], 2, 0, *TEXTS)
    with pytest.raises(FTError, match="no dataset"):
        sweep.start_sweep(Workspace(workspace.home / "empty"), "", "", ["learning_rate"], 2, 0, *TEXTS)
