from ft_core.data.clean import private_data
from ft_core.settings.example import Example, Message
from tests.data.made import pairs

ROWS = [
    ("write to a@example.com or b@example.com", "call +49 170 1234567"),
    ("fine", "fine"),
    ("me@example.com", "yes"),
]


def test_each_kind_is_counted_and_masked_in_prompts_and_answers():
    one = private_data.step("instruction").find(pairs(*ROWS))
    assert one.places == [0, 2] and one.detail == "There are 3 e-mail addresses, 1 phone number."
    assert one.changed[0].question == "write to [e-mail] or [e-mail]" and one.changed[0].answer == "call [phone number]"


def test_a_label_and_a_system_prompt_stay():
    one = private_data.step("classification").find(pairs(("a text", "sales@example.com")))
    assert one.places == [] and one.detail == ""
    messages = (
        Message("system", "Say: help@example.com"),
        Message("user", "mine is me@example.com"),
        Message("assistant", "ok"),
    )
    found = private_data.step("chat").find([Example(1, messages)])
    assert [message.content for message in found.changed[0].messages] == [
        "Say: help@example.com",
        "mine is [e-mail]",
        "ok",
    ]
    assert found.detail == "There is 1 e-mail address."
