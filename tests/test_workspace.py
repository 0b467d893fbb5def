"""The workspace: folders per person, ids checked, nothing outside it reached."""

from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings import project
from ft_core.workspace import Workspace, home_folder


def new_run(workspace: Workspace) -> Run:
    return Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def test_runs_are_listed_newest_first_and_found_by_id_or_path(tmp_path):
    workspace = Workspace(tmp_path)
    assert workspace.runs() == []
    runs = {new_run(workspace).id for _ in range(3)}
    listed = [run.id for run in workspace.runs()]
    assert set(listed) == runs and listed == sorted(listed, reverse=True)
    assert workspace.run(listed[0]).id == listed[0]
    assert workspace.run_or_path(str(workspace.runs_folder / listed[1])).id == listed[1]


def test_trials_are_listed_behind_their_run(tmp_path):
    workspace = Workspace(tmp_path)
    run = new_run(workspace)
    trial = Run.create(run.trials_folder, run.spec(), {}, {}, name="3")
    assert workspace.runs() == [run] and workspace.runs_and_trials() == [run, trial]


@pytest.mark.parametrize(
    "identity", ["", "..", "../local", "20260101-000000-abcdef", "/etc", "x" * 300, "20260101-000000-abcdef/.."]
)
def test_an_id_that_is_none_is_refused(tmp_path, identity):
    with pytest.raises(FTError) as caught:
        Workspace(tmp_path).run(identity)
    assert caught.value.code == "run.missing"


@pytest.mark.parametrize("identity", ["", "..", "0" * 11, "/" + "0" * 11, "0" * 12])
def test_a_dataset_id_that_is_none_is_refused(tmp_path, identity):
    with pytest.raises(FTError) as caught:
        Workspace(tmp_path).dataset(identity)
    assert caught.value.code == "dataset.missing"


@pytest.mark.parametrize("person", ["", "..", "a/b", "../x", ".hidden", "a" * 97])
def test_a_person_is_a_plain_folder_name(tmp_path, person):
    with pytest.raises(ValueError):
        Workspace(tmp_path, person)


def test_people_do_not_see_each_others_runs(tmp_path):
    mine, yours = Workspace(tmp_path, "alice"), Workspace(tmp_path, "bob")
    run = new_run(mine)
    assert yours.runs() == []
    with pytest.raises(FTError):
        yours.run(run.id)


def test_the_home_is_the_option_then_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("FT_HOME", str(tmp_path / "a"))
    assert home_folder() == tmp_path / "a"
    assert home_folder(str(tmp_path / "b")) == tmp_path / "b"


def test_a_dataset_is_named_by_its_id_or_by_its_folder(tmp_path):
    workspace = Workspace(tmp_path)
    (workspace.datasets / "0123456789ab").mkdir(parents=True)
    assert workspace.dataset_or_path("0123456789ab") == workspace.datasets / "0123456789ab"
    assert workspace.dataset_or_path("elsewhere/0123456789ab") == Path("elsewhere/0123456789ab")
    with pytest.raises(FTError) as caught:
        workspace.dataset_or_path("ba9876543210")
    assert caught.value.code == "dataset.missing"


def test_a_trial_is_found_inside_its_run_and_not_listed(tmp_path):
    workspace = Workspace(tmp_path)
    run = new_run(workspace)
    trial = Run.create(run.folder / "trials", run.spec(), {}, {}, name="3")
    assert [found.id for found in workspace.runs()] == [run.id]
    assert workspace.run_or_path(f"{run.id[-6:]}/3").folder == trial.folder, "by the end that the page shows"
    assert workspace.run_or_path(run.id[-6:]).id == run.id
    assert workspace.run_or_path(f"{run.id}/3").folder == workspace.run(trial.id).folder == trial.folder
    assert workspace.run_or_path(str(trial.folder)).id == f"{run.id}/3"
    for wrong in (f"{run.id}/4", f"{run.id}/..", f"{run.id}/3/", f"{run.id}/3/../../../x"):
        with pytest.raises(FTError) as caught:
            workspace.run(wrong)
        assert caught.value.code == "run.missing"


def test_a_path_of_a_person_who_is_not_there_is_no_run(tmp_path):
    workspace = Workspace(tmp_path)
    with pytest.raises(FTError) as caught:
        workspace.run_or_path("~nobody-here/run")
    assert caught.value.code == "run.missing"
    assert not workspace.dataset_or_path("~nobody-here/data").exists()
