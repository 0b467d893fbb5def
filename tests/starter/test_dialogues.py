"""The chat stage's dialogues: well formed, right, varied, and far from the project's own example."""

import functools
import json
import re
from collections import Counter
from random import Random

import pytest

from ft_core.starter import dialogue_facts as world
from ft_core.starter import dialogue_tasks as tasks
from ft_core.starter import dialogue_texts as given
from ft_core.starter.dialogue_words import Piece
from ft_core.starter.dialogues import KINDS, Dialogue, as_text, dialogues

SUPPORT = re.compile(
    r"\b(refund|invoice|deliver|password|parcel|subscri|checkout|billing|shipp|shipment|customer|account|ticket|order|shop|stor(e|es|ed)\b|"
    r"payment|login|log in|bugs?\b|complain|warranty|receipt|package|cancel|support|purchase)",
    re.IGNORECASE,
)


@functools.cache
def many() -> list[Dialogue]:
    return dialogues(8000, seed=1)


def pieces(make, count: int = 400) -> list[Piece]:
    return [make(Random(seed)) for seed in range(count)]


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


def test_extracted_words_are_in_the_text() -> None:
    for piece in pieces(given.extraction):
        assert all(answer in piece.turns[0][0] for _question, answer in piece.turns)


def test_records_are_json_of_the_text() -> None:
    parsed = 0
    for piece in pieces(given.record):
        question, answer = piece.turns[0]
        if answer.startswith("{"):
            parsed += 1
            for key, found in json.loads(answer).items():
                assert key in question + (piece.system or "")
                assert key == "number" or str(found) in question
    assert parsed > 100


def test_reading_answers_come_from_the_passage() -> None:
    unknown = 0
    for piece in pieces(given.reading):
        for _question, answer in piece.turns:
            if answer == given.UNKNOWN:
                unknown += 1
                continue
            passage = piece.turns[0][0].lower()
            said = re.findall(r"[\w-]+", answer.lower())
            told = [word for word in said if word not in ("a", "an", "the", "is", "there", "has", "in", "s")]
            missing = [word for word in told if word not in passage]
            assert not missing, (answer, passage)
    assert 10 < unknown < 150


@pytest.mark.parametrize("make", [given.labels, given.few_shot])
def test_labels_have_been_named_before(make) -> None:
    for piece in pieces(make):
        before = (piece.system or "") + "\n" + piece.turns[0][0]
        for question, answer in piece.turns[1:] if make is given.few_shot and len(piece.turns) > 1 else piece.turns:
            known = before + "".join(said for _asked, said in piece.turns[:-1]) if make is given.few_shot else before
            assert answer in known or answer in question


def test_last_label_of_few_shot_was_shown() -> None:
    for piece in pieces(given.few_shot):
        *earlier, (question, answer) = piece.turns
        assert answer in [said for _asked, said in earlier] or f"Label: {answer}\n" in question


def test_the_letter_names_the_word() -> None:
    for piece in pieces(world.choice):
        question, answer = piece.turns[0]
        assert re.search(rf"(^|\s){answer[0]}[).:] \S", question)


def test_stories_tell_of_what_was_asked() -> None:
    for piece in pieces(tasks.story):
        question, answer = piece.turns[0]
        animal, thing = re.search(r"(?:about|with) an? (\w+) and an? (\w+)", question).groups()
        assert animal in answer
        assert thing in answer


def test_numbers_are_sorted_and_words_counted() -> None:
    for piece in pieces(tasks.instruction, 1500):
        question, answer = piece.turns[0]
        if question.startswith("Sort these numbers: "):
            numbers = [int(number) for number in question.removeprefix("Sort these numbers: ").split(", ")]
            assert answer == ", ".join(map(str, sorted(numbers)))
        if question.startswith("Count the words: "):
            assert answer == str(len(question.removeprefix("Count the words: ").split()))
