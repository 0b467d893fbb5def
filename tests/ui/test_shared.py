"""Which run the tabs are about."""

from ft_core.run import Run
from ft_core.settings import project
from ft_core.ui.shared import selected_run
from ft_core.workspace import Workspace


def new_run(workspace: Workspace) -> Run:
    return Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def test_the_chosen_run_else_the_newest_else_none(workspace):
    assert selected_run(workspace, "") is None
    runs = sorted((new_run(workspace) for _ in range(3)), key=lambda run: run.id)
    assert selected_run(workspace, "").id == runs[-1].id
    assert selected_run(workspace, runs[0].id).id == runs[0].id


def test_a_run_that_is_gone_is_the_newest_instead(workspace):
    gone, kept = new_run(workspace), new_run(workspace)
    gone.project.unlink()
    assert selected_run(workspace, gone.id).id == kept.id


def test_what_the_browser_sends_is_never_a_path_or_another_persons_run(workspace):
    mine, hers = new_run(workspace), new_run(Workspace(workspace.home, "ada"))
    for sent in (hers.id, f"../../ada/runs/{hers.id}", str(hers.folder), "*", "\x00"):
        assert selected_run(workspace, sent).id == mine.id
