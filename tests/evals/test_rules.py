"""Own checks that a person types."""

import pytest

from ft_core.evals import rules
from ft_core.settings.evaluation import RuleSpec

SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}


@pytest.mark.parametrize(
    ("rule", "answer", "expected", "kept"),
    [
        ({"contains": "Thank you"}, "thank YOU very much", "", True),
        ({"contains": "Thank you"}, "thanks", "", False),
        ({"pattern": r"^\w+$"}, "billing", "", True),
        ({"pattern": r"^\w+$"}, "billing it is", "", False),
        ({"number_within": 0.5}, "It costs 1,234.50 dollars", "1234.9", True),
        ({"number_within": 0.5}, "It costs 12 dollars", "13", False),
        ({"number_within": 0.5}, "It costs much", "13", False),
        ({"json_schema": SCHEMA}, '{"total": 3}', "", True),
        ({"json_schema": SCHEMA}, '{"total": "three"}', "", False),
        ({"json_schema": SCHEMA}, "total: 3", "", False),
        ({"json_schema": {}}, "[]", "", True),
        ({"json_schema": {"$ref": "#"}}, "[]", "", False),
        ({"json_schema": {}}, "[" * 100_000, "", False),
    ],
)
def test_an_answer_keeps_a_rule_or_does_not(rule, answer, expected, kept) -> None:
    assert rules.holds(RuleSpec(name="mine", **rule), answer, expected) is kept


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1,234", 1234),
        ("1.234", 1.234),
        ("1.234.567", 1234567),
        ("3,5", 3.5),
        ("1 000 000", 1000000),
        ("minus -7 degrees", -7),
        ("5\n100 apples", 5),
        ("In 2020 100 people", 2020),
        ("0,125", 0.125),
        ("covid-19", 19),
        ("none", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number) -> None:
    assert rules.number(text) == number


def test_a_pattern_that_takes_for_ever_ends_and_is_not_kept() -> None:
    assert rules.holds(RuleSpec(name="slow", pattern="^(a|aa)+$"), "a" * 60 + "!", "") is False


def test_a_rule_is_counted_for_every_contestant_and_for_the_right_answers() -> None:
    rows = [
        {"expected": "a 1", "base_written": "x", "few_shot_written": None, "tuned_written": "a" if row else "x"}
        for row in range(40)
    ]
    found = rules.counted(RuleSpec(name="a", contains="a"), rows)
    assert (found["base"], found["tuned"], found["expected"], found["result"]) == (0, 39 / 40, 1, "better")
    assert "few_shot" not in found and found["low"] > 0.8


@pytest.mark.parametrize("kind", [{"contains": "a"}, {"pattern": "a+"}, {"number_within": 1}, {"json_schema": {}}])
def test_every_rule_says_what_it_asks_for(kind) -> None:
    assert rules.said(RuleSpec(name="mine", **kind)).startswith("Share of answers")
