"""Labels by chance are learnt by heart: the validation loss shows it."""

from dataclasses import replace

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.overfitting import overfitting
from tests.train.coach.made import dataset, random_labels, trained


def test_the_corrected_run_ends_where_the_validation_loss_was_best(by_heart):
    advice = overfitting(by_heart)
    assert advice is not None and advice.severity == "problem" and advice.evidence.chart == "loss"
    best = int(by_heart.validation_steps[by_heart.validation_loss.argmin()])
    assert advice.evidence.start == best and advice.evidence.end == by_heart.validation_steps[-1]
    assert abs(advice.changes["epochs"] - by_heart.epoch(best)) <= 0.05
    assert f"{by_heart.validation_loss.min():.3f}" in advice.what
    assert [found.code for found in advise(by_heart) if found.severity == "problem"] == ["overfitting"]


def test_the_corrected_run_has_no_complaint_and_a_better_loss(tmp_path, base, by_heart):
    advice = overfitting(by_heart)
    assert advice is not None
    settings = {"learning_rate": 5e-3} | advice.changes
    corrected = read(trained(tmp_path, base, dataset(tmp_path, random_labels(150)), **settings))
    assert overfitting(corrected) is None
    assert corrected.validation_loss[-1] < by_heart.validation_loss[-1]


def test_within_the_first_epoch_dropout_is_raised_too(by_heart):
    """The same curves over so many examples that all of it is one epoch."""
    advice = overfitting(replace(by_heart, training=by_heart.training.model_copy(update={"epochs": 1})))
    assert advice is not None and advice.changes["epochs"] < 1 and advice.changes["lora_dropout"] == 0.1


def test_dropout_is_raised_only_where_the_training_has_it(by_heart):
    once = by_heart.training.model_copy(update={"epochs": 1})
    for other in (
        replace(by_heart, training=once.model_copy(update={"method": "full"})),
        replace(by_heart, training=once, on_pairs=True),
    ):
        advice = overfitting(other)
        assert advice is not None and list(advice.changes) == ["epochs"] and "dropout" not in advice.fix


def test_a_rise_within_the_error_of_few_examples_is_no_finding(by_heart):
    assert overfitting(replace(by_heart, validation_examples=1)) is None


def test_other_trainings_do_not_overfit(healthy, crawling, thrown):
    for curves in (healthy, crawling, thrown):
        assert overfitting(curves) is None
