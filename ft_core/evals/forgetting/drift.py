"""What the probes say: the loss of their reference answers before and after, and how far the distributions of the two models are apart."""

from collections.abc import Sequence
from typing import Any

import numpy

from ft_core.evals import compare
from ft_core.evals.compare import Interval
from ft_core.evals.forgetting.probes import Probe
from ft_core.generate import Shift

# Nats per token, and what a step of that size is called. exp(0.05) = 1.05: up to there a perplexity is 5 % higher at most.
# The steps are our choice, for want of a standard; what they are of is measured.
SCALE = ((0.01, "next to none"), (0.05, "small"), (0.25, "clear"), (0.7, "large"), (numpy.inf, "very large"))
MATTERS = 0.05


def size(nats: float) -> str:
    """What so many nats per token are called."""
    return next(word for most, word in SCALE if abs(nats) < most)


def section(chosen: Sequence[Probe], shifts: Sequence[Shift]) -> dict[str, Any]:
    """The part `probes` of the result; see `measure.measure`. `shifts` are those of base and tuned on each of the probes, two at least."""
    tokens = numpy.array([len(shift.first) for shift in shifts])
    base = numpy.array([shift.first.sum() for shift in shifts])
    tuned = numpy.array([shift.second.sum() for shift in shifts])
    weights = compare.resampled(len(shifts))
    draws = _draws(weights, base, tuned, tokens)
    interval = compare.bootstrapped(float((tuned - base).sum() / tokens.sum()), draws, len(shifts))
    lower, higher = int((tuned < base).sum()), int((tuned > base).sum())
    kinds = list(dict.fromkeys((probe.kind, probe.says) for probe in chosen))
    return {
        "n": len(shifts),
        "tokens": int(tokens.sum()),
        "base": float(base.sum() / tokens.sum()),
        "tuned": float(tuned.sum() / tokens.sum()),
        **as_dict(interval),
        "perplexity_times": {name: float(numpy.exp(value)) for name, value in as_dict(interval).items()},
        "detectable": compare.smallest_detectable(draws),
        "p_value": compare.exact_sign_test(lower, higher),
        "lower": lower,
        "higher": higher,
        "kinds": [_kind(kind, says, chosen, base, tuned, tokens) for kind, says in kinds],
        "drift": _drift(weights, shifts, tokens),
        "rows": [
            {
                "kind": probe.kind,
                "prompt": probe.ask,
                "answer": probe.answer,
                "base": float(shift.first.mean()),
                "tuned": float(shift.second.mean()),
                "drift": float(shift.divergence.mean()),
                "changed": float(1 - shift.same.mean()),
            }
            for probe, shift in zip(chosen, shifts, strict=True)
        ],
    }


def as_dict(interval: Interval) -> dict[str, float]:
    """{"difference", "low", "high"}"""
    return {"difference": interval.difference, "low": interval.low, "high": interval.high}


def system_gap(plain: Sequence[Shift], told: Sequence[Shift]) -> dict[str, Any]:
    """The part `system_prompt`: by how much the training's system prompt changes the loss of the probes' answers, for either model.

    `plain` and `told` are of the same probes without and with it. `difference` is the gap of the tuned model less that of the base.
    """
    tokens = numpy.array([len(shift.first) for shift in plain])
    gaps = {
        name: numpy.array([getattr(b, side).sum() - getattr(a, side).sum() for a, b in zip(plain, told, strict=True)])
        for name, side in (("base", "first"), ("tuned", "second"))
    }
    draws = _draws(compare.resampled(len(plain)), gaps["base"], gaps["tuned"], tokens)
    means = {name: float(values.sum() / tokens.sum()) for name, values in gaps.items()}
    return {"n": len(plain), **means, **as_dict(_interval(means, draws, len(plain)))}


def _interval(means: dict[str, float], draws: numpy.ndarray, total: int) -> Interval:
    return compare.bootstrapped(means["tuned"] - means["base"], draws, total)


def _draws(weights: numpy.ndarray, base: numpy.ndarray, tuned: numpy.ndarray, tokens: numpy.ndarray) -> numpy.ndarray:
    """Difference of the losses per token in each bootstrap sample of whole probes."""
    return compare.ratio_draws(weights, tuned, tokens) - compare.ratio_draws(weights, base, tokens)


def _kind(
    kind: str, says: str, chosen: Sequence[Probe], base: numpy.ndarray, tuned: numpy.ndarray, tokens: numpy.ndarray
) -> dict[str, Any]:
    """One kind of probes by itself. Few probes: without an interval when there is but one."""
    of = [place for place, probe in enumerate(chosen) if probe.kind == kind]
    base, tuned, tokens = base[of], tuned[of], tokens[of]
    means = {"base": float(base.sum() / tokens.sum()), "tuned": float(tuned.sum() / tokens.sum())}
    row: dict[str, Any] = {"kind": kind, "says": says, "n": len(of), **means}
    if len(of) < 2:
        return row | {"difference": means["tuned"] - means["base"], "low": None, "high": None}
    draws = _draws(compare.resampled(len(of)), base, tuned, tokens)
    return row | as_dict(_interval(means, draws, len(of)))


def _drift(weights: numpy.ndarray, shifts: Sequence[Shift], tokens: numpy.ndarray) -> dict[str, Any]:
    """Mean KL(base || tuned) and the share of places where another token is the likeliest one, each with its interval over the probes."""
    sums = numpy.array([shift.divergence.sum() for shift in shifts])
    moved = numpy.array([(~shift.same).sum() for shift in shifts])
    drift, changed = (
        compare.bootstrapped(
            float(values.sum() / tokens.sum()), compare.ratio_draws(weights, values, tokens), len(shifts)
        )
        for values in (sums, moved)
    )
    return {
        "mean": drift.difference,
        "low": drift.low,
        "high": drift.high,
        "says": size(drift.difference),
        "changed": changed.difference,
        "changed_low": changed.low,
        "changed_high": changed.high,
        "scale": [{"below": None if most == numpy.inf else most, "says": word} for most, word in SCALE],
    }
