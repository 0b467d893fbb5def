"""Measurements in a tracker of the person's own: which ones, under which names, and what never goes there."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.settings import trackers
from ft_core.settings.train import TrainSpec
from ft_core.train import reporting, training
from tests.helpers import make_base_model, make_dataset, make_run

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from pathlib import Path
from ft_core.run import Run
from ft_core.train import training
run = Run.open(Path(sys.argv[1]))
def progress(step, total, message):
    if step == 3 and len(sys.argv) > 2:
        run.request_stop("pause")
training.train(run, progress)
if len(sys.argv) > 2:
    run.clear_stop()
    training.train(run, lambda *_: None)
"""


@pytest.fixture
def reported(tmp_path):
    """Makes a run that reports to a tracker."""
    base = make_base_model(tmp_path / "private-base")
    dataset = make_dataset(tmp_path / "datasets", 60)

    def make(reporter: str, head: str = "written"):
        spec = TrainSpec.model_validate(
            {
                "report_to": reporter,
                "head": head,
                "epochs": 1,
                "batch_size": 8,
                "lora_rank": 4,
                "evaluations": 2,
                "max_length": 128,
                "threads": 1,
            }
        )
        return make_run(tmp_path / "runs", base, dataset, spec)

    return make


def train(run, *arguments: str, **environment: str) -> str:
    """Train in a process of its own, as always; what it printed on standard output."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("TRACKIO", "WANDB"))}
    child = [sys.executable, "-c", CHILD, str(run.folder), *arguments]
    done = subprocess.run(child, cwd=ROOT, env=known | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(trackers.installed("wandb"), reason="it is installed here")
def test_a_training_that_cannot_report_begins_nothing(reported):
    run, said = reported("wandb"), []
    with pytest.raises(FTError) as caught:
        training.train(run, lambda step, total, message: said.append(message))
    assert caught.value.code == "report.missing" and said == [] and not run.checkpoints.exists()


def test_names_are_those_of_our_measurements():
    logs = {"loss": 1.5, "grad_norm": 2.0, "learning_rate": 0.1, "token_accuracy": 0.5, "epoch": 0.2}
    assert reporting.named(logs) == {
        "train/loss": 1.5, "train/gradient_norm": 2.0, "train/learning_rate": 0.1, "train/token_accuracy": 0.5, "train/epoch": 0.2,
    }  # fmt: skip
    held = {"eval_loss": 1.0, "eval_runtime": 3.0, "eval_part/faq": 0.7}
    assert reporting.named(held) == {"validation/loss": 1.0, "validation/part/faq": 0.7}
    assert reporting.named({"train_runtime": 9.0}) == {}


def losses(run, kind: str) -> list[tuple[int, float]]:
    return [(row["step"], pytest.approx(row["loss"], rel=1e-5)) for row in run.metrics() if row["kind"] == kind]


def test_tensorboard_finds_every_loss_once_also_of_a_resumed_training(reported):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = reported("tensorboard")
    assert train(run, "pause and resume") == ""
    found = EventAccumulator(str(run.tensorboard)).Reload()
    for kind in ("train", "validation"):
        assert [(one.step, one.value) for one in found.Scalars(f"{kind}/loss")] == losses(run, kind)
    for path in run.tensorboard.iterdir():
        assert b"private-base" not in path.read_bytes() and str(run.folder).encode() not in path.read_bytes()


def test_trackio_keeps_it_under_the_names_of_project_and_run(reported, tmp_path):
    pytest.importorskip("trackio")
    run = reported("trackio")
    printed = train(run, TRACKIO_DIR=str(tmp_path / "trackio"))
    assert printed == "", "standard output may be one JSON object"
    (database,) = (tmp_path / "trackio").glob("toy*.db")
    with sqlite3.connect(database) as rows:
        kept = rows.execute("select step, metrics from metrics where run_name = ? order by step", (run.id,)).fetchall()
    values = [(step, json.loads(text)) for step, text in kept]
    assert [(step, one["train/loss"]) for step, one in values if "train/loss" in one] == losses(run, "train")
    assert [(step, one["validation/loss"]) for step, one in values if "validation/loss" in one] == losses(
        run, "validation"
    )
    assert b"private-base" not in database.read_bytes()


@pytest.mark.parametrize("head", ["written", "classification"])
def test_every_training_reports_and_one_that_fails_ends_its_report(reported, head):
    pytest.importorskip("tensorboard")
    run = reported("tensorboard", head=head)
    ended = []

    def progress(step: int, total: int, message: str) -> None:
        if step == 3:
            # The writer of event files has a thread of its own until it is closed.
            ended.append([thread for thread in threading.enumerate() if type(thread).__name__ == "_AsyncWriterThread"])
            raise FTError("train.diverged", "What.", "Why.", "Fix.")

    with pytest.raises(FTError):
        training.train(run, progress)
    assert len(ended[0]) == 1 and not ended[0][0].is_alive()
    assert list(run.tensorboard.iterdir())
