"""A search while it goes on and after it."""

import pytest

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.ui.runs import sweep_result
from ft_core.worker import launch


def test_nothing_is_shown_before_there_is_one(workspace, example_run):
    shown = sweep_result.watch_sweep(workspace, "", example_run.id)
    assert shown[1] == "" and not shown[2]["visible"]
    _, best, use, table, *rest = sweep_result.watch_trials(workspace, "", example_run.id)
    assert best == "" and not use["visible"] and not table["visible"] and rest[-1] == ""


def test_a_finished_search_tells_its_trials_and_the_best(studied):
    workspace, (_, _, search, _) = studied
    shown = sweep_result.watch_sweep(workspace, "", search.id)
    assert shown[1] == search.id and "trial 4 of 4" in shown[4]
    assert [update["visible"] for update in shown[5:]] == [False, False, False]
    seen, best, use, table, *rest = sweep_result.watch_trials(workspace, "", search.id)
    result = search.sweep()
    assert result is not None and use["visible"] and f"{result['best']['settings']['learning_rate']:g}" in best
    rows = table["value"]["data"]
    assert table["value"]["headers"][:3] == ["Trial", "Learning rate", "LoRA rank"] and len(rows) == 4
    assert float(rows[0][3]) == pytest.approx(result["best"]["value"], abs=1e-3), "the best is first"
    rate, rank, epochs, batch = rest[:4]
    assert len(rate["value"].dropna()) == len(rank["value"].dropna()) >= 1
    assert not epochs["visible"] and not batch["visible"]
    assert rate["y_title"] == rank["y_title"] == "validation loss (nats per token)"
    assert isinstance(sweep_result.watch_trials(workspace, seen, search.id), dict)


def test_the_trial_at_work_is_shown_and_it_can_be_stopped(studied, job_state):
    workspace, (_, _, search, _) = studied
    result = search.sweep()
    search.write_sweep(result | {"trials": result["trials"][:3], "status": "running"})
    search.write_job("sweep", job_state(step=3, total=4))
    shown = sweep_result.watch_sweep(workspace, "", search.id)
    assert shown[6]["visible"] and not shown[7]["visible"]
    rows = sweep_result.watch_trials(workspace, "", search.id)[3]["value"]["data"]
    assert rows[0][0] == "4" and rows[0][-2] == "At work" and len(rows) == 4
    sweep_result.stop_sweep(workspace, search.id)
    assert search.stop_requested() == "keep"


def test_a_stopped_search_goes_on(studied, supervised, job_state):
    workspace, (_, _, search, _) = studied
    search.write_job("sweep", job_state("stopped"))
    assert sweep_result.watch_sweep(workspace, "", search.id)[7]["visible"]
    sweep_result.resume_sweep(workspace, search.id)
    assert launch.view(workspace, search, "sweep").status == "queued"


def test_a_failed_search_says_why(studied, job_state):
    workspace, (_, _, search, _) = studied
    search.write_job("sweep", job_state("failed"))
    search.write_error("sweep", FTError("x", "It broke.", "Because.", "Mend it."))
    failure = sweep_result.watch_sweep(workspace, "", search.id)[5]
    assert failure["visible"] and "It broke" in failure["value"]


def test_the_best_settings_become_a_run(studied, supervised):
    workspace, (_, _, search, _) = studied
    new = workspace.run(sweep_result.use_best(workspace, search.id))
    best = search.sweep()["best"]
    training = new.spec().training
    assert {name: getattr(training, name) for name in best["settings"]} == best["settings"]
    assert training == Run(search.trials_folder / str(best["number"])).spec().training, "LoRA alpha too"
    assert new.spec().sweep is None and launch.view(workspace, new, "train").status == "queued"


def test_without_a_finished_trial_there_is_no_best(studied):
    workspace, (made, _, search, _) = studied
    search.write_sweep(search.sweep() | {"best": None})
    with pytest.raises(FTError) as caught:
        sweep_result.use_best(workspace, search.id)
    assert caught.value.code == "sweep.no_best"
