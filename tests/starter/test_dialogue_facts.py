"""Dialogues about the world: right by the data files, and in the form asked for."""

import re

from ft_core.starter import dialogue_facts as world
from ft_core.starter.dialogue_words import data, split
from tests.starter.made import pieces


def test_the_letter_names_the_word() -> None:
    for piece in pieces(world.choice):
        question, answer = piece.turns[0]
        assert re.search(rf"(^|\s){answer[0]}[).:] \S", question)


def test_yes_and_no_are_both_answers() -> None:
    found = {"Yes": 0, "No": 0}
    for piece in pieces(world.facts, 1500):
        word = re.split(r"[.,]", piece.turns[0][1])[0]
        if piece.system in ("Answer yes or no.", "Answer with yes or no."):
            assert piece.turns[0][1] in ("Yes.", "No.")
            found[word] += 1
    assert min(found.values()) > 10


def test_one_word_is_one_word_where_it_is_asked_for() -> None:
    seen = 0
    for piece in pieces(world.facts, 1000):
        question, answer = piece.turns[0]
        if "one word" in question or (piece.system and "word" in piece.system):
            seen += 1
            assert " " not in answer and answer.endswith(".") and answer[0].isupper()
    assert seen > 100


def test_a_gap_is_filled_with_what_the_data_says() -> None:
    pairs = {
        word.strip()
        for row in data()["relations"].values()
        for pair in split(row["pairs"])
        for word in pair.split(": ")
    }
    for piece in pieces(world.blank):
        question, answer = piece.turns[0]
        if "___" in question:
            assert answer in pairs
        else:
            opening = question.split(": ", 1)[1].removesuffix(" ...")
            assert answer.startswith(opening) and len(answer) > len(opening)


def test_every_relation_can_be_asked_and_said() -> None:
    for name, relation in data()["relations"].items():
        pairs = world._pairs(relation)
        assert len(pairs) >= 4, name
        for x, y in pairs:
            for pattern in (*relation["ask"], relation["say"], *([relation["check"]] if "check" in relation else [])):
                put = world._put(pattern, x, y)
                assert put and "{" not in put and "  " not in put
