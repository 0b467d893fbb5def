"""The main job as one function: from a project file to a measured run."""

from ft_core.pipeline.main_job import run_project
from ft_core.run import Run
from ft_core.worker import jobs
from ft_core.workspace import Workspace


def test_the_main_job_prepares_trains_and_measures(folder, tmp_path):
    workspace, asked = Workspace(tmp_path), []

    def do_job(run: Run, job) -> str:
        asked.append(job)
        return jobs.here(run, job, {})

    found = run_project(workspace, folder / "project.yaml", do_job)
    assert asked == ["train", "evaluate"]
    (run,) = workspace.runs()
    assert set(found) == {"run", "dataset", "training", "evaluation"}
    assert found["run"] == run.id and workspace.dataset(found["dataset"]).is_dir()
    assert found["training"] == run.training() and found["training"]["status"] == "done"
    assert found["evaluation"] == run.report() | {"page": str(run.report_page)} and found["evaluation"]["n"] > 1


def test_a_training_that_was_stopped_is_not_measured(folder, tmp_path):
    asked = []

    def do_job(run: Run, job) -> str:
        asked.append(job)
        return jobs.here(run, job, {}, on_progress=lambda step, *_: run.request_stop() if step else None)

    found = run_project(Workspace(tmp_path), folder / "project.yaml", do_job)
    assert asked == ["train"] and found["training"]["status"] == "stopped" and found["evaluation"] is None
