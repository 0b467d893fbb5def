import pytest

from ft_core.data.augment import checks
from ft_core.data.augment.writer import endpoint
from ft_core.data.documents import Document, Passage
from ft_core.data.questions import NO_QUESTION, NOT_THERE, POINTS, ask, question, supported
from ft_core.errors import FTError
from tests.data.augment.openai_standin import standing_in

TEXT = """## How do I pay for an order?

You can pay by card or by invoice within two weeks.

## Shipping

A waybill is a paper that travels with the parcel and names its sender. It is a good idea to keep it. The lamp is broken.
Customs duty is a tax that some countries take on goods from abroad.
"""
DOCUMENTS = [Document("help.md", TEXT)]


def test_without_a_model_only_what_the_text_asks_or_defines():
    made = ask(DOCUMENTS, 10)
    assert [(row.how, question(row), row.messages[-1].content) for row in made.rows] == [
        ("faq", "How do I pay for an order?", "You can pay by card or by invoice within two weeks."),
        (
            "definitions",
            "What is a waybill?",
            "A waybill is a paper that travels with the parcel and names its sender.",
        ),
        (
            "definitions",
            "What is Customs duty?",
            "Customs duty is a tax that some countries take on goods from abroad.",
        ),
    ]
    for row in made.rows:
        assert row.messages[0].content == f"{row.source}\n\n{question(row)}" and row.rows == () and row.writer is None
    assert "How do I pay" not in made.rows[0].source and len(ask(DOCUMENTS, 1).rows) == 1
    assert ask(DOCUMENTS, 10, known=made.rows).rows == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Question: Which paper travels with a parcel?\nAnswer: A waybill, which names the sender.", None),
        ("**Question:** x", NO_QUESTION),
        ("Question: The waybill paper.\nAnswer: A waybill.", NO_QUESTION),
        ("Question: What does the passage say?\nAnswer: A waybill.", POINTS),
        ("Question: Who was the first king here?\nAnswer: King Arthur of Camelot.", NOT_THERE),
        ("Question: Which paper travels with a parcel?\nAnswer: yes it is", NOT_THERE),
        ("Question: Welches Papier reist denn immer mit dem Paket mit?\nAnswer: A waybill.", checks.LANGUAGE),
    ],
)
def test_what_a_model_writes_is_checked(said, reason):
    documents = [Document("help.md", TEXT.split("## ")[2])]
    with standing_in(lambda _messages: said) as server:
        made = ask(documents, 2, endpoint(server.url, "big"), "big")
    assert made.tried == 6
    if reason is None:
        assert len(made.rows) == 1 and made.rows[0].writer == "big" and made.rows[0].how == "questions"
        assert made.refused == {checks.REPEATS: 5}, "the same question again is none"
        assert "Which paper" in server.asked[-1][2]["messages"][0]["content"], (
            "what was asked already is told to the model"
        )
    else:
        assert made.rows == [] and made.refused == {reason: 6}


def test_an_answer_may_end_its_words_otherwise():
    passage = Passage("t", "", "Returned parcels travel back in 30 days")
    assert supported("They are returning in 30 days", passage) and not supported("They travel in 31 weeks", passage)


def test_nothing_to_ask_about_and_a_model_that_does_not_answer():
    with pytest.raises(FTError) as caught:
        ask([Document("t", "too short")], 3)
    assert caught.value.code == "documents.empty"
    with standing_in(lambda _messages: (401, "")) as server, pytest.raises(FTError) as caught:
        ask(DOCUMENTS, 3, endpoint(server.url, "big"), "big")
    assert caught.value.code == "writer.key"
