from ft_core.data.clean.step import MAX_SAMPLES, Found, mend
from ft_core.settings.example import Message
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
