"""Own checks of an answer: rules without code that a person can type. Without torch: the page counts them, too."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy
import regex
from jsonschema import Draft202012Validator
from referencing import Registry

from ft_core.evals import compare
from ft_core.evals.rows import Row
from ft_core.settings.evaluation import RuleSpec

_NUMBER = re.compile(r"[-+]?\d+(?:[.,\s]?\d{3})*(?:[.,]\d+)?")
_SECONDS = 1.0  # a pattern gets for one answer: some take longer than anybody waits
WHO = ("base", "few_shot", "tuned")


def holds(rule: RuleSpec, answer: str, expected: str) -> bool:
    """Whether an answer keeps the rule; False for an answer that the pattern cannot be tried on in a second."""
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
        value = json.loads(answer)
    except ValueError:
        return False
    # An empty registry: a schema that points to an address is not fetched.
    return Draft202012Validator(rule.json_schema or {}, registry=Registry()).is_valid(value)


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
        grouped = digits[last] == "," and len(part) == 3
        grouped |= digits.count(digits[last]) > 1
        plain = re.sub(r"[.,]", "", whole)
        digits = f"{plain}{part}" if grouped else f"{plain}.{part}"
    return float(digits)


def kept(rule: RuleSpec, rows: Sequence[Row]) -> dict[str, numpy.ndarray]:
    """Which answers keep the rule: bool [rows] of each contestant that answered."""
    return {
        who: numpy.array([holds(rule, row[f"{who}_written"], row["expected"]) for row in rows])
        for who in WHO
        if rows and rows[0][f"{who}_written"] is not None
    }


def counted(rule: RuleSpec, rows: Sequence[Row]) -> dict[str, Any]:
    """Of an evaluation's answers: {"base", "few_shot", "tuned" (shares), "expected" (share of the right answers), "difference", "low", "high", "result"}."""
    found = kept(rule, rows)
    interval = compare.paired_shares(found["base"], found["tuned"])
    return {who: float(each.mean()) for who, each in found.items()} | {
        "expected": float(numpy.mean([holds(rule, row["expected"], row["expected"]) for row in rows])),
        "difference": interval.difference,
        "low": interval.low,
        "high": interval.high,
        "result": compare.result(interval, "higher"),
    }


def said(rule: RuleSpec) -> str:
    """What the rule asks for, in words."""
    if rule.contains is not None:
        return f"Share of answers that contain {rule.contains!r}, whatever its case."
    if rule.pattern is not None:
        return f"Share of answers in which the pattern {rule.pattern} is found."
    if rule.number_within is not None:
        return f"Share of answers whose first number is within {rule.number_within:g} of the expected one."
    return "Share of answers that are JSON of the form asked for."
