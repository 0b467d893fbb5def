"""Where runs stand, as values: also when one of them cannot be read."""

import json

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker import launch
from ft_core.worker.job import perform
from ft_core.worker.overview import overview, overviews, waiting
from ft_core.workspace import Workspace


def new_run(workspace: Workspace) -> Run:
    return Run.create(workspace.runs_folder, project.parse({"name": "mine", "data": {"source": "x"}}, "p"), {}, {})


def test_a_run_that_never_began_and_one_that_failed(tmp_path):
    workspace = Workspace(tmp_path)
    run = new_run(workspace)
    found = overview(workspace, run)
    assert json.loads(json.dumps(found)) == found
    assert (found["run"], found["name"], found["base"], found["jobs"], found["error"]) == (
        run.id,
        "mine",
        "starter",
        {},
        None,
    )

    def fail(record):
        record.progress(3, 9, "training")
        raise FTError("train.diverged", "What.", "Why.", "Fix.")

    try:
        perform(run, "train", fail)
    except FTError:
        found = overview(workspace, run)
    assert found["jobs"]["train"]["status"] == "failed" and found["jobs"]["train"]["total"] == 9
    assert found["error"]["code"] == "train.diverged"


def test_a_run_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    workspace = Workspace(tmp_path)
    newer, fine = new_run(workspace), new_run(workspace)
    newer.project.write_text("version: 2\ndata: {source: x}\n")
    found = {row["run"]: row for row in overviews(workspace)}
    assert found[newer.id]["error"]["code"] == "project.newer" and found[newer.id]["name"] is None
    assert found[fine.id]["name"] == "mine" and set(found[fine.id]) == set(found[newer.id])


def test_notes_and_trials_are_told(tmp_path):
    workspace = Workspace(tmp_path)
    run = new_run(workspace)
    run.write_notes("first try")
    run.append_notice("Checkpoint 9 is damaged.")
    Run.create(run.folder / "trials", run.spec(), {}, {}, name="1")
    assert (overview(workspace, run)["notes"], overview(workspace, run)["trials"]) == ("first try", 1)
    assert overview(workspace, run)["notices"] == ["Checkpoint 9 is damaged."]


def test_the_queue_names_who_waits(tmp_path):
    workspace, other = Workspace(tmp_path), Workspace(tmp_path, "ada")
    hers, mine = new_run(other), new_run(workspace)
    for run in (hers, mine):
        launch.place(workspace.home, run, "train")
    hers.project.write_text("version: 2\n")
    assert waiting(workspace) == [
        {"position": 1, "run": hers.id, "name": None, "job": "train", "status": "queued"},
        {"position": 2, "run": mine.id, "name": "mine", "job": "train", "status": "queued"},
    ]
