"""What there is to judge: the two written answers of each test example, where they differ."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ft_core.evals.rows import Row

Contestant = Literal["base", "tuned"]
# What becomes of a pair: one answer preferred, both as good, neither any good.
Outcome = Literal["base", "tuned", "tie", "both_bad"]


@dataclass(frozen=True)
class Pair:
    """The answers of base and tuned to one prompt. Not for the page: it says which is which.

    `id` is 16 hexadecimal digits of the row and all its texts: an evaluation that answers otherwise makes other pairs. `generated`
    is true where nobody wrote the prompt.
    """

    id: str
    row: int
    part: str
    prompt: str
    expected: str
    base: str
    tuned: str
    generated: bool = False


def pairs(rows: Sequence[Row]) -> list[Pair]:
    """The pairs in the order of `rows` (as `rows.read_answers` gives them), each once.

    Identical answers, white space at their ends aside, are left out: there is nothing to choose. An empty answer stays.
    """
    found = {}
    for row in rows:
        base, tuned = row.get("base_written"), row.get("tuned_written")
        if isinstance(base, str) and isinstance(tuned, str) and base.strip() != tuned.strip():
            pair = _pair(row, base, tuned)
            found[pair.id] = pair
    return list(found.values())


def identical(rows: Sequence[Row]) -> int:
    """How many rows have the same answer of both."""
    written = [(row.get("base_written"), row.get("tuned_written")) for row in rows]
    return sum(
        isinstance(base, str) and isinstance(tuned, str) and base.strip() == tuned.strip() for base, tuned in written
    )


def _pair(row: Row, base: str, tuned: str) -> Pair:
    number, part = row.get("row", 0), row.get("part") or ""
    prompt, expected = row.get("prompt") or "", row.get("expected")
    held: list[Any] = [number, part, prompt, base, tuned]
    digest = hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]
    words = "" if expected is None else str(expected)
    return Pair(digest, number, part, prompt, words, base, tuned, bool(row.get("generated")))
