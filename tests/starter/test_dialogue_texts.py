"""Dialogues about a given text: what is answered stands in it."""

import json
import re

import pytest

from ft_core.starter import dialogue_texts as given
from ft_core.starter.dialogue_words import data
from tests.starter.made import pieces


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


def test_passages_about_one_or_several_persons_name_who_is_meant() -> None:
    for piece in pieces(given.several):
        asked, said = piece.turns[0]
        assert not re.search(r"\b[NVA]\b(?!\.)", said), said
        assert said.split(" ")[0].removesuffix("'s") in asked


def test_two_labels_are_json_of_two_known_sets() -> None:
    sets = data()["labels"]
    for piece in pieces(given.two_labels):
        found = json.loads(piece.turns[0][1])
        assert len(found) == 2
        for name, label in found.items():
            assert label in sets[name] and label != "about" and name in piece.system and label in piece.system


def test_a_question_is_not_respelt_where_its_spelling_is_the_answer() -> None:
    for make in (given.reading, given.extraction, given.record, given.two_labels):
        assert all(piece.exact for piece in pieces(make, 50)), make
