"""Loss and drift over the probes, from token arrays made by hand."""

import numpy
import pytest

from ft_core.evals.forgetting import drift
from ft_core.evals.forgetting.probes import Probe
from ft_core.generate import Shift


def probe(kind: str, number: int) -> Probe:
    return Probe(kind, f"{kind} in words", f"{kind} {number}?", "an answer")


def shift(base: list[float], rise: float, divergence: float = 0.1, moved: int = 0) -> Shift:
    first, count = numpy.array(base), len(base)
    return Shift(first, first + rise, numpy.full(count, divergence), numpy.arange(count) >= moved)


def test_losses_are_per_token_over_all_probes_and_per_kind():
    chosen = [probe("facts", 1), probe("facts", 2), probe("forms", 3)]
    found = drift.section(chosen, [shift([1, 1], 0.5), shift([2, 2, 2, 2], 1.5), shift([3, 3], 0.5)])
    assert found["n"] == 3 and found["tokens"] == 8
    assert found["base"] == pytest.approx((2 + 8 + 6) / 8) and found["tuned"] == pytest.approx(found["base"] + 1)
    assert found["difference"] == pytest.approx(1.0) and found["low"] < 1 < found["high"]
    assert found["perplexity_times"]["difference"] == pytest.approx(numpy.e)
    assert (found["lower"], found["higher"], found["p_value"]) == (0, 3, 0.25)
    facts, forms = found["kinds"]
    assert (facts["kind"], facts["says"], facts["n"]) == ("facts", "facts in words", 2)
    assert facts["difference"] == pytest.approx(7 / 6) and facts["low"] <= facts["difference"] <= facts["high"]
    assert forms["difference"] == pytest.approx(0.5) and forms["low"] is None, "one probe has no interval"
    assert [row["prompt"] for row in found["rows"]] == ["facts 1?", "facts 2?", "forms 3?"]
    assert found["rows"][1]["base"] == 2 and found["rows"][1]["tuned"] == 3.5


def test_drift_is_the_mean_divergence_and_the_share_of_places_that_changed():
    chosen = [probe("facts", number) for number in range(30)]
    shifts = [shift([1.0] * 4, 0.0, divergence=0.2 if number % 2 else 0.4, moved=number % 2) for number in range(30)]
    found = drift.section(chosen, shifts)["drift"]
    assert found["mean"] == pytest.approx(0.3) and 0.2 < found["low"] < 0.3 < found["high"] < 0.4
    assert found["changed"] == pytest.approx(0.125) and found["changed_low"] < 0.125 < found["changed_high"]
    assert found["says"] == "large" and found["scale"][-1] == {"below": None, "says": "very large"}


def test_a_paired_difference_is_narrow_where_the_losses_themselves_are_wide_apart():
    chance = numpy.random.default_rng(0)
    chosen = [probe("facts", number) for number in range(40)]
    shifts = [shift(chance.uniform(0, 10, 5).tolist(), 0.2 + chance.normal(0, 0.05)) for _ in chosen]
    found = drift.section(chosen, shifts)
    assert found["high"] - found["low"] < 0.1 and 0.1 < found["low"] < found["high"] < 0.3
    again = drift.section(chosen, shifts)
    assert again == found, "one seed"


@pytest.mark.parametrize(
    ("nats", "word"), [(0.0, "next to none"), (-0.02, "small"), (0.05, "clear"), (0.3, "large"), (9.0, "very large")]
)
def test_sizes_have_names(nats, word):
    assert drift.size(nats) == word


def test_the_gap_of_the_system_prompt_is_told_for_both_models():
    plain = [shift([2.0, 2.0], 1.0), shift([4.0, 4.0], 1.0), shift([3.0], 1.0)]
    told = [shift([2.1, 2.1], 2.0), shift([4.1, 4.1], 2.0), shift([3.1], 2.0)]
    found = drift.system_gap(plain, told)
    assert found["base"] == pytest.approx(0.1) and found["tuned"] == pytest.approx(1.1)
    assert found["difference"] == pytest.approx(1.0) and found["low"] > 0.9 and found["n"] == 3
