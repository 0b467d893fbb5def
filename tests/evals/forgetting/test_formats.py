"""Each form: answers that have it, and answers that don't."""

import pytest

from ft_core.evals.forgetting.formats import FORMATS, follows

HAVE = {
    "one word": ["cold", "Cold."],
    "a number only": ["5", "5.", "-3"],
    "JSON": ['{"name": "Ada", "age": 36, "town": "London"}', '```json\n{"name": "Ada", "age": 36, "town": ""}\n```'],
    "bullet points": ["- cow\n- dog\n- cat", "* cow\n\n* dog\n\n* cat"],
    "a numbered list": ["1. red\n2. blue\n3. green", "1) red\n2) blue\n3) green"],
    "separated by commas": ["saw, axe, rake", "saw, electric drill, rake."],
    "capitals": ["THE MOON IS BRIGHT."],
    "small letters": ["the dog is at home."],
    "at most ten words": ["A doctor helps people who are sick."],
    "yes or no": ["Yes.", "no"],
    "quotation marks": ['"The kite is red."', "“The kite is red”."],
    "a question": ["Is the cat black?"],
    "word for word": ["The river is cold.", "the river is cold"],
    "letter by letter": ["G-A-R-D-E-N", "g, a, r, d, e, n."],
    "one of three words": ["sad", "Sad."],
    "two lines": ["The rain is falling on the street,\nit sings a song for tired feet."],
}
HAVE_NOT = {
    "one word": ["It is cold.", "", "5"],
    "a number only": ["2 plus 3 is 5.", "five"],
    "JSON": [
        "name: Ada",
        '["Ada", 36]',
        '{"name": "Ada"',
        '{"name": "Ada"}',
        '{"name": "Lily", "town": "Max", "name": "Lily"}',
    ],
    "bullet points": ["cow, dog and cat", "- cow", "Here they are:\n- cow\n- dog"],
    "a numbered list": ["1. red\n1. blue\n1. green", "red\nblue\ngreen"],
    "separated by commas": ["saw", "A saw and an axe are tools, and a rake is another one", "saw,\naxe"],
    "capitals": ["The Moon Is Bright", "123"],
    "small letters": ["The dog is at home.", "123"],
    "at most ten words": ["billing", "A doctor is a person who has learnt a lot and helps others with it."],
    "yes or no": ["Yes, it is.", "white"],
    "quotation marks": ["The kite is red.", '"red" it is', '"'],
    "a question": ["The cat is black."],
    "word for word": ["The river is very cold."],
    "letter by letter": ["garden", "Garden is spelled g-a-r-d-e-n"],
    "one of three words": ["It is sad.", "lonely"],
    "two lines": ["One line.", "a\nb\nc"],
}


def test_every_form_is_tried_here():
    names = [form.name for form in FORMATS]
    assert set(HAVE) == set(HAVE_NOT) == set(names) and len(names) == len(set(names)) >= 12


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_form_is_told_from_others(form):
    for answer in HAVE[form.name]:
        assert follows(form, f"\n{answer} "), answer
    for answer in HAVE_NOT[form.name]:
        assert not follows(form, answer), answer


def test_a_model_that_answers_all_alike_keeps_few_forms():
    for answer in ("billing", "Thank you for your message. We will write to you within two days.", ""):
        assert sum(follows(form, answer) for form in FORMATS) <= 3, answer
