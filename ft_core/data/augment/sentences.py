"""The sentences of a text, well enough for short messages and plain documents."""

import re

_END = re.compile(r"(?<=[.!?])[\"')\]]?\s+|\n+")
# A full stop after one of these ends no sentence.
_SHORT = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|no|nr|vs|etc|approx|e\.g|i\.e|[A-Za-z]))\.$", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """In their order, without white space around them."""
    parts: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if "\n" not in match[0] and _SHORT.search(text[start : match.start()]):
            continue
        parts.append(text[start : match.end()].strip())
        start = match.end()
    parts.append(text[start:].strip())
    return [part for part in parts if part]
