"""The chat stage's dialogues: well formed, right, varied, and far from the project's own example."""

import functools
import re
from collections import Counter

from ft_core.starter.dialogues import KINDS, Dialogue, as_text, dialogues

SUPPORT = re.compile(
    r"\b(refund|invoice|deliver|password|parcel|subscri|checkout|billing|shipp|shipment|customer|account|ticket|order|shop|stor(e|es|ed)\b|"
    r"payment|login|log in|bugs?\b|complain|warranty|receipt|package|cancel|support|purchase)",
    re.IGNORECASE,
)


@functools.cache
def many() -> list[Dialogue]:
    return dialogues(8000, seed=1)


def test_same_seed_same_dialogues() -> None:
    assert dialogues(200, seed=3) == dialogues(200, seed=3)
    assert dialogues(200, seed=3) != dialogues(200, seed=4)


def test_roles_alternate_and_end_with_the_assistant() -> None:
    for dialogue in many():
        roles = [role for role, _content in dialogue.turns]
        if roles[0] == "system":
            roles = roles[1:]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert 2 <= len(roles) <= 10


def test_no_content_is_empty_or_unfilled() -> None:
    for dialogue in many():
        for _role, content in dialogue.turns:
            assert content.strip() == content != ""
            assert "<|" not in content
            assert not re.search(r"\{\w+\}|  ", content), content


def test_every_kind_occurs_by_its_weight() -> None:
    counts = Counter(dialogue.kind for dialogue in many())
    assert set(counts) == set(KINDS)
    assert sum(weight for weight, _make in KINDS.values()) == 100
    for kind, (weight, _make) in KINDS.items():
        assert 0.6 * weight < counts[kind] / 80 < 1.5 * weight


def test_most_are_distinct() -> None:
    assert len({as_text(dialogue) for dialogue in many()}) > 7000


def test_about_half_have_a_system_prompt_and_a_quarter_several_turns() -> None:
    system = sum(dialogue.turns[0][0] == "system" for dialogue in many()) / 8000
    longer = sum([role for role, _content in dialogue.turns].count("user") > 1 for dialogue in many()) / 8000
    assert 0.4 < system < 0.6
    assert 0.18 < longer < 0.35


def test_answers_are_short() -> None:
    for dialogue in many():
        assert max(len(content.split()) for role, content in dialogue.turns if role == "assistant") < 130


def test_nothing_of_the_support_world() -> None:
    for dialogue in many():
        found = SUPPORT.search(as_text(dialogue))
        assert found is None, (found, as_text(dialogue))


def test_sums_are_right() -> None:
    seen = 0
    for dialogue in many():
        for a, word, b, result in re.findall(r"(\d+) (plus|minus|\+|-) (\d+) (?:is|=) (\d+)", as_text(dialogue)):
            assert int(result) == (int(a) + int(b) if word in ("plus", "+") else int(a) - int(b))
            seen += 1
    assert seen > 100
