"""What several tests of the terminal need."""

from ft_core.data.augment.generated import Generated
from ft_core.settings.example import Message


def flat(text: str) -> str:
    """A table's words in one line."""
    return " ".join(text.split())


def generated(text: str, **values) -> Generated:
    """A row as `augment` makes it."""
    messages = (Message("user", text), Message("assistant", "billing"))
    return Generated(messages, values.pop("how", "typos"), (4,), "my card?", ("new",), **values)
