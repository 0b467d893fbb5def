"""Examples to clean."""

from ft_core.settings.example import Example, Message


def pairs(*rows: tuple[str, str]) -> list[Example]:
    """One example for each (question, answer), numbered from 1."""
    return [Example(row, (Message("user", q), Message("assistant", a))) for row, (q, a) in enumerate(rows, start=1)]
