import pytest

from ft_core.evals.errors.template import TEMPLATE
from tests.evals.errors.made import checked, right
from tests.evals.errors.planted_text import ENDS, STARTS, TURNS


@pytest.mark.parametrize("mark", [*ENDS, *STARTS, *TURNS])
def test_a_leaked_mark_is_found(mark):
    assert set(checked(TEMPLATE, [f"{mark}All is well." if mark in STARTS else f"All is well.{mark}"])) == {0}


@pytest.mark.parametrize(
    "text", ["All is well.", "Use <b>bold</b> & a < b", "### Results\nfine", "the user: a person", "[1] x|y"]
)
def test_what_is_no_mark(text):
    assert checked(TEMPLATE, [text]) == {}


def test_a_mark_is_right_where_prompt_or_right_answer_has_it():
    assert checked(TEMPLATE, ["</s> ends it"], prompts="What does </s> do?") == {}
    assert checked(TEMPLATE, ["</s> ends it"], expected="It is </s>.") == {}
    assert checked(TEMPLATE, ["</s> ends it <pad>"], expected="It is </s>.") == {0: "<pad>"}
    assert right(TEMPLATE, ["It is </s>.", "fine"]) == {0: "</s>"}
