"""Split by time: what is asked in the test is newer than all that was learnt, as it will be in use."""

import math
import re
from collections.abc import Sequence

import numpy
import pandas

from ft_core.data.split_random import Chosen
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example

_MOST_UNREADABLE = 0.05  # of the rows; more, and the column holds no dates
_SHOWN = 5
_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*")
# A date has a year, or three numbers: "May" or "10:30" would be taken for today's.
_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_DAY_FIRST = re.compile(r"\s*(?:\d{1,2}\.\d{1,2}\.|(?:1[3-9]|2\d|3[01])[/-]\d{1,2}[/-])")


def choose(examples: Sequence[Example], spec: SplitSpec, values: Sequence[str]) -> Chosen:
    """Indices per split: the newest are the test, those before them validation. `values` [examples] are dates, or numbers that grow.

    The few whose date cannot be read are learnt from, since nothing says that they are new. Raises FTError `data.split`.
    """
    times = read_times(values)
    unknown = numpy.flatnonzero(numpy.isnan(times)).tolist()
    if len(unknown) > _MOST_UNREADABLE * len(values):
        raise _no_dates([(examples[index].row, values[index]) for index in unknown[:_SHOWN]], len(unknown), spec)
    order = numpy.argsort(times, kind="stable")[: len(times) - len(unknown)]  # nan comes last
    test = max(1, round(len(order) * spec.test)) if spec.test else 0
    validation = max(1, round(len(order) * spec.validation)) if spec.validation else 0
    begin = len(order) - test - validation
    return {
        "train": order[:begin].tolist() + unknown,
        "validation": order[begin : len(order) - test].tolist(),
        "test": order[len(order) - test :].tolist(),
    }


def read_times(values: Sequence[str]) -> numpy.ndarray:
    """Dates as seconds since 1970, numbers as they are, nan for what is neither: float64 [values].

    01/02/2024 is the second of January, unless another date of the column shows that the day comes first.
    """
    numbers = [float(value) if _NUMBER.fullmatch(value) else math.nan for value in values]
    if sum(map(math.isnan, numbers)) <= _MOST_UNREADABLE * len(values):
        return numpy.array(numbers)
    texts = [value if _DATE.search(value) else "" for value in values]
    dates = pandas.DatetimeIndex(pandas.to_datetime(texts, errors="coerce", format="ISO8601", utc=True))
    others = [index for index, text in enumerate(texts) if text and dates[index] is pandas.NaT]
    seconds = _seconds(dates)
    if others:
        left = [texts[index] for index in others]
        day_first = any(_DAY_FIRST.match(text) for text in left)
        seconds[others] = _seconds(
            pandas.DatetimeIndex(
                pandas.to_datetime(left, errors="coerce", format="mixed", dayfirst=day_first, utc=True)
            )
        )
    return seconds


def _seconds(dates: pandas.DatetimeIndex) -> numpy.ndarray:
    since = (dates - pandas.Timestamp(0, tz="UTC")).to_numpy()
    return since / numpy.timedelta64(1, "s")


def _no_dates(unknown: Sequence[tuple[int, str]], count: int, spec: SplitSpec) -> FTError:
    shown = ", ".join(f"row {row}: {value[:40]!r}" if value else f"row {row}: empty" for row, value in unknown)
    return FTError(
        "data.split",
        f"The data cannot be split by `{spec.column}`: {count:,} of its dates cannot be read.",
        f"{shown}{' and more' if count > len(unknown) else ''}.",
        "Write them as 2026-01-31 in the file, choose another Split column, or set Split by to random.",
    )
