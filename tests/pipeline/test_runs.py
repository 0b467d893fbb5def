"""What a run is created from."""

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from ft_core import catalog, modeling
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.pipeline.data import base_tokenizer, prepare_source
from ft_core.pipeline.runs import choices, create_run, duplicate, facts, training_result
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.sweep import SweepSpec
from ft_core.settings.train import TrainSpec
from ft_core.workspace import Workspace


def test_a_run_is_created_with_every_choice_filled_in(prepared):
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    frozen = run.spec()
    assert spec.task is None and frozen.task == dataset.task == "classification"
    assert frozen.training.threads == 1 and frozen.training.micro_batch_size == 8
    assert run.data()["dataset"] == dataset.id and run.data()["sha256"] == dataset.sha256
    assert run.data()["labels"] == list(dataset.labels) and run.data()["counts"] == dataset.counts
    assert run.environment()["packages"]["torch"]
    assert workspace.run(run.id) == run


def test_the_settings_of_a_study_survive_and_get_their_usual_ranges(prepared):
    workspace, spec, dataset = prepared
    studies = {
        "sweep": SweepSpec.model_validate({"settings": ["learning_rate"], "trials": 3}),
        "data_size": DataSizeSpec(shares=(0.5, 1.0)),
    }
    frozen = create_run(workspace, spec.model_copy(update=studies), dataset).spec()
    assert frozen.data_size == studies["data_size"] and frozen.sweep is not None and frozen.sweep.trials == 3
    assert frozen.sweep.settings["learning_rate"].holds(spec.training.learning_rate)
    wrong = SweepSpec.model_validate({"settings": {"virtual_tokens": [4, 8]}})
    with pytest.raises(FTError) as caught:
        create_run(workspace, spec.model_copy(update={"sweep": wrong}), dataset)
    assert caught.value.code == "sweep.unused"


def test_what_a_project_leaves_out_is_chosen_for_its_data_and_model(prepared):
    workspace, spec, dataset = prepared
    bare = spec.model_copy(update={"training": TrainSpec(lora_rank=4)})
    known = facts(bare, dataset)
    assert known.examples == dataset.counts["train"] and known.architecture.layers == 2
    assert known.longest == dataset.report["token_lengths"]["max"] and 2 <= known.learnt <= 8
    filled, chosen = choices(bare, dataset)
    assert {"epochs", "learning_rate", "lora_alpha"} <= {choice.setting for choice in chosen}
    frozen = create_run(workspace, bare, dataset).spec().training
    assert frozen.model_dump() == filled.training.model_dump() and frozen.lora_alpha == 8 and frozen.max_length == 512
    elsewhere = bare.model_copy(update={"model": bare.model.model_copy(update={"base": "nobody/has-this"})})
    unknown = facts(elsewhere, dataset)  # of the Hub, and not on this machine
    assert (unknown.architecture, unknown.longest, unknown.learnt) == (None, None, None)


def test_a_moved_home_still_finds_its_data(folder, tmp_path):
    workspace = Workspace(tmp_path / "home")
    spec = project.load(folder / "project.yaml")
    run = create_run(workspace, spec, prepare_source(workspace, spec, folder))
    workspace.home.rename(tmp_path / "moved")
    moved = Workspace(tmp_path / "moved").run(run.id)
    assert len(Dataset.open(moved.folder / moved.data()["folder"]).examples("train")) > 10


def test_a_base_folder_is_remembered_by_its_whole_path(prepared, folder, monkeypatch):
    workspace, spec, dataset = prepared
    monkeypatch.chdir(folder)
    here = spec.model_copy(update={"model": spec.model.model_copy(update={"base": "./base"})})
    assert create_run(workspace, here, dataset).spec().model.base == str((folder / "base").resolve())
    starter = spec.model_copy(update={"model": spec.model.model_copy(update={"base": catalog.STARTER})})
    assert create_run(workspace, starter, dataset).spec().model.base == catalog.STARTER


def rewritten(change):
    """Damage to the weights: `change` takes and gives the tensors by name."""

    def damage(path):
        save_file(change(load_file(path)), path, metadata={"format": "pt"})

    return damage


UP = "model.layers.1.mlp.up_proj.weight"
BROKEN = {  # what is damaged, how, and what the refusal names
    "config no JSON": ("config.json", b"{oops", "config.json"),
    "config no text": ("config.json", b"\xff\xfe\x00", "config.json"),
    "config a list": ("config.json", b"[1]", "config.json"),
    "tokenizer no JSON": ("tokenizer.json", b"{oops", "tokenizer"),
    "tokenizer of nothing": ("tokenizer.json", b"{}", "tokenizer"),
    "tokenizer settings no JSON": ("tokenizer_config.json", b"{oops", "tokenizer"),
    "tokenizer settings a list": ("tokenizer_config.json", b"[1]", "tokenizer"),
    "template no text": ("chat_template.jinja", b"\xff\xfe\x00", "t"),
    "weights empty": ("model.safetensors", b"", "weights"),
    "weights cut": ("model.safetensors", lambda path: path.write_bytes(path.read_bytes()[:5000]), "weights"),
}
WRONG_WEIGHTS = {
    "a weight missing": (lambda found: {name: one for name, one in found.items() if name != UP}, UP),
    "a weight of another shape": (lambda found: found | {UP: torch.ones(10, 64)}, UP),
    "another vocabulary": (
        lambda found: {name: one[:350].clone() if "embed" in name else one for name, one in found.items()},
        "embed",
    ),
}


