"""The settings of a new run: what is suggested, what it would take, and the start."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from filelock import FileLock

from ft_core.errors import FTError
from ft_core.settings.train import TrainSpec
from ft_core.ui.training import form, settings
from ft_core.worker import launch
from ft_core.workspace import Workspace
from tests.helpers import make_base_model


def shown(*values) -> str:
    """The words of the estimate."""
    return settings.show_estimate(*values)[0]


VALUES = [TrainSpec.model_fields[name].default for name in form.NAMES]


def test_the_estimate_is_the_number_of_steps(example_home):
    words = shown(Workspace(example_home), "", "starter", *VALUES)
    assert words.startswith("**") and " steps**" in words and "16 a step" in words and "it fits" in words


def test_the_estimate_says_what_is_wrong_meanwhile(example_home):
    wrong = [0 if name == "epochs" else value for name, value in zip(form.NAMES, VALUES, strict=True)]
    assert "Epochs" in shown(Workspace(example_home), "", "starter", *wrong)


def test_the_estimate_says_what_is_cut_off_as_soon_as_the_base_is_on_this_machine(example_home, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    short = [16 if name == "max_length" else value for name, value in zip(form.NAMES, VALUES, strict=True)]

    def words() -> str:
        return shown(Workspace(example_home), "", str(base), *short)

    assert "lose the end" not in words()
    make_base_model(base)
    assert "are longer than 16 tokens and lose the end of their answer" in words()


@pytest.mark.parametrize("base", ["", None])
def test_a_base_model_that_was_not_chosen_is_named(example_home, base):
    assert "Base model" in shown(Workspace(example_home), "", base, *VALUES)
    with pytest.raises(FTError) as caught:
        settings.start_training(Workspace(example_home), "", "name", base, *VALUES)
    assert caught.value.code == "settings.invalid" and "Base model" in caught.value.fix


def test_without_a_dataset_there_is_nothing_to_start(workspace):
    with pytest.raises(FTError) as caught:
        settings.start_training(workspace, "", "name", "starter", *VALUES)
    assert caught.value.code == "data.missing"


def test_a_space_trains_only_suggested_models(example_home, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    with pytest.raises(FTError) as caught:
        settings.start_training(Workspace(example_home), "", "name", "/etc", *VALUES)
    assert caught.value.code == "model.missing"
    assert "suggested" in shown(Workspace(example_home), "", "/etc", *VALUES)


def test_other_hardware_is_listed_with_memory_time_and_cost(example_home):
    table = settings.show_estimate(Workspace(example_home), "", "starter", *VALUES)[1]
    assert len(table) > 3 and table["Hardware"].is_unique
    assert set(table["Does it fit"]) == {"fits"} and any("$" in cost for cost in table["Cost (estimate)"])


def test_what_is_untouched_follows_the_suggestions(example_home):
    workspace = Workspace(example_home)
    first = settings.suggest(workspace, "", "starter", {}, *VALUES)
    suggested, about, why = first[:3]
    assert suggested["learning_rate"] == 0.002 and suggested["threads"] == 0 and about.startswith("**QLoRA.**")
    reasons = dict(zip(why["Setting"], why["Why this value"], strict=True))
    assert "training example" in reasons["Epochs"] and len(why) == len(suggested)
    changed = [
        7 if name == "epochs" else "full" if name == "method" else value
        for name, value in zip(form.NAMES, VALUES, strict=True)
    ]
    second = settings.suggest(workspace, "", "starter", suggested, *changed)
    inputs = dict(zip(form.NAMES, second[3:], strict=True))
    assert inputs["learning_rate"]["value"] == second[0]["learning_rate"] < 0.002
    assert "value" not in inputs["epochs"], "the person's own"
    assert not inputs["lora_rank"]["visible"] and inputs["max_length"]["visible"]
    shown_now = [0 if value is None else value for value in changed]  # as the inputs have it
    corrected = settings.suggest(workspace, "", "starter", form.CHOSEN, *shown_now)
    assert all("value" not in update for update in corrected[3:]), "put there by the coach"
    third = settings.suggest_anew(workspace, "", "starter", suggested, *changed)
    assert dict(zip(form.NAMES, third[3:], strict=True))["epochs"]["value"] == suggested["epochs"]


def test_two_presses_at_once_make_one_run(example_home, tmp_path):
    shutil.copytree(example_home, tmp_path / "home")
    workspace = Workspace(tmp_path / "home")
    (workspace.home / "queue").mkdir(exist_ok=True)
    with (
        FileLock(workspace.home / "queue" / "supervisor.lock"),
        ThreadPoolExecutor(4) as pool,
    ):  # nobody begins to train
        made = list(pool.map(lambda _: settings.start_training(workspace, "", "name", "starter", *VALUES), range(4)))
        assert len(set(made)) == 1 == len(workspace.runs()) == len(launch.entries(workspace.home))
