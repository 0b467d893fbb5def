"""Dialogues that need no given text: the small tasks are done right."""

import re

from ft_core.starter import dialogue_tasks as tasks
from ft_core.starter.dialogue_words import data
from tests.starter.made import pieces


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


def test_words_are_spelt_and_written_as_asked() -> None:
    spelt = 0
    for piece in pieces(tasks.instruction, 3000):
        question, answer = piece.turns[0]
        if found := re.fullmatch(r"Spell (?:the word )?([a-z ]+)\.", question):
            spelt += 1
            assert answer.replace("-", "").lower() == found[1]
        elif found := re.fullmatch(r"What is the (first|last) letter of ([a-z ]+)\?", question):
            assert answer.lower() == (found[2][0] if found[1] == "first" else found[2][-1])
        elif found := re.fullmatch(r"Count from (\d+) (?:down )?to (\d+)\.", question):
            numbers = [int(number) for number in answer.split(", ")]
            assert (numbers[0], numbers[-1]) == (int(found[1]), int(found[2]))
            assert {abs(b - a) for a, b in zip(numbers, numbers[1:], strict=False)} == {1}
    assert spelt > 10


def test_sums_stay_small_and_right() -> None:
    for piece in pieces(tasks.arithmetic, 1000):
        question, answer = piece.turns[0]
        if found := re.search(r"(\d+) (\+|-|plus|minus) (\d+)", f"{question} {answer}"):
            a, sign, b = int(found[1]), found[2], int(found[3])
            result = a + b if sign in ("+", "plus") else a - b
            assert 0 <= result <= 20 and str(result) in re.findall(r"\d+", answer)
            if piece.system in ("Answer with the number alone.", "Give only the number."):
                assert answer == str(result)


def test_a_persona_answers_from_what_it_was_told() -> None:
    known = unknown = 0
    for piece in pieces(tasks.persona):
        told = piece.system or piece.turns[0][0]
        turns = piece.turns if piece.system else piece.turns[1:]
        for _question, answer in turns:
            if answer == "I do not know that.":
                unknown += 1
                continue
            known += 1
            assert answer.rstrip(".").split(" ")[-1] in told, (answer, told)
    assert known > 400 and unknown > 20


def test_a_poem_has_two_lines_and_talk_is_of_the_data_files() -> None:
    assert all(piece.turns[0][1].count("\n") == 1 for piece in pieces(tasks.poem, 100))
    said = {line for entry in data()["talk"]["entries"] for line in entry["say"]} | set(data()["talk"]["far_say"])
    assert all(piece.turns[0][1] in said for piece in pieces(tasks.talk, 100))


def test_lists_have_as_many_members_as_asked_for() -> None:
    numbers = {"two": 2, "three": 3, "four": 4, "five": 5}
    seen = 0
    for piece in pieces(tasks.instruction, 2000):
        question, answer = piece.turns[0]
        if found := re.fullmatch(r"(?:List|Name|Tell me|Give me) (\w+) \w+( as .*|, separated by commas)\.", question):
            seen += 1
            wanted = numbers.get(found[1]) or int(found[1])
            assert len(re.split(r"\n|, ", answer)) == wanted
    assert seen > 20
