"""How far two judges of the same pairs agree, beyond what chance would make them: Cohen's kappa.

Three verdicts are told apart: base, tuned, neither (tie, both bad, or a model's that changes with the order). Kappa is 0 for two who
agree as often as chance, 1 for two who always do. The words are those of Landis and Koch 1977 (Biometrics 33, 159-174).
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy

from ft_core.evals import compare

ENOUGH = 20  # shared pairs, below which nothing but counts is given
_KINDS = ("base", "tuned", "neither")
_WORDS = ((0.0, "no"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"), (1.0, "almost perfect"))
_TRUSTED, _TRUSTED_AT_LEAST = 0.6, 0.4  # kappa from which a judge is trusted, and the lower end of its interval


def agreement(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, Any]:
    """{"shared", "same", "kappa", "low", "high", "words"} of two who gave outcomes (pair id -> outcome).

    `shared` pairs that both judged, `same` those with the same verdict. `kappa` has a 95 % interval, bootstrapped over the pairs, which
    is never narrower than what the share of `same` allows (Wilson): two who never differed are not known to agree always. All
    three are None below 20 shared pairs, and where chance alone would make them agree always (both gave one verdict only).
    """
    shared = sorted(first.keys() & second.keys())
    one = numpy.array([_kind(first[pair]) for pair in shared], dtype=numpy.int64)
    other = numpy.array([_kind(second[pair]) for pair in shared], dtype=numpy.int64)
    same = int((one == other).sum())
    found: dict[str, Any] = {"shared": len(shared), "same": same, "kappa": None, "low": None, "high": None}
    if not shared:
        return found | {"words": "They have judged no pair in common."}
    counted = f"the same verdict on {same} of {len(shared)} pairs that both judged"
    if len(shared) < ENOUGH:
        return found | {"words": f"They gave {counted}: too few to say how far they agree ({ENOUGH} or more would do)."}
    kappa = _kappa(one, other)
    if kappa is None:
        return found | {"words": f"They gave {counted}, and always the same one: how far they agree cannot be told."}
    low, high = _interval(kappa, one, other, same)
    found |= {"kappa": kappa, "low": low, "high": high}
    word = next((word for limit, word in _WORDS if kappa <= limit), _WORDS[-1][1])
    figures = f"kappa {kappa:.2f}, 95 % interval {low:.2f} to {high:.2f}"
    return found | {"words": f"They show {word} agreement: {counted} ({figures})."}


def trust(found: Mapping[str, Any], judge: str) -> tuple[bool, str]:
    """Whether a model that judges is to be trusted after its agreement with people, and a sentence that says so and what to do."""
    shared, kappa, low = found["shared"], found["kappa"], found["low"]
    if shared < ENOUGH:
        missing = ENOUGH - shared
        return False, (
            f"Do not trust {judge} yet: people have voted on {shared} of the pairs that it judged. "
            f"Vote on {missing} more of them: {ENOUGH} are the least that show whether it judges as people do."
        )
    if kappa is None or low is None:
        return False, (
            f"Do not trust {judge} yet: it and people gave one verdict only, so their agreement says nothing. "
            "Vote on more pairs."
        )
    if low <= 0:
        return False, (
            f"Do not trust {judge}: it is not shown to agree with people more than chance would (kappa {kappa:.2f}, "
            f"95 % interval from {low:.2f}). Choose a stronger model, or vote on more pairs."
        )
    if kappa < _TRUSTED or low < _TRUSTED_AT_LEAST:
        return False, (
            f"Read {judge} as a hint only: it agrees with people more than chance would, but not closely (kappa {kappa:.2f}, "
            f"95 % interval from {low:.2f}). Let people decide, or choose a stronger model."
        )
    return True, (
        f"{judge} judges these answers much as people do (kappa {kappa:.2f}, 95 % interval from {low:.2f}; {shared} pairs): "
        "it can stand in for them on answers of this kind. Vote on some new pairs now and then to check."
    )


def _kind(outcome: str) -> int:
    return _KINDS.index(outcome if outcome in _KINDS else "neither")


def _kappa(one: numpy.ndarray, other: numpy.ndarray) -> float | None:
    from sklearn.metrics import cohen_kappa_score  # a second to load: only when it is asked

    if len(set(one) | set(other)) == 1:
        return None
    kappa = float(cohen_kappa_score(one, other))
    return kappa if math.isfinite(kappa) else None


def _interval(kappa: float, one: numpy.ndarray, other: numpy.ndarray, same: int) -> tuple[float, float]:
    """The wider at each end of the bootstrap and of the Wilson interval of the observed agreement at the chance there is."""
    total = len(one)
    drawn = compare.bootstrapped(kappa, _draws(one, other), total)
    counts = numpy.array([numpy.bincount(kinds, minlength=len(_KINDS)) for kinds in (one, other)]) / total
    chance = float((counts[0] * counts[1]).sum())
    low, high = ((share - chance) / (1 - chance) for share in compare.wilson(same, total))
    return min(drawn.low, low), max(drawn.high, high)


def _draws(one: numpy.ndarray, other: numpy.ndarray) -> numpy.ndarray:
    """Kappa in each bootstrap sample. A sample of one verdict only, where it is not defined, counts as full agreement."""
    kinds = len(_KINDS)
    cells = numpy.eye(kinds * kinds)[one * kinds + other]
    tables = compare.mean_draws(compare.resampled(len(one)), cells).reshape(-1, kinds, kinds)
    observed = tables.trace(axis1=1, axis2=2)
    chance = (tables.sum(1) * tables.sum(2)).sum(1)
    room = 1 - chance
    return numpy.where(room > 1e-12, (observed - chance) / numpy.where(room > 1e-12, room, 1), 1.0)
