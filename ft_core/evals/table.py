"""The table of scores: each of base, few-shot and tuned with the paired difference, and what it allows to say.

One score, the headline, is chosen beforehand for the kind of task and decides the verdict. The others are looked at together, so their
p-values are adjusted (Holm 1979): of many scores one differs by chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from ft_core.evals import compare
from ft_core.evals.about import MetricInfo
from ft_core.evals.compare import Interval

Each = Mapping[str, numpy.ndarray]


@dataclass(frozen=True)
class Scored:
    """A score by contestant, "few_shot" only where there is one, and tuned - base."""

    values: dict[str, float]
    interval: Interval
    p_value: float


def shares(right: Each) -> Scored:
    """Of what is right or wrong for each example, bool [n] by contestant; p by the exact McNemar test."""
    base, tuned = right["base"], right["tuned"]
    gained, lost = int((tuned & ~base).sum()), int((base & ~tuned).sum())
    return Scored(_means(right), compare.paired_shares(base, tuned), compare.exact_sign_test(gained, lost))


def means(values: Each, weights: numpy.ndarray) -> Scored:
    """Of a value for each example, float64 [n] by contestant; `weights` as `compare.resampled` gives them."""
    return drawn(_means(values), compare.mean_draws(weights, values["tuned"] - values["base"]), weights)


def drawn(values: dict[str, float], draws: numpy.ndarray, weights: numpy.ndarray) -> Scored:
    """Of anything else: its values, and the difference in each bootstrap sample, float64 [draws]."""
    difference = values["tuned"] - values["base"]
    return Scored(values, compare.bootstrapped(difference, draws, weights.shape[1]), compare.bootstrap_p(draws))


def losses(sums: Each, tokens: numpy.ndarray | Each, weights: numpy.ndarray) -> tuple[dict[str, Scored], numpy.ndarray]:
    """{"loss", "perplexity"} per token, and the difference of the losses in each bootstrap sample, float64 [draws].

    `sums` are of each example in nats, float64 [n] by contestant; `tokens` how many they are of, the same for all or by contestant.
    """
    counts = tokens if isinstance(tokens, Mapping) else dict.fromkeys(sums, tokens)
    before, after = (compare.ratio_draws(weights, sums[name], counts[name]) for name in ("base", "tuned"))
    draws = {"loss": after - before, "perplexity": compare.perplexity(after) - compare.perplexity(before)}
    values = {"loss": {name: float(each.sum() / counts[name].sum()) for name, each in sums.items()}}
    values["perplexity"] = {name: float(compare.perplexity(loss)) for name, loss in values["loss"].items()}
    return {name: drawn(values[name], draws[name], weights) for name in draws}, draws["loss"]


def table(infos: Mapping[str, MetricInfo], scored: Mapping[str, Scored], headline: str) -> dict[str, Any]:
    """{name: what `MetricInfo` holds, base, few_shot (or None), tuned, difference, low, high, p_value, p_adjusted (None for the headline), result}."""
    adjusted = compare.holm({name: scored[name].p_value for name in infos if name != headline})
    rows = {}
    for name, info in infos.items():
        one, p = scored[name], adjusted.get(name)
        rows[name] = info.model_dump() | {
            "base": one.values["base"],
            "few_shot": one.values.get("few_shot"),
            "tuned": one.values["tuned"],
            "difference": one.interval.difference,
            "low": one.interval.low,
            "high": one.interval.high,
            "p_value": one.p_value,
            "p_adjusted": p,
            "result": compare.result(one.interval, info.better, one.p_value if p is None else p),
        }
    return rows


def _means(values: Each) -> dict[str, float]:
    return {name: float(each.mean()) for name, each in values.items()}
