import pytest

from ft_core.evals.errors.refusal import REFUSAL
from tests.evals.errors.made import checked, right
from tests.evals.errors.planted_text import NO_REFUSALS, REFUSALS


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_found(text):
    assert set(checked(REFUSAL, [text, f"Hello. {text}"])) == {0, 1}


@pytest.mark.parametrize(
    "text",
    [
        "Ich kann Ihnen dabei leider nicht helfen.",
        "Je ne peux pas vous aider.",
        "No puedo ayudarte con eso.",
        "Non posso aiutarti.",
        "Não posso ajudar com isso.",
        "Ik kan je daar niet mee helpen.",
    ],
)
def test_refusals_in_other_languages_are_found(text):
    assert set(checked(REFUSAL, [text])) == {0}


@pytest.mark.parametrize(
    "text",
    [
        *NO_REFUSALS,
        "As an AI assistant, I am happy to help you with this. Here is a plan.",
        "I couldn't help but laugh at the joke.",
        "The cannot of my answer is short.",
        "",
    ],
)
def test_what_is_no_refusal(text):
    assert checked(REFUSAL, [text]) == {}


def test_a_refusal_is_right_where_the_right_answer_refuses():
    assert checked(REFUSAL, REFUSALS[:2], expected=["I cannot help with this.", "Here it is."]).keys() == {1}
    assert right(REFUSAL, ["I cannot help with this.", "Here it is."]).keys() == {0}
