"""The settings of a new run: what is suggested, what it would take, and the start."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from filelock import FileLock

from ft_core.errors import FTError
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.ui.training import form, settings
from ft_core.worker import launch
from ft_core.workspace import Workspace
from tests.helpers import data_spec, make_base_model
from tests.hub.made import save_adapter
from tests.ui.runs.made import toy_project, toy_run


def shown(*values) -> str:
    """The words of the estimate."""
    return settings.show_estimate(*values)[1]


VALUES = [TrainSpec.model_fields[name].default for name in form.NAMES]


def test_the_estimate_is_the_number_of_steps(example_home):
    words = shown(Workspace(example_home), "", "starter", "", {}, *VALUES)
    assert words.startswith("**") and " steps**" in words and "16 a step" in words and "it fits" in words


def test_the_estimate_says_what_is_wrong_meanwhile_and_the_start_waits(example_home):
    wrong = [0 if name == "epochs" else value for name, value in zip(form.NAMES, VALUES, strict=True)]
    _, words, _, start = settings.show_estimate(Workspace(example_home), "", "starter", "", {}, *wrong)
    assert "Epochs" in words and start["interactive"] is False
    assert settings.show_estimate(Workspace(example_home), "", "starter", "", {}, *VALUES)[-1]["interactive"] is True


def test_the_estimate_says_what_is_cut_off_as_soon_as_the_base_is_on_this_machine(example_home, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    short = [16 if name == "max_length" else value for name, value in zip(form.NAMES, VALUES, strict=True)]

    def words() -> str:
        return shown(Workspace(example_home), "", str(base), "", {}, *short)

    assert "lose the end" not in words()
    make_base_model(base)
    assert "are longer than 16 tokens and lose the end of their answer" in words()


@pytest.mark.parametrize("base", ["", None])
def test_a_base_model_that_was_not_chosen_is_named(example_home, base):
    assert "Base model" in shown(Workspace(example_home), "", base, "", {}, *VALUES)
    with pytest.raises(FTError) as caught:
        settings.start_training(Workspace(example_home), "", "name", base, "", {}, *VALUES)
    assert caught.value.code == "settings.invalid" and "Base model" in caught.value.fix


def test_without_a_dataset_there_is_nothing_to_start(workspace):
    with pytest.raises(FTError) as caught:
        settings.start_training(workspace, "", "name", "starter", "", {}, *VALUES)
    assert caught.value.code == "data.missing"


def test_a_space_trains_only_suggested_models(example_home, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    with pytest.raises(FTError) as caught:
        settings.start_training(Workspace(example_home), "", "name", "/etc", "", {}, *VALUES)
    assert caught.value.code == "model.missing"
    assert "suggested" in shown(Workspace(example_home), "", "/etc", "", {}, *VALUES)


def test_other_hardware_is_listed_with_memory_time_and_cost(example_home):
    table = settings.show_estimate(Workspace(example_home), "", "starter", "", {}, *VALUES)[2]
    assert len(table) > 3 and table["Hardware"].is_unique
    assert set(table["Does it fit"]) == {"fits"} and any("$" in cost for cost in table["Cost (estimate)"])


def test_what_is_untouched_follows_the_suggestions(example_home):
    workspace = Workspace(example_home)
    first = settings.suggest(workspace, "", {}, "starter", "", {}, *VALUES)
    suggested, about, why = first[:3]
    assert suggested["learning_rate"] == 0.002 and suggested["threads"] == 0 and about.startswith("**QLoRA.**")
    reasons = dict(zip(why["Setting"], why["Why this value"], strict=True))
    assert "training example" in reasons["Epochs"] and len(why) == len(suggested)
    changed = [
        7 if name == "epochs" else "full" if name == "method" else value
        for name, value in zip(form.NAMES, VALUES, strict=True)
    ]
    second = settings.suggest(workspace, "", suggested, "starter", "", {}, *changed)
    inputs = dict(zip(form.NAMES, second[4:], strict=True))
    assert inputs["learning_rate"]["value"] == second[0]["learning_rate"] < 0.002
    assert "value" not in inputs["epochs"], "the person's own"
    assert not inputs["lora_rank"]["visible"] and inputs["max_length"]["visible"]
    shown_now = [0 if value is None else value for value in changed]  # as the inputs have it
    corrected = settings.suggest(workspace, "", form.CHOSEN, "starter", "", {}, *shown_now)
    assert all("value" not in update for update in corrected[4:]), "put there by the coach"
    third = settings.suggest_anew(workspace, "", suggested, "starter", "", {}, *changed)
    again = dict(zip(form.NAMES, third[4:], strict=True))
    assert (again["epochs"]["value"], again["method"]["value"]) == (suggested["epochs"], "qlora")
    assert again["lora_rank"]["visible"]


def test_two_presses_at_once_make_one_run(example_home, tmp_path):
    shutil.copytree(example_home, tmp_path / "home")
    workspace = Workspace(tmp_path / "home")
    (workspace.home / "queue").mkdir(exist_ok=True)
    with (
        FileLock(workspace.home / "queue" / "supervisor.lock"),
        ThreadPoolExecutor(4) as pool,
    ):  # nobody begins to train
        made = list(
            pool.map(lambda _: settings.start_training(workspace, "", "name", "starter", "", {}, *VALUES), range(4))
        )
        assert len(set(made)) == 1 == len(workspace.runs()) == len(launch.entries(workspace.home))


def test_on_a_space_the_estimate_says_what_it_costs_there(example_home, monkeypatch):
    for name, value in {"SYSTEM": "spaces", "ACCELERATOR": "none", "CPU_CORES": "8"}.items():
        monkeypatch.setenv(name, value)
    words = shown(Workspace(example_home), "", "starter", "", {}, *VALUES)
    assert " here, " in words or "** here, " in words
    assert "on this Space" in words and "$" in words


@pytest.fixture
def pairs(workspace, tmp_path):
    """A dataset of pairs, and a trained run and one that is not, on another dataset."""
    base = make_base_model(tmp_path / "base")
    answers = toy_project(workspace, base)
    trained, untrained = toy_run(workspace, answers), toy_run(workspace, answers.model_copy(update={"name": "new"}))
    save_adapter(base, trained.adapter)
    trained.write_training({"weights_sha256": "0" * 64})
    file = tmp_path / "pairs.jsonl"
    rows = [{"prompt": f"Say {n}.", "chosen": f"{n}", "rejected": "No."} for n in range(40)]
    file.write_text("\n".join(map(json.dumps, rows)))
    data = data_spec().renamed(lambda _: uploads.keep(workspace, file))
    spec = answers.model_copy(update={"data": data, "task": "preference", "training": TrainSpec()})
    return uploads.prepare(workspace, spec), trained, untrained


def test_learning_from_pairs_starts_from_a_run_that_was_chosen(workspace, pairs, supervised):
    dataset, trained, _ = pairs
    assert dataset.task == "preference"
    seen, offered = settings.show_starts(workspace, "", dataset.id, "")
    assert offered["visible"] and [identity for _, identity in offered["choices"]] == ["", trained.id]
    assert isinstance(settings.show_starts(workspace, seen, dataset.id, ""), dict), "nothing new"
    other = trained.data()["dataset"]
    assert not settings.show_starts(workspace, "", other, "")[1]["visible"]
    asked = ("starter", trained.id, {}, *VALUES)
    _, _, _, base, *inputs = settings.suggest(workspace, dataset.id, {}, *asked)
    assert base["value"] == trained.spec().model.base and not base["interactive"]
    inputs = dict(zip(form.NAMES, inputs, strict=True))
    rank = json.loads((trained.adapter / "adapter_config.json").read_text())["r"]
    assert (inputs["lora_rank"]["value"], inputs["lora_rank"]["interactive"]) == (rank, False)
    assert inputs["epochs"]["interactive"] and inputs["preference_beta"]["visible"]
    assert shown(workspace, dataset.id, *asked).startswith("**")
    run = workspace.run(settings.start_training(workspace, dataset.id, "pairs", *asked))
    found = run.spec()
    assert (found.model.start, found.model.base, found.training.lora_rank) == (trained.id, base["value"], rank)
    assert run.data()["start"]["run"] == trained.id
