"""The zip file of a run."""

import shutil
import zipfile

import pytest

from ft_core.hub.pack import pack
from ft_core.run import Run


def test_everything_made_is_inside_and_checkpoints_are_not(run, tmp_path):
    run.write_log("begins")
    (run.checkpoints / "checkpoint-1").mkdir(parents=True)
    (run.checkpoints / "checkpoint-1" / "optimizer.pt").write_bytes(b"large")
    (run.folder / "jobs").mkdir()
    (run.folder / "jobs" / "train.json").write_text("{}")
    (run.folder / ".project.yaml.1.ab").write_text("unfinished")
    result = pack(run, tmp_path / "downloads")
    assert result == tmp_path / "downloads" / f"{run.id}.zip"
    with zipfile.ZipFile(result) as archive:
        names = {name.removeprefix(f"{run.id}/") for name in archive.namelist()}
        weights = archive.read(f"{run.id}/model/adapter_model.safetensors")
    assert {
        "project.yaml",
        "data.json",
        "environment.json",
        "metrics.jsonl",
        "log.txt",
        "training.json",
        "model/adapter_config.json",
        "model/README.md",
    } <= names
    assert not any(name.startswith(("checkpoints", "jobs", ".")) for name in names)
    assert weights == (run.adapter / "adapter_model.safetensors").read_bytes()


def test_the_data_file_goes_beside_the_project(run, tmp_path):
    source = tmp_path / "rows.csv"
    source.write_text("text,label\na,b\n")
    with zipfile.ZipFile(pack(run, tmp_path / "downloads", source)) as archive:
        assert archive.read(f"{run.id}/rows.csv") == source.read_bytes()
        assert f"{run.id}/project.yaml" in archive.namelist()


def test_a_failure_leaves_the_older_zip_and_nothing_half_made(run, tmp_path, monkeypatch):
    first = pack(run, tmp_path).read_bytes()
    monkeypatch.setattr(
        zipfile.ZipFile, "write", lambda *_arguments: (_ for _ in ()).throw(OSError("No space left on device"))
    )
    with pytest.raises(OSError, match="No space"):
        pack(run, tmp_path)
    assert (tmp_path / f"{run.id}.zip").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [f"{run.id}.zip"]


def test_a_trial_is_packed_under_its_number_and_a_run_without_the_checkpoints_of_its_trials(run, tmp_path):
    trial = Run.create(run.folder / "trials", run.spec(), run.data(), run.environment(), name="3")
    shutil.copytree(run.adapter, trial.adapter)
    (trial.checkpoints / "checkpoint-1").mkdir(parents=True)
    (trial.checkpoints / "checkpoint-1" / "optimizer.pt").write_bytes(b"large")
    with zipfile.ZipFile(pack(run, tmp_path)) as archive:
        inside = [name for name in archive.namelist() if "/trials/" in name]
    assert f"{run.id}/trials/3/project.yaml" in inside and not any("checkpoint" in name for name in inside)
    assert pack(trial, tmp_path) == tmp_path / f"{run.id}-3.zip"
    shutil.rmtree(run.folder / "trials")
