"""The question to a judge names nobody; its answer is read strictly."""

import pytest

from ft_core.evals.judging.asked import question, verdict_in
from ft_core.evals.judging.pairs import pairs
from tests.evals.judging.made import row


def test_both_orders_ask_the_same_and_name_nobody():
    (pair,) = pairs([row(1, "plum", "", "Which fruit?", "cherry")])
    ((first,), (second,)) = (question(pair, True), question(pair, False))
    for message in (first, second):
        assert message.role == "user" and "Which fruit?" in message.content and "cherry" in message.content
        assert "base" not in message.content.lower() and "tuned" not in message.content.lower()
    assert first.content.index("plum") < first.content.index("(empty)")
    assert second.content.index("plum") > second.content.index("(empty)")
    assert "FOR COMPARISON" not in question(pairs([row(1, "a", "b", expected="")])[0], True)[0].content


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("VERDICT: A", "A"),
        ("verdict: b", "B"),
        ("**VERDICT: A**", "A"),
        ("VERDICT: TIE (both are as good)", "tie"),
        ("Verdict: a tie", "tie"),
        ("VERDICT: BOTH BAD (neither is of use)", "both_bad"),
        ("VERDICT: BOTH_BAD", "both_bad"),
        ("The verdict is: B.", "B"),
        ("Verdict: Answer A, because B is wrong", "A"),
        ("VERDICT: A\nB says nothing of the price.", "A"),
        ("B is short. A is right.\n\nVERDICT: **B**", "B"),
        ("VERDICT: A\n...\nVERDICT: A", "A"),
        ("A", "A"),
        (" b.\n", "B"),
        ("[[B]]", "B"),
        ("Answer B", "B"),
        ("The better answer is A.", "A"),
        ("Tie", "tie"),
        ("both-bad", "both_bad"),
        ("Some thoughts on both.\nA", "A"),
        ('{"verdict": "B"}', "B"),
        ("<think>VERDICT: A? No, wait.</think>\nVERDICT: B", "B"),
    ],
)
def test_a_verdict_is_read(answer, said):
    assert verdict_in(answer) == said


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "  \n",
        "the the the the",
        "A is better than B",
        "Answer A is good, and so is answer B.",
        "VERDICT: A or B",
        "VERDICT: A/B",
        "VERDICT: A, B",
        "VERDICT: A\nVERDICT: B\nVERDICT: TIE",
        "VERDICT: C",
        "VERDICT: both",
        "VERDICT: A good try by both",
        "verdict: about the same",
        "A, B",
        "10 out of 10",
        "<think>VERDICT: A",
        "Abracadabra",
        "I cannot compare these.",
    ],
)
def test_nonsense_is_no_verdict(answer):
    assert verdict_in(answer) is None