@pytest.mark.parametrize("case", [*BROKEN, *WRONG_WEIGHTS])
def test_a_broken_base_model_is_refused_in_words_when_a_run_is_made_and_when_it_is_loaded(
    prepared, folder, tmp_path, case
):
    workspace, spec, dataset = prepared
    base = shutil.copytree(folder / "base", tmp_path / "base")
    if case in BROKEN:
        name, damage, part = BROKEN[case]
    else:
        change, part = WRONG_WEIGHTS[case]
        name, damage = "model.safetensors", rewritten(change)
    damage(base / name) if callable(damage) else (base / name).write_bytes(damage)
    asked = spec.model_copy(update={"model": spec.model.model_copy(update={"base": str(base)})})
    before = len(workspace.runs())
    refused = []
    if case in BROKEN:
        with pytest.raises(FTError) as caught:
            create_run(workspace, asked, dataset)
        refused.append(caught.value)
        assert len(workspace.runs()) == before
    if part in ("tokenizer", "t"):
        loads = [lambda: modeling.load_tokenizer(str(base))]
    else:
        loads = [
            lambda labels=labels, four=four: modeling.load_base(str(base), quantised=four, labels=labels)
            for labels, four in (((), True), ((), False), (("a", "b"), False))
        ]
    for load in loads:
        with pytest.raises(FTError) as caught:
            load()
        refused.append(caught.value)
    for error in refused:
        assert error.code == "model.broken" and str(base) in error.what and part in error.why, error


@pytest.mark.parametrize("base", ["./none", "/none/at/all", "~/none", "none", "a/b/c", "../no-such-model"])
def test_a_base_model_that_is_not_there_is_said_before_a_run_is_made(prepared, base):
    workspace, spec, dataset = prepared
    before = len(workspace.runs())
    wrong = spec.model_copy(update={"model": spec.model.model_copy(update={"base": base})})
    with pytest.raises(FTError) as caught:
        create_run(workspace, wrong, dataset)
    assert caught.value.code == "model.missing" and base in caught.value.what
    assert len(workspace.runs()) == before


def test_a_hub_id_is_taken_as_it_is(prepared):
    workspace, spec, dataset = prepared
    asked = spec.model_copy(update={"model": spec.model.model_copy(update={"base": "Qwen/Qwen2.5-0.5B-Instruct"})})
    assert create_run(workspace, asked, dataset).spec().model.base == "Qwen/Qwen2.5-0.5B-Instruct"
    assert base_tokenizer("Qwen/Qwen2.5-0.5B-Instruct") is None


def test_a_duplicate_differs_in_what_was_changed_alone(prepared):
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    run.write_model_revision("0" * 40)
    new = duplicate(workspace, run, {"learning_rate": "1e-3", "epochs": 2})
    assert new.id != run.id and new.job("train") is None and "learning_rate=1e-3" in new.log_tail()
    changed = {"learning_rate": 0.001, "epochs": 2.0}
    assert new.spec().training == run.spec().training.model_copy(update=changed)
    assert new.spec().model == run.spec().model.model_copy(update={"revision": "0" * 40})
    assert new.spec().data == run.spec().data and new.data() == run.data()
    assert Dataset.open(new.folder / new.data()["folder"]).id == dataset.id
    trial = Run.create(run.folder / "trials", run.spec(), run.data() | {"folder": str(dataset.folder)}, {}, name="1")
    again = duplicate(workspace, trial, {})
    assert again.data() == run.data(), "a trial lies deeper, its dataset does not"
    swept = spec.model_copy(update={"sweep": SweepSpec.model_validate({"settings": ["epochs"]})})
    copy = duplicate(workspace, create_run(workspace, swept, dataset), {"epochs": 2})
    assert copy.spec().sweep is None, "a copy of a search is a training with its settings"


def test_every_wrong_change_is_named(prepared):
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    before = len(workspace.runs())
    with pytest.raises(FTError) as caught:
        duplicate(workspace, run, {"learning_rat": 1, "epochs": -1, "batch_size": 8})
    assert caught.value.code == "project.invalid"
    assert "training.learning_rat" in caught.value.why and "training.epochs" in caught.value.why
    assert "batch_size" not in caught.value.why and len(workspace.runs()) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="LoftQ can begin on a GPU")
def test_loftq_without_a_gpu_is_said_before_a_run_is_made(prepared):
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    before = len(workspace.runs())
    loftq = spec.model_copy(update={"training": TrainSpec(method="qlora", initialisation="loftq")})
    for make in (
        lambda: create_run(workspace, loftq, dataset),
        lambda: duplicate(workspace, run, {"initialisation": "loftq"}),
    ):
        with pytest.raises(FTError) as caught:
            make()
        assert caught.value.code == "settings.loftq" and len(workspace.runs()) == before


def test_how_a_training_ended_is_not_told_with_the_figures_of_an_earlier_end(prepared):
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    run.write_training({"status": "stopped", "steps": 3, "total_steps": 9, "train_loss": 0.5})
    state = JobState.of_this_process().model_copy(update={"status": "stopped", "step": 3, "total": 9})
    run.write_job("train", state)
    assert training_result(run) == run.training()
    run.write_job("train", state.model_copy(update={"status": "paused", "step": 5}))
    assert training_result(run) == {"status": "paused", "steps": 5, "total_steps": 9}


def test_a_tracker_that_is_not_installed_is_refused_before_there_is_a_run(prepared, monkeypatch):
    workspace, spec, dataset = prepared
    made = create_run(workspace, spec, dataset)
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("sys.path_importer_cache", {})
    before = workspace.runs()
    training = spec.training.model_copy(update={"report_to": "wandb"})
    with pytest.raises(FTError) as caught:
        create_run(workspace, spec.model_copy(update={"training": training}), dataset)
    assert caught.value.code == "report.missing" and "Report to" in caught.value.fix
    with pytest.raises(FTError, match="cannot be reported to"):
        duplicate(workspace, made, {"report_to": "wandb"})
    assert workspace.runs() == before
