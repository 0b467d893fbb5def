import json

from ft_core.data.clean.step import MAX_SAMPLES, Found, mend
from ft_core.settings.example import Example, Message
from tests.data.made import pairs


def test_only_the_first_samples_are_kept():
    found = Found()
    for number in range(MAX_SAMPLES + 3):
        found.sample(f"{number}" + "x" * 400, "short")
    assert len(found.samples) == MAX_SAMPLES and found.samples[0] == ("0" + "x" * 400, "short")


def test_mending_changes_the_messages_that_need_it():
    def shout(message: Message) -> str:
        return message.content.upper() if message.role == "assistant" else message.content

    one = mend(pairs(("q", "YES"), ("q", "no")), shout)
    assert one.places == [1] and list(one.changed) == [1] and one.samples == [("no", "NO")]
    assert one.changed[1].messages == (Message("user", "q"), Message("assistant", "NO")) and one.changed[1].row == 2


def test_what_stands_in_calls_and_rejected_answers_is_mended_too():
    call = '{"name": "mail", "arguments": {"to": "bob@x.org"}}'
    messages = (Message("user", "write"), Message("assistant", "", (call,)))
    example = Example(1, messages, rejected=(Message("assistant", "ask bob@x.org"),))
    found = mend([example], lambda message: message.content.replace("bob@x.org", "[e-mail]"), calls=True)
    after = found.changed[0]
    assert json.loads(after.messages[1].tool_calls[0])["arguments"] == {"to": "[e-mail]"}
    assert after.rejected[0].content == "ask [e-mail]" and after.messages[0] is messages[0]
    left = mend([example], lambda message: message.content.replace("bob@x.org", "[e-mail]")).changed[0]
    assert left.messages == messages, "calls are left alone unless they are asked for"
