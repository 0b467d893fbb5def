"""Rows of an evaluation as the tests of this room make them, and votes on them."""

from ft_core.evals.judging.pairs import pairs
from ft_core.evals.judging.votes import Vote


def row(number, base, tuned, prompt=None, expected="good", **more):
    texts = {"base_written": base, "tuned_written": tuned, "prompt": prompt or f"question {number}"}
    return {"row": number, "part": "", "expected": expected} | texts | more


def rows(count):
    """Answers whose texts say nothing about whose they are, the longer one now here and now there."""
    made = []
    for number in range(1, count + 1):
        first, second = f"plum {number}", f"pear {number} and more"
        made.append(row(number, first, second) if number % 3 else row(number, second, first))
    return made


def votes(made, outcomes, reviewer="Ada", left="tuned", aspects=None):
    """One vote a row, with these outcomes, the same answer always on the left."""
    other = "base" if left == "tuned" else "tuned"
    choice = {left: "left", other: "right", "tie": "tie", "both_bad": "both_bad"}
    return [
        Vote(reviewer, pair.id, pair.row, pair.part, left, choice[outcome], aspects or {})
        for pair, outcome in zip(pairs(made), outcomes, strict=False)
    ]
