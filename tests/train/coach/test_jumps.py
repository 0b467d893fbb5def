"""Jumps of loss and gradient in real trainings."""

import numpy

from ft_core.train.coach.jumps import gradient_jumps, loss_jumps


def test_a_healthy_training_has_none(healthy, by_heart, crawling):
    for curves in (healthy, by_heart, crawling):
        assert not loss_jumps(curves).any() and not gradient_jumps(curves).any()


def test_a_garbled_answer_is_a_jump_of_the_loss_where_it_is_seen(odd):
    jumps = loss_jumps(odd)
    assert 1 <= jumps.sum() <= 3 * 4, "four rows, three epochs"
    assert odd.loss[jumps].min() > 3 * numpy.median(odd.loss[len(odd.loss) // 2 :])


def test_large_steps_throw_the_gradient(thrown):
    jumps = gradient_jumps(thrown)
    assert jumps.any() and thrown.gradient_norm[jumps].min() > 2.5 * thrown.gradient_norm[0]
