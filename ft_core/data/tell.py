"""How long work says where it is: a function that is given a few words each time something new begins."""

from collections.abc import Callable

Tell = Callable[[str], None]


def silent(_words: str) -> None:
    """Nobody is listening."""
