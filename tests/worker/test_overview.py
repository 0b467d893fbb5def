"""Where runs stand, as values: also when one of them cannot be read."""

import json

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker.job import perform
from ft_core.worker.overview import overview, overviews
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
