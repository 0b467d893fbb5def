"""What the scores of base and tuned on the same questions allow to say."""

from collections.abc import Sequence
from typing import Any

import numpy

from ft_core.evals import compare
from ft_core.evals.benchmarks.known import Benchmark
from ft_core.evals.benchmarks.rows import Rows

_OPENING = {
    "better": "It got better at this benchmark",
    "worse": "It forgot: it got worse at this benchmark",
    "no clear change": "No clear change",
}
Scores = dict[str, list[float]]


def summed_up(name: str, benchmark: Benchmark, rows: Rows, base: Scores, tuned: Scores) -> dict[str, Any]:
    """One benchmark's part of the report; shares are from 0 to 1.

    Of the headline measure: base, tuned, difference, low, high (95 %), result, p_value (exact McNemar), gained, lost (questions),
    base_low, base_high, tuned_low, tuned_high (95 %, Wilson). `measures`: {measure: {title, base, tuned, difference, low, high, p_value, result}}.
    `chance`: what guessing would score. `detectable`: the smallest difference that n questions show with 80 % power.
    """
    head = benchmark.headline
    before, after = numpy.array(base[head]) == 1, numpy.array(tuned[head]) == 1
    total = len(rows)
    measures = {
        measure: _measure(title, base[measure], tuned[measure]) for measure, title in benchmark.measures.items()
    }
    found: dict[str, Any] = {
        "title": benchmark.title,
        "meaning": benchmark.meaning,
        "n": total,
        "shots": benchmark.shots,
        "measure": head,
        "chance": _chance(name, rows),
        **{key: value for key, value in measures[head].items() if key != "title"},
        "gained": int((~before & after).sum()),
        "lost": int((before & ~after).sum()),
        "detectable": compare.smallest_detectable_share(total),
        "measures": measures,
        "rows_sha256": rows.sha256,
    }
    for who, right in (("base", before), ("tuned", after)):
        found[f"{who}_low"], found[f"{who}_high"] = compare.wilson(int(right.sum()), total)
    if rows.subjects:
        subjects = numpy.array(rows.subjects)
        found["subjects"] = {
            str(subject): {
                "n": int((subjects == subject).sum()),
                "base": float(before[subjects == subject].mean()),
                "tuned": float(after[subjects == subject].mean()),
            }
            for subject in dict.fromkeys(rows.subjects)
        }
    found["sentence"] = _sentence(found)
    return found


def together(found: dict[str, dict[str, Any]]) -> None:
    """`result` and `sentence` of each, once all are measured: its `p_value` is adjusted for all being looked at (`p_adjusted`, Holm 1979)."""
    adjusted = compare.holm({name: one["p_value"] for name, one in found.items()})
    for name, one in found.items():
        interval = compare.Interval(one["difference"], one["low"], one["high"])
        one["p_adjusted"], one["result"] = adjusted[name], compare.result(interval, "higher", adjusted[name])
        one["sentence"] = _sentence(one)


def _measure(title: str, base: Sequence[float], tuned: Sequence[float]) -> dict[str, Any]:
    before, after = numpy.array(base), numpy.array(tuned)
    if set(base) | set(tuned) <= {0.0, 1.0}:
        interval = compare.paired_shares(before == 1, after == 1)
        p_value = compare.exact_sign_test(int((after > before).sum()), int((after < before).sum()))
    else:
        draws = compare.mean_draws(compare.resampled(len(before)), after - before)
        interval = compare.bootstrapped(float((after - before).mean()), draws, len(before))
        p_value = compare.bootstrap_p(draws)
    return {
        "title": title,
        "base": float(before.mean()),
        "tuned": float(after.mean()),
        "difference": interval.difference,
        "low": interval.low,
        "high": interval.high,
        "p_value": p_value,
        "result": compare.result(interval, "higher", p_value),
    }


def _chance(name: str, rows: Rows) -> float:
    """The mean over the questions of 1 / number of choices."""
    return float(numpy.mean([1 / _choices(name, question) for question in rows.questions]))


def _choices(name: str, question: dict[str, Any]) -> int:
    if name == "hellaswag":
        return len(question["endings"])
    if name == "truthfulqa":
        return len(question["mc1_targets"]["choices"])
    return len(question["choices"]["text"] if name.startswith("arc") else question["choices"])


def _sentence(found: dict[str, Any]) -> str:
    base, tuned = (round(found[who] * found["n"]) for who in ("base", "tuned"))
    low, high = 100 * found["low"], 100 * found["high"]
    small = ", a small sample" if found["n"] < compare.SMALL else ""
    sentence = (
        f"{_OPENING[found['result']]}: {tuned} of {found['n']} questions right, the base model {base} "
        f"(difference {100 * found['difference']:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}{small})."
    )
    if found["base_low"] <= found["chance"]:
        sentence += " The base model does no better than guessing here, so there was hardly anything to forget."
    return sentence
