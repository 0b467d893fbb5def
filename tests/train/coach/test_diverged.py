"""A training whose numbers run out."""

from dataclasses import replace

import numpy
import pytest
from safetensors.torch import load_file, save_file

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.diverged import diverged
from tests.helpers import make_base_model
from tests.train.coach.made import trained


@pytest.fixture(scope="module")
def broken(tmp_path_factory, clean):
    """A base model whose numbers are too large for its format."""
    folder = tmp_path_factory.mktemp("broken")
    base = make_base_model(folder / "base")
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"].fill_(1e38)
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    return trained(folder, base, clean)


def test_a_training_that_broke_down_is_told_with_the_rate_that_its_error_names(broken):
    curves = read(broken)
    assert curves.error == "train.diverged" and curves.status == "failed" and len(curves.steps) == 0
    (advice,) = advise(curves)
    assert advice.code == "diverged" and "very first step" in advice.what and "base model" in advice.why
    assert advice.changes == {"learning_rate": pytest.approx(curves.training.learning_rate / 5)}
    assert f"{advice.changes['learning_rate']:g}" in broken.error("train").fix


def test_it_explains_all_that_came_before(thrown):
    """The curves of a training that was thrown about, had it ended so."""
    curves = replace(thrown, status="failed", error="train.diverged")
    advice = diverged(curves)
    assert (
        advice is not None and f"at step {curves.last_step}" in advice.what and f"{curves.loss[-1]:.2f}" in advice.what
    )
    assert advice.evidence.end == curves.last_step and advice.changes["learning_rate"] == pytest.approx(0.016)
    assert [found.code for found in advise(curves) if found.severity == "problem"] == ["diverged"]
    assert numpy.isfinite(curves.loss).all()


def test_a_training_that_ended_well_did_not_break_down(healthy, thrown):
    assert diverged(healthy) is None and diverged(thrown) is None
