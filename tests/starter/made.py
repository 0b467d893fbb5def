"""What tests of the starter model share: many pieces of a kind, and a small text in place of the listed ones."""

import hashlib
import lzma
from collections.abc import Callable
from pathlib import Path
from random import Random

from ft_core.starter.dialogue_words import Piece
from ft_core.starter.texts import Text


def pieces(make: Callable[[Random], Piece], count: int = 400) -> list[Piece]:
    """`count` pieces, the same each time."""
    return [make(Random(seed)) for seed in range(count)]


def write_text(folder: Path, name: str, raw: str, form: str = "prose", repeat: int = 1) -> Text:
    """A packed text in `folder`, and how it is listed."""
    data = lzma.compress(raw.encode())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return Text(name, "CC0-1.0", "ours", hashlib.sha256(data).hexdigest(), repeat, form)
