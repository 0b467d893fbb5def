from ft_core.evals.errors.echo import ECHO
from tests.evals.errors.made import checked, right

ASKED = "Where is the parcel that I ordered three weeks ago with my new card?"


def test_an_answer_that_repeats_the_prompt_is_found():
    answers = [
        ASKED,
        f"{ASKED} It is on its way.",
        "the parcel that I ordered three weeks ago",
        "It is on its way.",
        "It will be with you in a week, and I am sorry that the parcel that I ordered is late and that you had to wait.",
    ]
    assert set(checked(ECHO, answers, prompts=ASKED)) == {0, 1, 2}


def test_the_last_line_alone_counts_too():
    prompt = "A long text about mills and rivers stands here first.\nWho mended the old wheel then?"
    text = "Who mended the old wheel then? Nobody in the village knew, so they asked the miller and his son about it again."
    assert checked(ECHO, [text], prompts=prompt) == {0: "the whole prompt"}


def test_short_prompts_count_when_all_is_said_again():
    assert checked(ECHO, ["What are you?", "What I am? A model."], prompts="What are you?") == {0: "the whole prompt"}


def test_what_is_taken_out_of_a_given_text_is_right_where_the_right_answer_is_such():
    expected = "ordered three weeks ago with my new card"
    assert checked(ECHO, ["the parcel that I ordered three weeks"], expected=expected, prompts=ASKED) == {}
    assert set(right(ECHO, [expected, "Soon."], prompts=ASKED)) == {0}


def test_an_empty_answer_and_an_empty_prompt_are_no_echo():
    assert checked(ECHO, ["", "fine"], prompts=["", ""]) == {}
