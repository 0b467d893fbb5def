from ft_core.evals.errors.material import Material
from ft_core.evals.errors.wrong_language import WRONG_LANGUAGE
from tests.evals.errors.made import checked, right
from tests.evals.errors.planted_text import LANGUAGES

ENGLISH = [f"Your parcel with number {n} has come to the shop, and you can fetch it there." for n in range(20)]


def test_answers_in_another_language_are_named():
    answers = [sentences[0] for sentences in LANGUAGES.values()] + ENGLISH
    expected = [ENGLISH[0]] * len(LANGUAGES) + ENGLISH
    assert checked(WRONG_LANGUAGE, answers, expected=expected) == dict(enumerate(LANGUAGES))


def test_few_words_tell_no_language():
    answers = ["Guten Tag", "Merci beaucoup", "Chalupa Supreme", "x = foo(y)", ""] + ENGLISH
    assert checked(WRONG_LANGUAGE, answers, expected=ENGLISH[:5] + ENGLISH) == {}


def test_a_translation_is_measured_by_its_own_right_answer():
    german = LANGUAGES["German"]
    expected = german + ENGLISH
    answers = [*german[1:], "Your parcel lies in the shop beside the station since yesterday.", *ENGLISH]
    assert checked(WRONG_LANGUAGE, answers, expected=expected) == {4: "English"}


def test_what_the_right_answer_is_in_is_never_wrong():
    french = LANGUAGES["French"]
    expected = [*ENGLISH, french[0]]
    assert checked(WRONG_LANGUAGE, [*ENGLISH, french[1]], expected=expected) == {}
    assert checked(WRONG_LANGUAGE, [*ENGLISH, LANGUAGES["German"][1]], expected=expected) == {20: "German"}


def test_right_answers_in_another_language_than_most_are_counted():
    assert set(right(WRONG_LANGUAGE, [*ENGLISH, LANGUAGES["French"][0]])) == {20}


def test_without_a_language_it_cannot_be_told():
    assert "too short" in WRONG_LANGUAGE.unable(Material(["a"], ["yes"], []))
    assert WRONG_LANGUAGE.unable(Material([""] * 20, ENGLISH, [])) == ""
