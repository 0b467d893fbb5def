"""The blind study: each reviewer gets the pairs in an order and on sides of their own, and never learns which answer is whose.

Order and sides come from a keyed hash (HMAC-SHA256), so a reload shows the same study, and nobody without the key can work it out.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ft_core.errors import FTError
from ft_core.evals.judging.pairs import Contestant, Pair, pairs
from ft_core.evals.rows import Row
from ft_core.files import write_text
from ft_core.run import Run

# Sides are balanced in each block of so many ballots: also for a reviewer who stops early. An even number.
BLOCK = 8
# Hidden, so that a zip of the run leaves it out.
_KEY = ".judging.key"
_KEY_DIGITS = 64
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Ballot:
    """What a reviewer sees: two answers to one prompt. `number` counts from 1 to `total` in this reviewer's order.

    `id` says nothing without the key. Nothing here, nor the order of anything here, says which answer is the tuned model's.
    """

    id: str
    prompt: str
    expected: str
    left: str
    right: str
    number: int
    total: int


@dataclass(frozen=True)
class Drawn:
    """A ballot with its secret: the pair, and whose answer is on the left. It stays on the server."""

    ballot: Ballot
    pair: Pair
    left: Contestant


def study(rows: Sequence[Row], reviewer: str, key: bytes) -> list[Ballot]:
    """All ballots of one reviewer, in their order. Raises FTError `judging.reviewer`."""
    return [one.ballot for one in drawn(rows, reviewer, key)]


def drawn(rows: Sequence[Row], reviewer: str, key: bytes) -> list[Drawn]:
    """The ballots with what they hide. Each answer's side is balanced exactly: the tuned model's is on the left in half of them.

    Of an odd number, one side has one more. Raises FTError `judging.reviewer`.
    """
    person = same_name(reviewer)

    def keyed(*words: str) -> bytes:
        return hmac.digest(key, "\x1f".join((person, *words)).encode(), hashlib.sha256)

    ordered = sorted(pairs(rows), key=lambda pair: keyed("order", pair.id))
    found: list[Drawn] = []
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        by_side = sorted(block, key=lambda pair: keyed("side", pair.id))
        # The middle one of an odd block goes where its own hash says.
        half = len(block) // 2 + (len(block) % 2 and keyed("odd", by_side[0].id)[0] % 2)
        tuned_left = {pair.id for pair in by_side[:half]}
        for pair in block:
            left: Contestant = "tuned" if pair.id in tuned_left else "base"
            texts = (pair.tuned, pair.base) if left == "tuned" else (pair.base, pair.tuned)
            identity = keyed("ballot", pair.id, left).hex()[:32]
            number = len(found) + 1
            ballot = Ballot(identity, pair.prompt, pair.expected, *texts, number=number, total=len(ordered))
            found.append(Drawn(ballot, pair, left))
    return found


def secret_key(run: Run) -> bytes:
    """The run's own key, made at its first use, in RUN/evaluation/. It never leaves the server."""
    path = run.evaluation / _KEY
    found = _read(path)
    if found is None:
        write_text(path, secrets.token_hex(_KEY_DIGITS // 2))
        path.chmod(0o600)
        found = _read(path)  # of two that began at once, both use what stands there now
    assert found is not None
    return found


def clean_name(name: str) -> str:
    """A reviewer's or a judge's name as it is kept and shown: printable, single spaces. It is never part of a path.

    Raises FTError `judging.reviewer` for one that is empty or longer than 80 characters.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    cleaned = " ".join(printable.split())
    if not cleaned or len(cleaned) > _LONGEST_NAME:
        raise FTError(
            "judging.reviewer",
            "The votes need a name." if not cleaned else "The name is too long.",
            f"It has {len(cleaned)} characters; 1 to {_LONGEST_NAME} are taken.",
            "Write a short name into Your name, such as your first name: it tells your votes from those of others.",
        )
    return cleaned


def same_name(name: str) -> str:
    """What is equal for two spellings of one name: `Ada` and `ada ` are one person. Raises FTError `judging.reviewer`."""
    return clean_name(name).casefold()


def _read(path: Path) -> bytes | None:
    try:
        text = path.read_text(encoding="ascii").strip()
        return bytes.fromhex(text) if len(text) == _KEY_DIGITS else None
    except (FileNotFoundError, ValueError):  # ValueError: something else stands in it
        return None
