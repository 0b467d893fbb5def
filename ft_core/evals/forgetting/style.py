"""One voice for everything: forms that are no longer followed, one opening for many answers, words of the training where they don't belong."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy

from ft_core.evals import compare
from ft_core.evals.forgetting.drift import as_dict
from ft_core.evals.forgetting.formats import Format, follows

_MARKERS = 20  # words at most
_TYPICAL = (
    5.0  # a word is typical when it is in this many times the share of the training answers that it has in general ones
)
_OFTEN = 0.05  # and in at least this share of the training answers
_OPENING = 2  # words


def formats(chosen: Sequence[Format], base: Sequence[str], tuned: Sequence[str]) -> dict[str, Any]:
    """The part `formats`: shares of answers in the form that was asked for, with the exact McNemar test."""
    before = numpy.array([follows(form, answer) for form, answer in zip(chosen, base, strict=True)])
    after = numpy.array([follows(form, answer) for form, answer in zip(chosen, tuned, strict=True)])
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    return {
        "n": len(chosen),
        "base": int(before.sum()),
        "tuned": int(after.sum()),
        **as_dict(compare.paired_shares(before, after)),
        "p_value": compare.exact_sign_test(gained, lost),
        "gained": gained,
        "lost": lost,
        "detectable": compare.smallest_detectable_share(len(chosen)),
        "rows": [
            {"form": form.name, "prompt": form.ask, "base": a, "tuned": b, "base_follows": x, "tuned_follows": y}
            for form, a, b, x, y in zip(chosen, base, tuned, before.tolist(), after.tolist(), strict=True)
        ],
    }


def openings(base: Sequence[str], tuned: Sequence[str]) -> dict[str, Any]:
    """The part `openings`: the share of the answers that begin with the most common first two words.

    The commonest opening is looked for anew in each bootstrap sample, so that having chosen it is part of the interval.
    """
    weights = compare.resampled(len(base))
    found, draws = {}, {}
    for name, answers in (("base", base), ("tuned", tuned)):
        begun = [opening(answer) for answer in answers]
        common, count = Counter(begun).most_common(1)[0]
        found[name] = {"opening": common, "share": count / len(begun)}
        kinds = sorted(set(begun))
        draws[name] = (weights @ numpy.array([[one == kind for kind in kinds] for one in begun], float)).max(1)
    difference = found["tuned"]["share"] - found["base"]["share"]
    interval = compare.bootstrapped(difference, (draws["tuned"] - draws["base"]) / len(base), len(base))
    return {"n": len(base), **found, **as_dict(interval)}


def opening(answer: str) -> str:
    """The first words of an answer, in small letters, with no other signs."""
    return " ".join(_words(answer)[:_OPENING])


def markers(
    training: Sequence[str], general: Sequence[str], base: Sequence[str], tuned: Sequence[str]
) -> dict[str, Any]:
    """The part `markers`: words typical of the training answers against `general` ones, and the shares of answers with one of them.

    `copied` counts answers that are a training answer, word for word. What the two models wrote has no part in choosing the words.
    """
    words = typical(training, general)
    known = {tuple(_words(answer)) for answer in training} - {()}

    def shares(has: Any) -> dict[str, Any]:
        before, after = (numpy.array([has(answer) for answer in answers], bool) for answers in (base, tuned))
        interval = compare.paired_shares(before, after)
        return {"base": int(before.sum()), "tuned": int(after.sum()), **as_dict(interval)}

    return {
        "n": len(base),
        "words": words,
        **shares(lambda answer: not set(words).isdisjoint(_words(answer))),
        "copied": shares(lambda answer: tuple(_words(answer)) in known),
    }


def typical(training: Sequence[str], general: Sequence[str]) -> list[str]:
    """Words in many training answers and in few general ones, most typical first; empty when there are none.

    Shares of answers that hold the word, with one added to the count and two to the total (Laplace), so that a word which no general
    answer has is not infinitely typical.
    """
    inside, outside = (
        Counter(word for answer in answers for word in set(_words(answer))) for answers in (training, general)
    )

    def share(counts: Counter[str], word: str, total: int) -> float:
        return (counts[word] + 1) / (total + 2)

    ratios = {
        word: share(inside, word, len(training)) / share(outside, word, len(general))
        for word, count in inside.items()
        if count >= max(2, _OFTEN * len(training))
    }
    chosen = sorted(
        (word for word, ratio in ratios.items() if ratio >= _TYPICAL), key=lambda word: (-ratios[word], word)
    )
    return chosen[:_MARKERS]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
