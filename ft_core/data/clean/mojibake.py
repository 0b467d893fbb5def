"""Mojibake: text that was once read in the wrong encoding, so that "café" has become "cafÃ©"."""

import re
from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step, mend
from ft_core.settings.example import Example, Message

# One character turned into at least two beside one another (or, of bytes A0, into one and a space), or into a control character.
_SUSPECT = re.compile("[^\x00-\x7f]{2}|\xc3 |[\x80-\x9f]")


def find(examples: Sequence[Example]) -> Found:
    """Messages with mojibake, and what they were meant to be. What ftfy is not sure of stays, and so do quotes, ligatures and widths."""
    return mend(examples, _mended)


def _mended(message: Message) -> str:
    text = message.content
    if text.isascii() or not _SUSPECT.search(text):
        return text
    from ftfy import fix_encoding  # a page that opens has no need of it

    return fix_encoding(text)


STEP = Step(
    "Broken characters",
    "Letters such as é became signs such as Ã© when a program read the text in the wrong encoding; a model learns to write them.",
    {"fix": "The letters that were meant are put back"},
    find,
)
