"""A validation loss of few examples, or none."""

from dataclasses import replace

import numpy

from ft_core.train.coach.curves import read
from ft_core.train.coach.validation_size import validation_size
from tests.helpers import make_run


def test_few_examples_cannot_tell(by_heart):
    assert 0 < by_heart.validation_examples < 20
    advice = validation_size(by_heart)
    assert advice is not None and (advice.code, advice.severity, advice.changes) == ("validation_too_small", "hint", {})
    assert f"{by_heart.validation_examples} examples" in advice.what and "about 35 examples" in advice.why
    assert "Raise Validation share" in advice.fix


def test_the_interval_is_that_of_the_scatter(by_heart):
    loss = by_heart.validation_loss[-1]
    half = loss * 1.96 / by_heart.validation_examples**0.5
    advice = validation_size(by_heart)
    assert advice is not None and f"{loss - half:.3f} to {loss + half:.3f}" in advice.what


def test_losses_that_are_alike_need_few_examples(crawling):
    assert crawling.validation_examples < 35 and validation_size(crawling) is None


def test_no_validation_at_all(alone):
    advice = validation_size(alone)
    assert advice is not None and advice.code == "no_validation" and "Validation share" in advice.fix


def test_of_a_share_that_is_learnt_from_the_rest_counts_too(by_heart):
    few = replace(by_heart, train_examples=20, training=by_heart.training.model_copy(update={"training_share": 0.1}))
    advice = validation_size(few)
    assert advice is not None and advice.fix.startswith("Raise Validation share")


def test_too_few_rows_for_one_that_tells(by_heart):
    advice = validation_size(replace(by_heart, train_examples=20))
    assert advice is not None and advice.fix.startswith("Collect more")


def test_nothing_before_the_first_step_or_the_first_validation(tmp_path, base, clean, by_heart):
    assert validation_size(read(make_run(tmp_path / "runs", base, clean))) is None
    assert validation_size(replace(by_heart, validation_loss=numpy.array([]), validation_steps=numpy.array([]))) is None


def test_enough_is_enough(healthy):
    assert validation_size(healthy) is None
