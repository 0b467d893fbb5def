import pytest

from ft_core.evals.errors.material import Material
from ft_core.evals.errors.misspelling import MISSPELLING
from tests.evals.errors.made import checked, right
from tests.evals.errors.planted_text import LANGUAGES

EXPECTED = "The parcel has come to the shop, and you can fetch it there tomorrow morning."


def found_in(text, **more):
    answers = [text, EXPECTED]
    return checked(MISSPELLING, answers, expected=EXPECTED, **more).get(0, "")


def test_misspelt_words_are_found_with_what_was_meant():
    assert found_in("The pracel has come to the shop yesterady.") == "pracel (parcel?), yesterady (yesterday?)"


@pytest.mark.parametrize(
    "text",
    [
        "The parcel has come.",
        "The favourite colour of my neighbour is grey, he realised as he travelled to the theatre.",
        "Mr Xtoni of Brrlin says hello.",
        "Look at `pracel` in pracel.py or at https://pracel.example/yesterady now.",
        "The zxqvwk has come.",
        "I do n't know, and it's fine; the shop's door can’t be shut.",
        "",
    ],
)
def test_what_is_not_misspelt(text):
    assert found_in(text) == ""


def test_words_of_the_persons_own_data_are_known():
    assert found_in("The pracel has come.", training=["pracel one", "my pracel", "a pracel"]) == ""
    assert found_in("The pracel has come.", training=["pracel one", "my pracel"]) != ""
    assert found_in("The pracel has come.", prompts="Where is my pracel?") == ""


def test_as_many_slips_as_the_right_answer_has_are_its_way_to_write():
    answers = ["the pracel is in the shopp by now", "the pracel is hier in the shopp and waitts by now"]
    assert set(checked(MISSPELLING, answers, expected="my parcell and my leter came to the shop today")) == {1}


def test_the_last_word_of_an_answer_that_was_cut_off_does_not_count():
    assert (
        checked(MISSPELLING, ["The parcel is in the parce", EXPECTED], expected=EXPECTED, finished=[False, True]) == {}
    )


def test_an_answer_in_another_language_has_no_misspelt_words():
    german = [text.lower() for text in LANGUAGES["German"]]
    assert set(checked(MISSPELLING, [german[0], EXPECTED], expected=EXPECTED)) == {0}
    assert checked(MISSPELLING, [german[0], EXPECTED], expected=EXPECTED, foreign={0}) == {}


def test_the_dictionary_is_that_of_the_right_answers():
    german = LANGUAGES["German"]
    assert checked(MISSPELLING, [german[2].replace("schicken", "schiken")] * 5, expected=german)[0].startswith(
        "schiken (schicken"
    )


def test_right_answers_with_slips_are_counted():
    assert set(right(MISSPELLING, [EXPECTED, "The pracel has come to the shop."])) == {1}


def test_without_a_dictionary_it_cannot_be_told():
    polish = Material([""] * 5, LANGUAGES["Polish"], [])
    assert MISSPELLING.unable(polish) == "There is no dictionary of Polish."
    assert "too short" in MISSPELLING.unable(Material([""], ["yes"], []))
