import random

from ft_core.data.augment import rephrase
from ft_core.data.augment.writer import endpoint
from ft_core.settings.example import Message
from tests.data.augment.openai_standin import standing_in
from tests.data.made import pairs


def test_it_goes_through_notes_and_takes_off_quotation_marks():
    def answer(messages):
        return "- parcel late" if "Note down" in messages[0]["content"] else '"My parcel is late."'

    with standing_in(answer) as server:
        text = rephrase.rephrase("Where is it?", endpoint(server.url, "m"), random.Random(1))
    notes, written = (body["messages"] for _, _, body in server.asked)
    assert text == "My parcel is late." and notes[1]["content"] == "Where is it?"
    assert written[1]["content"] == "- parcel late" and any(style in written[0]["content"] for style in rephrase.STYLES)


def test_quotation_marks_inside_stay():
    with standing_in(lambda _messages: '"Yes" and "no"') as server:
        assert rephrase.rephrase("x", endpoint(server.url, "m"), random.Random(1)) == '"Yes" and "no"'


def test_the_writer_is_asked_for_the_label_with_an_example_of_each():
    shown = rephrase.shown_examples(pairs(("my card", "billing"), ("log in", "account"), ("a bill", "billing")))
    assert [example.answer for example in shown] == ["account", "billing"]
    with standing_in(lambda _messages: "Billing.") as server:
        writer = endpoint(server.url, "m")
        assert rephrase.gives_label("the invoice", "billing", shown, writer)
        assert not rephrase.gives_label("the invoice", "account", shown, writer)
    messages = server.asked[0][2]["messages"]
    assert "account, billing" in messages[0]["content"] and messages[-1] == Message("user", "the invoice").as_dict()


def test_sameness_is_a_yes():
    for said, same in (("Yes.", True), ("no, not quite", False), ("maybe yes", False)):
        with standing_in(lambda _messages, said=said: said) as server:
            assert rephrase.means_the_same("a", "b", endpoint(server.url, "m")) is same
