"""Own checks of an answer: rules without code that a person can type. Without torch: the page counts them, too."""

import json
import math
import re
import time
from collections.abc import Sequence
from typing import Any

import numpy
import regex
from jsonschema import Draft202012Validator
from referencing import Registry

from ft_core.errors import FTError
from ft_core.evals import compare, table
from ft_core.evals.rows import Row
from ft_core.evals.table import Scored
from ft_core.settings.evaluation import RuleSpec

# Groups of three digits are joined by one kind of sign, and follow no leading zero. A hyphen after a letter is no minus.
_NUMBER = re.compile(
    r"(?:(?<![\w.])[-+])?(?:[1-9]\d{0,2}(?:([.,\u0020\u00a0\u202f])\d{3})(?:\1\d{3})*(?!\d)|\d+)(?:[.,]\d+)?"
)
_SECONDS = 0.2  # a pattern gets for one answer: some take longer than anybody waits
_PATIENCE = 10.0  # seconds for all answers, where somebody waits
WHO = ("base", "few_shot", "tuned")


def holds(rule: RuleSpec, answer: str, expected: str) -> bool:
    """Whether an answer keeps the rule; False for an answer that the pattern cannot be tried on in time."""
    if rule.contains is not None:
        return rule.contains.casefold() in answer.casefold()
    if rule.pattern is not None:
        try:
            return regex.search(rule.pattern, answer, timeout=_SECONDS) is not None
        except TimeoutError:
            return False
    if rule.number_within is not None:
        given, wanted = number(answer), number(expected)
        return given is not None and wanted is not None and abs(given - wanted) <= rule.number_within
    try:
        # An empty registry: a schema that points to an address is not fetched.
        return Draft202012Validator(rule.json_schema or {}, registry=Registry()).is_valid(json.loads(answer))
    except (ValueError, RecursionError):  # no JSON, or nested without end, as a schema that refers to itself is
        return False


def number(text: str) -> float | None:
    """The first number in a text: 1,234.50 and 1.234,50 alike; None without one.

    A single comma or point counts as decimal unless exactly three digits follow a comma.
    """
    found = _NUMBER.search(text)
    if found is None:
        return None
    digits = re.sub(r"\s", "", found.group())
    last = max(digits.rfind(","), digits.rfind("."))
    if last >= 0:
        whole, part = digits[:last], digits[last + 1 :]
        grouped = digits[last] == "," and len(part) == 3 and not whole.lstrip("+-").startswith("0")
        grouped |= digits.count(digits[last]) > 1
        plain = re.sub(r"[.,]", "", whole)
        digits = f"{plain}{part}" if grouped else f"{plain}.{part}"
    return float(digits)


def kept(rule: RuleSpec, rows: Sequence[Row], patience: float = math.inf) -> dict[str, numpy.ndarray]:
    """Which answers keep the rule: bool [rows] of each contestant that answered, and of "expected", the right answers.

    Raises FTError `evaluation.slow_rule` when that takes more than `patience` seconds.
    """
    began = time.monotonic()
    found: dict[str, list[bool]] = {who: [] for who in ("expected", *WHO) if rows and rows[0][_column(who)] is not None}
    for row in rows:
        for who, each in found.items():
            each.append(holds(rule, row[_column(who)], row["expected"]))
        if time.monotonic() - began > patience:
            raise FTError(
                "evaluation.slow_rule",
                "The pattern takes too long.",
                f"After {patience:g} seconds not all answers were looked at: there are too many ways in which it may be found.",
                "Write the Pattern without repetitions inside repetitions, such as (a+)+.",
            )
    return {who: numpy.array(each) for who, each in found.items()}


def scored(rule: RuleSpec, rows: Sequence[Row]) -> Scored:
    """The rule as a score of the report."""
    return table.shares({who: each for who, each in kept(rule, rows).items() if who in WHO})


def counted(rule: RuleSpec, rows: Sequence[Row]) -> dict[str, Any]:
    """The same while somebody waits: {"base", "few_shot", "tuned", "expected" (shares), "difference", "low", "high", "result"}.

    Raises FTError `evaluation.slow_rule`.
    """
    found = kept(rule, rows, _PATIENCE)
    base, tuned = found["base"], found["tuned"]
    interval = compare.paired_shares(base, tuned)
    p_value = compare.exact_sign_test(int((tuned & ~base).sum()), int((base & ~tuned).sum()))
    return {who: float(each.mean()) for who, each in found.items()} | {
        "difference": interval.difference,
        "low": interval.low,
        "high": interval.high,
        "result": compare.result(interval, "higher", p_value),
    }


def _column(who: str) -> str:
    return who if who == "expected" else f"{who}_written"


def said(rule: RuleSpec) -> str:
    """What the rule asks for, in words."""
    if rule.contains is not None:
        return f"Share of answers that contain {rule.contains!r}, whatever its case."
    if rule.pattern is not None:
        return f"Share of answers in which the pattern {rule.pattern} is found."
    if rule.number_within is not None:
        return f"Share of answers whose first number is within {rule.number_within:g} of the expected one."
    return "Share of answers that are JSON of the form asked for."
