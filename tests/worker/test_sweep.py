"""Sweeps for real, with a tiny model: stopped, killed and gone on with, hopeless trials ended, failed ones counted."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.sweep import SweepSpec
from ft_core.settings.train import TrainSpec
from ft_core.worker import jobs
from ft_core.worker.children import child
from tests.helpers import make_base_model, make_dataset, make_run

ROOT = Path(__file__).parents[2]
TRAINING = TrainSpec(
    epochs=1,
    learning_rate=5e-3,
    batch_size=8,
    lora_rank=4,
    lora_alpha=8,
    evaluations=4,
    max_length=128,
    threads=1,
)
BAD = 1e-7  # it learns nothing
SETTINGS = {"learning_rate": [5e-3, 1e-2, BAD]}
CHILD = """
import sys
from pathlib import Path
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.worker import jobs
from ft_core.worker.children import child
jobs.here(Run.open(Path(sys.argv[1])), "sweep")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("sweep")
    return home / "runs", make_base_model(home / "base"), make_dataset(home / "datasets", 60)


def parent(made, settings: dict[str, Any], **more: Any) -> Run:
    runs, base, dataset = made
    run = make_run(runs, base, dataset, TRAINING)
    sweep = SweepSpec.model_validate({"settings": settings} | more).filled(run.spec().training)
    run.project.write_text(project.dump(run.spec().model_copy(update={"sweep": sweep})), encoding="utf-8")
    return run


def outcomes(run: Run) -> list[tuple[Any, ...]]:
    result = run.sweep()
    assert result is not None
    return [(row["number"], row["settings"], row["status"], row["value"]) for row in result["trials"]]


def attempts(one: Run) -> int:
    return (one.folder / "log.txt").read_text().count("train: begins")


@pytest.fixture(scope="module")
def whole(made):
    """A sweep that was asked to stop in the middle of its second trial, and then went on to its end."""
    run = parent(made, SETTINGS, seed=3)

    def stop(_step, _total, message):
        if message.startswith("trials, 2 of 3: training") and (run.trials_folder / "2" / "metrics.jsonl").exists():
            run.request_stop()

    assert jobs.here(run, "sweep", on_progress=stop) == "stopped"
    result = run.sweep()
    assert result and result["status"] == "stopped" and [row["status"] for row in result["trials"]] == ["done"]
    half = Run(run.trials_folder / "2")
    assert half.job("train").status == "stopped" and half.has_adapter and not run.stop_requested()
    assert jobs.here(run, "sweep") == "done"
    assert attempts(half) == 2 and half.job("train").status == "done", "it went on with the trial that was stopped"
    return run


def test_every_trial_is_a_run_and_the_best_is_the_lowest(whole):
    result = whole.sweep()
    assert (result["status"], result["wanted"], len(result["trials"])) == ("done", 3, 3)
    assert sorted(row["settings"]["learning_rate"] for row in result["trials"]) == sorted(SETTINGS["learning_rate"])
    done = [row for row in result["trials"] if row["status"] == "done"]
    assert len(done) == 2 and result["best"]["value"] == min(row["value"] for row in done)
    for row in done:
        one = Run(whole.trials_folder / str(row["number"]))
        losses = [metric["loss"] for metric in one.metrics() if metric["kind"] == "validation"]
        assert row["value"] == min(losses) and row["run"] == one.id and row["seconds"] > 0
        assert one.spec().training.learning_rate == row["settings"]["learning_rate"] and one.has_adapter
    assert result["importances"] is None and result["seconds"] > 0
    assert whole.job("sweep").status == "done"


def test_a_hopeless_trial_is_ended_early(whole):
    (pruned,) = [row for row in whole.sweep()["trials"] if row["status"] == "pruned"]
    assert pruned["settings"]["learning_rate"] == BAD and pruned["number"] == 3
    one = Run(whole.trials_folder / str(pruned["number"]))
    assert 0 < one.training()["steps"] < one.training()["total_steps"] and not one.stop_requested()


def test_killed_in_the_middle_it_ends_with_the_same_trials(made, whole):
    run = parent(made, SETTINGS, seed=3)
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(run.folder)], cwd=ROOT, stderr=subprocess.DEVNULL)
    second = Run(run.trials_folder / "2")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not any(row["kind"] == "validation" for row in second.metrics()):
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert second.job("train").status == "interrupted" and run.job("sweep").status == "interrupted"
    assert jobs.here(run, "sweep") == "done"
    assert outcomes(run) == outcomes(whole), "the same settings and, to the bit, the same losses"
    assert [attempts(Run(run.trials_folder / str(number))) for number in range(1, 4)] == [1, 2, 1]
    assert run.sweep()["seconds"] > run.sweep()["trials"][2]["seconds"]


def test_a_trial_that_fails_is_counted_with_its_reason_and_the_sweep_goes_on(made):
    run = parent(made, {"initialisation": ["pissa", "default"], "method": ["qlora", "lora"], "epochs": [0.25]})
    assert jobs.here(run, "sweep") == "done"
    rows = {(row["settings"]["method"], row["settings"]["initialisation"]): row for row in run.sweep()["trials"]}
    wrong = rows.pop(("qlora", "pissa"))
    assert wrong["status"] == "failed" and "cannot begin with pissa" in wrong["reason"] and wrong["value"] is None
    assert len(rows) == 3 and {row["status"] for row in rows.values()} <= {"done", "pruned"}
    assert run.sweep()["best"]["value"] == min(row["value"] for row in rows.values())


def test_a_loss_of_zero_is_a_loss(made):
    """A trial that a process, killed before it could say so, had trained to its end."""
    run = parent(made, {"seed": [1]}, trials=1)
    one = child(run, 1, {"seed": 1})
    one.append_metric({"kind": "validation", "step": 1, "loss": 0.0})
    one.write_job("train", JobState.of_this_process().model_copy(update={"status": "done"}))
    assert jobs.here(run, "sweep") == "done"
    assert [row["status"] for row in run.sweep()["trials"]] == ["done"] and run.sweep()["best"]["value"] == 0


def test_when_all_fail_alike_the_sweep_fails_with_their_reason(made, tmp_path):
    runs, _, dataset = made
    run = parent((runs, tmp_path / "gone", dataset), {"seed": [1, 2, 3, 4, 5]})
    with pytest.raises(FTError) as caught:
        jobs.here(run, "sweep")
    assert caught.value.code == "model.missing"
    assert run.job("sweep").status == "failed" and run.sweep()["status"] == "failed"
    assert len(run.sweep()["trials"]) == 3


def test_ended_at_once_it_is_stopped_on_disk_too(made):
    run = parent(made, {"seed": [1]}, trials=1)

    def second_ctrl_c(_step, _total, _message):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.here(run, "sweep", on_progress=second_ctrl_c)
    assert (run.sweep()["status"], run.job("sweep").status) == ("stopped", "stopped")


def test_no_trial_begins_after_the_minutes(made):
    run = parent(made, {"seed": [1, 2, 3], "epochs": [0.25]}, minutes=0.02)

    def slowly(_step, _total, message):
        if "training" in message:
            time.sleep(0.7)

    assert jobs.here(run, "sweep", on_progress=slowly) == "done"
    assert [row["status"] for row in run.sweep()["trials"]] == ["done"], "the one at work was finished"


def test_a_run_without_a_sweep_is_refused(made):
    runs, base, dataset = made
    with pytest.raises(FTError, match="no settings to try"):
        jobs.here(make_run(runs, base, dataset, TRAINING), "sweep")
