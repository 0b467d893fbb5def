"""Picking words and filling them in."""

from random import Random

import pytest

from ft_core.starter import dialogue_words as w


@pytest.mark.parametrize(("noun", "said"), [("apple", "an apple"), ("red ball", "a red ball"), ("owl", "an owl")])
def test_a_noun_gets_its_article(noun, said):
    assert w.an(noun) == said


@pytest.mark.parametrize(
    ("text", "said"), [("The sky", "the sky"), ("I am", "I am"), ("I", "I"), ("It is", "it is"), ("", "")]
)
def test_a_small_letter_but_for_the_word_i(text, said):
    assert w.small(text) == said


def test_lists_in_words():
    assert w.listed(["a"]) == "a"
    assert w.listed(["a", "b"], "or") == "a or b"
    assert w.listed(["a", "b", "c"]) == "a, b and c"
    assert w.capital("one") == "One" and w.capital("") == ""


def test_a_field_is_filled_with_the_chosen_word_or_one_of_its_list():
    assert w.fill("{girl} saw {an_animal}.", Random(1), {"girl": "Ada", "animal": "owl"}) == "Ada saw an owl."
    filled = w.fill("the {colour} {object}", Random(2))
    assert filled.startswith("The ") and filled.split(" ", 1)[1].startswith(w.words("colours"))
    assert w.fill("a {fruit}", Random(3), {"fruit": "orange"}) == "An orange"


def test_every_field_of_the_data_files_has_its_list():
    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for inner in value.values():
                yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    given = {"name", "person", "place", "time", "elder", "other", "topic", "x", "y", "ax", "ay", "X", "Y", "AX", "AY"}
    fields = {found[2] for text in texts(w.data()) for found in w.FIELD.finditer(text)} - given
    assert len(fields) > 5
    for field in fields:
        assert len(w.list_of(field)) >= 2, field


def test_invented_words_are_new_and_fit_to_print():
    found = {w.invented(Random(seed)) for seed in range(500)}
    assert len(found) > 450
    assert not any(bad in word for word in found for bad in w.words("unfit"))
    assert len(found & set(w.words("plain"))) <= 2


def test_persons_and_places_are_partly_invented_and_the_words_agree():
    people = [w.person(Random(seed)) for seed in range(400)]
    assert {pronouns for _, *pronouns in map(tuple, people) for pronouns in [tuple(pronouns)]} == {
        ("she", "her"),
        ("he", "his"),
    }
    known = set(w.words("girls")) | set(w.words("boys"))
    invented = sum(name not in known for name, *_ in people)
    assert 80 < invented < 190
    for name, he, _his in people:
        assert name[0].isupper() and (name not in known or name in w.words("girls" if he == "she" else "boys"))
    places = [w.place(Random(seed)) for seed in range(400)]
    assert 120 < sum(place in w.words("places") for place in places) < 280
