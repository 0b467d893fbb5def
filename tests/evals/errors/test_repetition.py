import pytest

from ft_core.evals.errors.repetition import REPETITION, loop
from tests.evals.errors.made import checked, right

PROSE = (
    "The old miller walked to the river in the morning. He looked at the wheel, which had not turned since the storm, and "
    "shook his head. Then he took his tools out of the bag and began to mend it."
)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("I like cats and I like cats and I like cats and", "i like cats and"),
        ("Yes, I like cats and I like cats and I like cats and I like c", "i like cats and"),
        ("very very very very very", "very"),
        ("1. buy some bread 2. buy some bread 3. buy some bread", "0 buy some bread"),
    ],
)
def test_a_loop_at_the_end_is_seen(text, unit):
    assert sorted(loop(text).split()) == sorted(unit.split())


@pytest.mark.parametrize(
    "text", ["no no no", PROSE, "a b a b", "", "10 20 30 40 50 60", "I like cats and I like cats and dogs too"]
)
def test_what_is_no_loop(text):
    assert loop(text) == ""


def test_loops_repeated_runs_and_sentences_said_again_are_found():
    again = "You can fetch it at the shop. The rain has stopped by now, and birds sing. You can fetch it at the shop."
    phrases = "a local base, from a local base, training a local base, commit a local base, then a local base, see"
    found = checked(
        REPETITION, [PROSE, f"{PROSE} so it is so it is so it is", again, phrases, "aaaaaaaaaaaaaaaaaaaaaaaaaa"]
    )
    assert set(found) == {1, 2, 3, 4}
    assert found[1].startswith("ends in a loop") and "it is" in found[1]
    assert found[2] == "said again: you can fetch it at the shop"
    assert found[4] == "ends in a loop: a"


def test_a_list_is_as_it_should_be_where_the_right_answer_is_such_a_list():
    of_list = "\n".join(f"{n}. Fill in line {n} of form {n}" for n in range(1, 6))
    assert checked(REPETITION, [of_list], expected=of_list.replace("5", "6")) == {}
    assert set(checked(REPETITION, [of_list], expected=PROSE)) == {0}


def test_a_line_of_signs_is_no_loop():
    assert checked(REPETITION, ["Title\n----------------------------------------"], expected=PROSE) == {}


def test_how_often_right_answers_repeat_themselves_is_told():
    assert set(right(REPETITION, [PROSE, "so it is so it is so it is so it is"] + [PROSE] * 30)) == {1}
