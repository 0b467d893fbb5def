"""A run's own project.yaml gives that run once more, to the bit."""

import shutil

import pytest

from ft_core.errors import FTError
from ft_core.files import write_json
from ft_core.pipeline.again import _of_a_run, run_of
from ft_core.pipeline.main_job import run_project
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker import jobs
from ft_core.workspace import Workspace


@pytest.fixture(scope="module")
def first(prepared):
    """A run that went by smaller micro-batches than its project says."""
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    run.write_fit({"micro_batch_size": 4})
    assert jobs.here(run, "train") == "done"
    return run


def test_two_runs_end_with_the_same_weights(first, prepared):
    workspace, _, dataset = prepared
    versions = set(workspace.datasets.iterdir())

    def do_job(run: Run, job) -> str:
        return jobs.here(run, job) if job == "train" else "stopped"

    found = run_project(workspace, first.project, do_job)
    new = workspace.run(found["run"])
    assert new.id != first.id and found["dataset"] == dataset.id and set(workspace.datasets.iterdir()) == versions
    assert found["training"]["weights_sha256"] == first.training()["weights_sha256"]
    assert found["training"]["micro_batch_size"] == 4 == new.spec().training.micro_batch_size
    assert new.data() == first.data() and new.spec().training.threads == first.spec().training.threads
    assert f"run {first.id} once more" in new.log_tail() and "not as in run" not in new.log_tail()
    other = first.spec().training.model_copy(update={"seed": 43})
    changed = create_run(workspace, first.spec().model_copy(update={"training": other}), dataset)
    assert jobs.here(changed, "train") == "done"
    assert changed.training()["weights_sha256"] != first.training()["weights_sha256"], "another seed is another run"


def test_a_run_on_another_machine_says_what_differs_there(first, prepared, tmp_path):
    workspace, _, _ = prepared
    copy = shutil.copytree(first.folder, first.folder.with_name("20200101-000000-abcdef"))
    recorded = first.environment()
    recorded["packages"] = recorded["packages"] | {"torch": "1.0.0", "gone": "3.0"}
    write_json(copy / "environment.json", recorded | {"model_revision": "b" * 40})
    write_json(copy / "fit.json", {"micro_batch_size": 2, "changes": [{"step": 3, "from": 4, "to": 2, "why": "x"}]})
    new = run_of(workspace, copy / "project.yaml")
    shutil.rmtree(copy)
    log = new.log_tail()
    assert f"torch {new.environment()['packages']['torch']} instead of 1.0.0" in log
    assert "gone none instead of 3.0" in log and log.count("instead of") == 2
    assert "smaller on the way" in log and new.spec().training.micro_batch_size == 2
    assert new.spec().model.revision == "b" * 40


def test_data_that_is_gone_or_another_is_said(first, prepared, folder, tmp_path):
    workspace, _, dataset = prepared
    moved = shutil.copytree(first.folder, tmp_path / "unpacked" / first.id)
    before = len(workspace.runs())
    with pytest.raises(FTError) as caught:
        run_of(workspace, moved / "project.yaml")
    assert caught.value.code == "data.missing" and dataset.id in caught.value.why
    shutil.copyfile(folder / "toy.csv", moved / "toy.csv")
    again = run_of(Workspace(tmp_path / "home"), moved / "project.yaml")
    assert again.data()["sha256"] == first.data()["sha256"], "made anew of the file beside it, it is the same"
    (moved / "toy.csv").write_text((moved / "toy.csv").read_text() + "one more,animal\n")
    with pytest.raises(FTError) as caught:
        run_of(workspace, moved / "project.yaml")
    assert caught.value.code == "data.changed" and len(workspace.runs()) == before
    write_json(moved / "data.json", first.data() | {"folder": str(dataset.folder), "sha256": "0" * 64})
    with pytest.raises(FTError) as caught:
        run_of(workspace, moved / "project.yaml")
    assert caught.value.code == "data.changed" and "000000000000" in caught.value.why


def test_any_other_project_is_a_new_run_on_its_data(folder, tmp_path):
    new = run_of(Workspace(tmp_path), folder / "project.yaml")
    assert new.spec().name == project.load(folder / "project.yaml").name and "once more" not in new.log_tail()


def test_a_folder_with_a_data_file_called_data_json_is_no_run(first, tmp_path):
    (tmp_path / "data.json").write_text('[{"text": "a", "label": "b"}]', encoding="utf-8")
    assert not _of_a_run(tmp_path) and _of_a_run(first.folder)
    (tmp_path / "environment.json").write_text("{}", encoding="utf-8")
    assert not _of_a_run(tmp_path)
