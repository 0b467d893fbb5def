from ft_core.data.clean import too_short
from ft_core.settings.example import Example, Message
from tests.data.made import pairs

ROWS = [
    ("ok", "a long answer"),
    ("What is it?", "..."),
    ("2+2=?", "4"),
    ("你好", "hi"),
    ("?!", "what"),
    ("thanks", "👍"),
    ("  ", "x"),
]


def test_short_prompts_and_bare_punctuation_are_found():
    one = too_short.step("instruction").find(pairs(*ROWS))
    assert one.places == [0, 1, 2, 4]
    assert one.samples == [("prompt: ok", ""), ("answer: ...", ""), ("prompt: 2+2=?", ""), ("prompt: ?!", "")]


def test_a_label_may_be_any_sign():
    assert too_short.step("classification").find(pairs(("What is it?", "-"), ("What else?", "+"))).places == []


def test_a_short_turn_of_a_conversation_is_no_fault():
    messages = (("user", "Book a table."), ("assistant", "For two?"), ("user", "ok"), ("assistant", "Done."))
    turns = tuple(Message(role, text) for role, text in messages)
    assert too_short.step("chat").find([Example(1, turns)]).places == []
