"""What the rules look at, read from a real run."""

from dataclasses import replace

import numpy
import pytest

from ft_core.data.store import Dataset
from ft_core.jobs import JobState
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train.coach import curves as module
from ft_core.train.coach.curves import read
from ft_core.train.coach.robust import slope
from tests.helpers import make_run


def test_curves_are_the_runs_measurements(healthy_run, healthy):
    rows = healthy_run.metrics()
    train = [row for row in rows if row["kind"] == "train"]
    held = [row for row in rows if row["kind"] == "validation"]
    assert healthy.loss.tolist() == [row["loss"] for row in train] and healthy.last_step == train[-1]["step"]
    assert healthy.gradient_norm.tolist() == [row["gradient_norm"] for row in train]
    assert healthy.learning_rate.tolist() == [row["learning_rate"] for row in train]
    assert healthy.validation_loss.tolist() == [row["loss"] for row in held] and len(held) == 8
    assert healthy.total_steps == healthy.last_step == healthy_run.training()["total_steps"]
    assert (healthy.status, healthy.error, healthy.training) == ("done", None, healthy_run.spec().training)
    assert healthy.epoch(healthy.last_step) == pytest.approx(3, rel=0.02)
    assert healthy.measured and healthy.ended and healthy.half_done


def test_the_data_is_counted(healthy_run, healthy):
    data = Dataset.open(healthy_run.folder / healthy_run.data()["folder"])
    assert (healthy.train_examples, healthy.validation_examples) == (data.counts["train"], data.counts["validation"])
    assert 2 < healthy.learnt_tokens < 5, "a short label and the end of the turn"


def test_a_run_that_has_not_begun_has_empty_curves(tmp_path, base, clean):
    curves = read(make_run(tmp_path / "runs", base, clean))
    assert curves.status == "running" and len(curves.steps) == len(curves.validation_loss) == 0
    assert not (curves.measured or curves.ended or curves.half_done)


def test_a_run_is_half_done_by_its_steps_or_its_end(healthy):
    running = replace(healthy, status="running")
    assert running.half_done and not replace(running, total_steps=10 * healthy.total_steps).half_done
    assert replace(running, status="stopped", total_steps=10 * healthy.total_steps).half_done


@pytest.mark.parametrize(("method", "rate"), [("qlora", 2e-3), ("full", 5e-4), ("ia3", 1e-2), ("prompt_tuning", 0.1)])
def test_the_usual_rate_is_the_one_that_is_chosen(tmp_path, base, clean, method, rate):
    assert read(make_run(tmp_path / "runs", base, clean, TrainSpec(method=method))).usual_rate == rate


def test_of_a_share_of_the_examples_an_epoch_is_shorter(tmp_path, base, clean):
    run = make_run(tmp_path / "runs", base, clean, TrainSpec(training_share=0.5, epochs=2, batch_size=8))
    curves = read(run)
    assert curves.train_examples == round(clean.counts["train"] / 2)
    assert curves.epoch(curves.total_steps) == pytest.approx(2, rel=0.05)


def test_the_job_knows_how_many_steps_long_texts_give(tmp_path, base, clean):
    run = make_run(tmp_path / "runs", base, clean)
    planned = read(run).total_steps
    run.write_job("train", JobState.of_this_process())
    assert read(run).total_steps == planned, "it has not said it yet"
    run.write_job("train", JobState.of_this_process().model_copy(update={"total": 7 * planned}))
    assert read(run).total_steps == 7 * planned


def test_a_step_that_float16_skipped_has_its_neighbours_gradient(tmp_path, base, clean):
    run = make_run(tmp_path / "runs", base, clean)
    for step, norm in enumerate((None, 2.0, None, 4.0), start=1):
        run.append_metric({"kind": "train", "step": step, "loss": 1.0, "gradient_norm": norm, "learning_rate": 1e-3})
    assert read(run).gradient_norm.tolist() == [2, 2, 3, 4]


def test_learnt_tokens_stay_unknown_while_the_tokenizer_is_elsewhere(clean):
    assert module._learnt_tokens(clean, ModelSpec(base="nobody/never-downloaded"), 128) is None


def test_along_the_way_a_steady_fall_is_a_straight_line(crawling):
    """The schedule slows the loss down at both ends; against the path it does not."""
    path = crawling.validation_path
    middle = len(path) // 2
    early, late = slice(0, middle), slice(middle, None)
    by_step = [slope(crawling.validation_steps[part], crawling.validation_loss[part])[0] for part in (early, late)]
    by_path = [slope(path[part], crawling.validation_loss[part])[0] for part in (early, late)]
    assert crawling.path[-1] == 1 and (numpy.diff(crawling.path) >= 0).all()
    assert by_step[1] / by_step[0] < 0.6 < 0.8 < by_path[1] / by_path[0]


def test_a_validation_loss_is_as_sure_as_its_examples_are_many_and_alike(healthy, by_heart, crawling):
    assert by_heart.example_scatter == 1, "a training loss that was learnt by heart tells nothing of other examples"
    assert by_heart.validation_error == pytest.approx(by_heart.validation_examples**-0.5)
    assert crawling.example_scatter < 0.5, "before anything is learnt all losses are large and alike"
    assert 0.5 < healthy.example_scatter <= 1
