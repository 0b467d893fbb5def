"""How a run stands, in words."""

from ft_core.settings import project
from ft_core.settings.data_size import DataSizeSpec
from ft_core.ui.runs.standing import standing
from ft_core.worker import launch


def test_the_job_at_work_says_how_far_it_is(workspace, example_run, job_state):
    assert standing(workspace, example_run) == "new"
    example_run.write_job("train", job_state().model_copy(update={"seconds_left": 90.0}))
    assert standing(workspace, example_run) == "training"
    assert standing(workspace, example_run, detailed=True) == "training, 3 of 10, 1 min 30 s left"


def test_how_far_a_run_came(workspace, example_run, job_state):
    example_run.write_job("train", job_state("done"))
    assert standing(workspace, example_run) == "trained"
    example_run.write_report({"n": 2})
    for ended in ("done", "stopped", "interrupted"):  # another evaluation that was stopped leaves the report before it
        example_run.write_job("evaluate", job_state(ended))
        assert standing(workspace, example_run) == "evaluated"


def test_a_run_that_is_stopping_or_waits_again_is_not_told_by_how_far_it_came(workspace, example_run, job_state):
    example_run.write_job("train", job_state("done"))
    example_run.write_job("evaluate", job_state("done"))
    launch.place(workspace.home, example_run, "evaluate")
    assert standing(workspace, example_run) == "evaluation: waiting"
    example_run.write_job("evaluate", job_state())
    example_run.request_stop()
    assert standing(workspace, example_run) == "evaluation: stopping"
    example_run.write_job("evaluate", job_state("done"))
    example_run.write_job("train", job_state())
    assert standing(workspace, example_run, detailed=True) == "stopping"


def test_a_study_is_called_what_it_is(workspace, example_run, job_state):
    example_run.write_job("sweep", job_state("stopped"))
    assert standing(workspace, example_run) == "trying settings: stopped"
    example_run.write_job("sweep", job_state("done"))
    assert standing(workspace, example_run) == "settings tried"


def test_a_study_that_was_not_begun_is_called_what_it_is_too(workspace, example_run):
    asked = example_run.spec().model_copy(update={"data_size": DataSizeSpec()})
    example_run.project.write_text(project.dump(asked))
    assert standing(workspace, example_run) == "measuring how much data it needs: new"
