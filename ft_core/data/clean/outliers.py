"""Outliers: rows whose prompt or answer is far longer or shorter than nearly all others."""

from collections.abc import Sequence

import numpy

from ft_core.data.clean.step import MAX_SAMPLES, Found, Step
from ft_core.settings.example import Example
from ft_core.settings.project import Task

# Iglewicz and Hoaglin (1993), "How to detect and handle outliers": 0.6745 |x - median| / MAD above 3.5. Lengths of texts are spread evenly
# on both sides of their median only as logarithms.
_FAR = 3.5 / 0.6745
_LEAST_FACTOR = 6.0  # and at least so many times longer or shorter than the median, where lengths hardly differ at all
_MOST = 0.05  # of all rows: more of them are another kind of row, not a few odd ones
_LEAST_ROWS = 30  # fewer say nothing about what is usual


def step(task: Task) -> Step:
    """The step for a task: labels have no usual length."""
    return Step(
        "Unusual lengths",
        "Rows far longer or shorter than nearly all others are often mistakes, such as two rows run together or a text that was cut.",
        {"drop": "These rows are left out"},
        lambda examples: _find(examples, answers=task != "classification"),
    )


def _find(examples: Sequence[Example], answers: bool) -> Found:
    """Rows whose log length is more than 3.5 robust standard deviations from the median. Blank texts are left to `empty`."""
    found = Found()
    if len(examples) < _LEAST_ROWS:
        return found
    parts = {"prompt": [example.prompt_text for example in examples]}
    if answers:
        parts["answer"] = [example.answer for example in examples]
    usual: list[str] = []
    odd: dict[int, tuple[float, str]] = {}  # place -> how far, and a sample
    for part, texts in parts.items():
        lengths = numpy.array([len(text) for text in texts])
        distances, limits = _far(lengths)
        if limits:
            usual.append(f"{part}s of {limits} characters")
        for place in map(int, numpy.flatnonzero(distances)):
            sample = f"{part} of {lengths[place]:,} characters: {texts[place]}"
            odd[place] = max(odd.get(place, (0.0, "")), (float(distances[place]), sample))
    found.places = sorted(odd)
    for _, sample in sorted(odd.values(), reverse=True)[:MAX_SAMPLES]:
        found.sample(sample, "")
    if usual:
        found.detail = f"Usual here are {' and '.join(usual)}."
    return found


def _far(lengths: numpy.ndarray) -> tuple[numpy.ndarray, str]:
    """How far in logarithms each length is from the median, 0 where it is not far; and what is usual, in words. `lengths` is int [examples]."""
    logs = numpy.log(numpy.maximum(lengths, 1))
    middle = float(numpy.median(logs))
    spread = max(_FAR * float(numpy.median(numpy.abs(logs - middle))), float(numpy.log(_LEAST_FACTOR)))
    most = _MOST * len(lengths)
    short = (lengths > 0) & (logs < middle - spread)
    long = logs > middle + spread
    short, long = (side if side.sum() <= most else numpy.zeros_like(side) for side in (short, long))
    low, high = f"{numpy.ceil(numpy.exp(middle - spread)):,.0f}", f"{numpy.floor(numpy.exp(middle + spread)):,.0f}"
    words = (
        f"{low} to {high}"
        if short.any() and long.any()
        else f"at least {low}"
        if short.any()
        else f"up to {high}"
        if long.any()
        else ""
    )
    return numpy.where(short | long, numpy.abs(logs - middle), 0.0), words
