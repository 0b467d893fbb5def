"""Forms kept, openings, words of the training: from answers made by hand."""

import pytest

from ft_core.evals.forgetting import style
from ft_core.evals.forgetting.formats import FORMATS
from tests.evals.forgetting.test_formats import HAVE

GENERAL = [f"The {thing} stands by the {place}." for thing in ("cat", "king", "tree") for place in ("sea", "door")]
TRAINING = [f"Arr, the parcel sails on {day}, matey!" for day in ("Monday", "Tuesday", "Friday")] * 4
OTHERS = [f"Answer number {number} is another one." for number in "abcdefghijklmnopqrstuvwxyz"]
RIGHT = [HAVE[form.name][0] for form in FORMATS]


def test_lost_forms_are_counted_with_the_exact_mcnemar_test():
    locked = ["Arr, it sails, matey!"] * len(FORMATS)
    found = style.formats(FORMATS, RIGHT, locked)
    assert found["base"] == found["n"] == len(FORMATS) and found["tuned"] <= 2
    assert found["lost"] == found["base"] - found["tuned"] and found["gained"] == 0
    assert found["high"] < 0 and found["p_value"] == pytest.approx(2 * 0.5 ** found["lost"])
    kept = style.formats(FORMATS, RIGHT, RIGHT)
    assert kept["difference"] == 0 and kept["low"] < 0 < kept["high"] and kept["p_value"] == 1
    row = found["rows"][0]
    assert (row["form"], row["base_follows"], row["tuned_follows"]) == (FORMATS[0].name, True, False)


def test_an_opening_that_has_spread_is_seen():
    found = style.openings(OTHERS, ["Arr! The " + text for text in OTHERS[:20]] + OTHERS[20:])
    assert found["tuned"] == {"opening": "arr the", "share": 20 / 26}
    assert found["base"]["share"] == 1, "these all begin with the same words"
    mixed = [f"{text.split()[2]} {text}" for text in OTHERS]
    found = style.openings(mixed, ["Arr! The " + text for text in OTHERS[:20]] + mixed[20:])
    assert found["base"]["share"] == 1 / 26 and found["difference"] == pytest.approx(19 / 26)
    assert 0.4 < found["low"] < found["difference"] < found["high"]
    same = style.openings(mixed, mixed)
    assert same["difference"] == same["low"] == same["high"] == 0


@pytest.mark.parametrize(
    ("answer", "opening"),
    [
        ('"Arr!" - the parcel', "arr the"),
        ("billing", "billing"),
        ("", ""),
        ("  \n", ""),
        ("Это хорошо, да", "это хорошо"),
    ],
)
def test_an_opening_is_words_alone(answer, opening):
    assert style.opening(answer) == opening


def test_words_are_typical_when_the_training_has_them_and_other_answers_have_not():
    words = style.typical(TRAINING, GENERAL)
    assert words[:2] == ["arr", "matey"] and {"parcel", "sails"} < set(words) and "the" not in words
    assert style.typical(GENERAL, GENERAL) == [] and style.typical([], GENERAL) == []
    assert style.typical(["once in a while", *GENERAL * 9], GENERAL) == [], "what one answer has is not typical"


def test_words_of_the_training_in_other_answers_are_counted_for_both_models():
    tuned = ["Arr, the moon!", *OTHERS[1:13], *TRAINING[:3], *OTHERS[16:]]
    found = style.markers(TRAINING, GENERAL, OTHERS, tuned)
    assert (found["base"], found["tuned"], found["n"]) == (0, 4, 26) and "matey" in found["words"]
    assert found["difference"] == pytest.approx(4 / 26) and found["low"] <= found["difference"] <= found["high"]
    assert found["copied"]["tuned"] == 3 and found["copied"]["base"] == 0


def test_an_empty_answer_copies_nothing():
    found = style.markers(["", "yes"], GENERAL, ["", "a"], ["", "Yes."])
    assert (found["copied"]["base"], found["copied"]["tuned"]) == (0, 1)
