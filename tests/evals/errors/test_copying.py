from ft_core.evals.errors.copying import COPIED
from ft_core.evals.errors.material import Material
from tests.evals.errors.made import checked, right

LEARNT = "The miller mended the wheel with a piece of oak that he had found by the river."


def test_a_long_piece_of_a_training_answer_is_found():
    answers = [LEARNT, f"Well. {LEARNT} So it was.", "The miller mended the wheel with a stone.", "Something else."]
    found = checked(COPIED, answers, training=[LEARNT, "Another answer."])
    assert found == {
        0: "from word 1: the miller mended the wheel with a piece of oak",
        1: "from word 2: the miller mended the wheel with a piece of oak",
    }


def test_what_the_prompt_or_the_right_answer_says_may_be_said():
    assert checked(COPIED, [LEARNT], training=[LEARNT], expected=f"{LEARNT} Yes.") == {}
    assert checked(COPIED, [LEARNT], training=[LEARNT], prompts=f"Is it true? {LEARNT}") == {}
    assert set(checked(COPIED, [LEARNT, LEARNT], training=[LEARNT], expected=[LEARNT, "No."])) == {1}, (
        "each by its own row"
    )


def test_what_many_training_answers_say_is_a_phrase():
    many = [f"{LEARNT} Case {n}." for n in range(5)]
    assert checked(COPIED, [LEARNT], training=many) == {}
    assert set(checked(COPIED, [LEARNT], training=[many[0]] * 9)) == {0}, "equal answers count once"


def test_right_answers_that_were_learnt_are_counted():
    assert set(right(COPIED, [LEARNT, "No."], training=[LEARNT])) == {0}


def test_without_training_answers_it_cannot_be_told():
    assert COPIED.unable(Material(["a"], ["b"], [])) == "The training answers are not at hand."
    assert COPIED.unable(Material(["a"], ["b"], [LEARNT])) == ""
