"""A set of messages to a town hall with known flaws, each in rows of its own, and decoys that look like flaws and are none.

    python -m tests.data.planted FILE [--rows 5000] [--seed 0]

writes FILE (JSONL: message, label, split) and FILE with the ending `.truth.json`: kind -> the rows or pairs of rows that a finder must report,
and kind -> the rows of its decoys. Rows are counted from 1. The same seed gives the same bytes. All persons, addresses and numbers are invented.
"""

import argparse
import json
import random
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from scipy.sparse import csr_matrix

from ft_core.data.similar import similarity, word_set
from ft_core.data.vocabulary import normalise
from tests.data import planted_text as text

Pair = tuple[int, int]

# How many of 5,000 rows have each flaw; pairs count twice. What is left is clean.
SHARES = {
    "html": 0.03,
    "html_decoy": 0.02,
    "mojibake": 0.03,
    "mojibake_decoy": 0.03,
    "private_data": 0.06,
    "private_data_decoy": 0.04,
    "secrets": 0.02,
    "secrets_decoy": 0.02,
    "empty": 0.01,
    "label_spelling": 0.06,
    "conflicts": 0.02,
    "duplicates": 0.03,
    "near_duplicates": 0.04,
    "near_duplicates_decoy": 0.03,
    "leaks": 0.02,
}
TEST, VALIDATION = 0.14, 0.06
_APART = 0.7  # the words that two unrelated rows may share at most; flaws and masks add some
_NEAR, _FAR = 0.82, (0.5, 0.75)


@dataclass
class Row:
    """One line of the file. `flaw` and `pair` tell what was planted: rows of one pair share its number."""

    message: str
    label: str
    split: str = "train"
    flaw: str = ""
    pair: int | None = None


@dataclass
class Planted:
    """The rows in their order, and what is known of them."""

    rows: list[Row]
    truth: dict[str, list[int] | list[Pair]] = field(default_factory=dict)
    decoys: dict[str, list[int]] = field(default_factory=dict)


def plant(count: int = 5000, seed: int = 0) -> Planted:
    """`count` rows with flaws in the shares above, at least three of each kind."""
    chance = random.Random(seed)
    amounts = {kind: max(3, round(count * share)) for kind, share in SHARES.items()}
    twice = ("conflicts", "duplicates", "near_duplicates", "near_duplicates_decoy", "leaks")
    flawed = sum(many * (2 if kind in twice else 1) for kind, many in amounts.items())
    fresh = iter(_unlike_rows(count - sum(amounts[kind] for kind in twice), chance))
    rows = [next(fresh) for _ in range(count - flawed)]
    for number, row in enumerate(rows):
        row.split = (
            "test" if number < TEST * count else "validation" if number < (TEST + VALIDATION) * count else "train"
        )
    clean_tests = [row for row in rows if row.split == "test"]
    made: dict[str, Callable[[Row, random.Random], None]] = {
        "html": _html,
        "html_decoy": _html_decoy,
        "mojibake": _mojibake,
        "mojibake_decoy": _mojibake_decoy,
        "private_data": _private,
        "private_data_decoy": _private_decoy,
        "secrets": _secret,
        "secrets_decoy": _secret_decoy,
        "empty": _empty,
        "label_spelling": _spelling,
    }
    for kind, spoil in made.items():
        for number in range(amounts[kind]):
            row = next(fresh)
            spoil(row, random.Random(f"{seed} {kind} {number}"))
            row.flaw = kind
            rows.append(row)
    pair = 0
    for kind in twice:
        for number in range(amounts[kind]):
            pair += 1
            first = clean_tests[number] if kind == "leaks" else next(fresh)
            if kind == "leaks":
                rows.append(next(fresh))  # the place in the file that the clean test row did not need
            else:
                rows.append(first)
            second = Row(first.message, first.label)
            _PAIRS[kind](second, chance, number)
            first.flaw, first.pair = kind, pair
            second.flaw, second.pair = kind, pair
            rows.append(second)
    chance.shuffle(rows)
    # The test comes first, so that of a leak the copy in train is the later one, which cleaning leaves out.
    rows.sort(key=lambda row: ("test", "validation", "train").index(row.split))
    return Planted(rows, _truth(rows), _decoys(rows))


def write(path: Path, planted: Planted) -> Path:
    """The set as JSONL, its truth beside it; returns the path of the truth."""
    lines = [
        json.dumps({"message": row.message, "label": row.label, "split": row.split}, ensure_ascii=False)
        for row in planted.rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    truth = path.with_suffix(".truth.json")
    truth.write_text(json.dumps({"truth": planted.truth, "decoys": planted.decoys}, indent=1), encoding="utf-8")
    return truth


def _truth(rows: list[Row]) -> dict[str, list[int] | list[Pair]]:
    """What each finder must report: rows, of copies the later one; for leaks the pairs (train, test)."""
    found: dict[str, list[int] | list[Pair]] = {
        kind: [number for number, row in enumerate(rows, start=1) if row.flaw == kind]
        for kind in ("html", "mojibake", "private_data", "secrets", "empty", "label_spelling", "conflicts")
    }
    pairs = _pairs(rows)
    same = {
        pair
        for pair, (one, other) in pairs.items()
        if normalise(rows[one - 1].message) == normalise(rows[other - 1].message)
    }
    later = {
        pair: max(both)
        for pair, both in pairs.items()
        if rows[both[0] - 1].flaw in ("duplicates", "near_duplicates", "leaks")
    }
    found["duplicates"] = sorted(row for pair, row in later.items() if pair in same)
    found["near_duplicates"] = sorted(row for pair, row in later.items() if pair not in same)
    found["leaks"] = sorted(
        (one, other) if rows[one - 1].split == "train" else (other, one)
        for one, other in pairs.values()
        if rows[one - 1].flaw == "leaks"
    )
    return found


def _decoys(rows: list[Row]) -> dict[str, list[int]]:
    kinds = ("html", "mojibake", "private_data", "secrets", "near_duplicates")
    return {kind: [number for number, row in enumerate(rows, start=1) if row.flaw == f"{kind}_decoy"] for kind in kinds}


def _pairs(rows: list[Row]) -> dict[int, Pair]:
    by_pair: dict[int, list[int]] = {}
    for number, row in enumerate(rows, start=1):
        if row.pair is not None:
            by_pair.setdefault(row.pair, []).append(number)
    return {pair: (one, other) for pair, (one, other) in by_pair.items()}


# Clean rows.


def _unlike_rows(count: int, chance: random.Random) -> list[Row]:
    """So many rows of which no two share more than 70 % of their words."""
    rows: list[Row] = []
    while len(rows) < count:
        rows += [_row(chance) for _ in range(count - len(rows))]
        alike = _alike_to_earlier([row.message for row in rows])
        rows = [row for row, too_alike in zip(rows, alike, strict=True) if not too_alike]
    return rows


def _alike_to_earlier(messages: list[str]) -> list[bool]:
    """For each text whether it shares more than 70 % of its words with an earlier one: every pair is compared, by counting common words."""
    numbers: dict[str, int] = {}
    sets = [[numbers.setdefault(word, len(numbers)) for word in sorted(word_set(message))] for message in messages]
    sizes = numpy.array([len(words) for words in sets])
    places = numpy.repeat(numpy.arange(len(sets)), sizes)
    ones = numpy.ones(len(places), dtype=numpy.float32)
    table = csr_matrix((ones, (places, numpy.concatenate(sets))))
    found = numpy.zeros(len(sets), dtype=bool)
    for start in range(0, len(sets), 500):
        block = numpy.arange(start, min(start + 500, len(sets)))
        common = (table[block] @ table.T).toarray()
        alike = common > _APART * (sizes[block, None] + sizes[None, :] - common)
        found[block] = (alike & (numpy.arange(len(sets)) < block[:, None])).any(axis=1)
    return found.tolist()


def _row(chance: random.Random) -> Row:
    label = chance.choices(list(text.LABELS), weights=text.WEIGHTS)[0]
    parts = [
        chance.choice(text.OPENINGS),
        chance.choice(text.LABELS[label]),
        chance.choice(text.PLACES),
        chance.choice(text.DETAILS),
        chance.choice(text.CLOSINGS),
    ]
    if chance.random() < 0.5:
        parts[2], parts[3] = parts[3], parts[2]
    message = " ".join(part for part in parts if part)
    for slot, words in text.SLOTS.items():
        while f"{{{slot}}}" in message:
            message = message.replace(f"{{{slot}}}", chance.choice(words), 1)
    return Row(message, label)


# Flaws of one row.


def _insert(row: Row, sentence: str, chance: random.Random) -> None:
    """Put a sentence between two others."""
    sentences = row.message.split(". ")
    place = chance.randint(1, len(sentences)) if len(sentences) > 1 else 1
    before = [part.rstrip(".") for part in sentences[:place]]
    row.message = ". ".join([*before, sentence, *sentences[place:]])


def _html(row: Row, chance: random.Random) -> None:
    words = row.message.split(" ")
    middle = len(words) // 2
    first, second = " ".join(words[:middle]), " ".join(words[middle:])
    row.message = chance.choice(
        [
            f"<p>{first} {second}</p>",
            f"{first}<br>{second}",
            f"{first}<br/><br/>{second}",
            f'<div class="message">{first}</div><div>{second}</div>',
            f"{first} <b>{second}</b>",
            f'{first} <a href="https://example.org/{middle}">{second}</a>',
            f"{first}&nbsp;{second}",
            f"{first} &amp; {second}",
            f"&quot;{first} {second}&quot;",
            f'<span style="color:red">{first}</span> {second}',
        ]
    )


def _html_decoy(row: Row, chance: random.Random) -> None:
    _insert(row, chance.choice(text.HTML_DECOYS), chance)


def _mojibake(row: Row, chance: random.Random) -> None:
    """A text with other letters than those of English, saved in UTF-8 and opened as something else, once or twice."""
    encoding, phrases = chance.choices(list(text.MOJIBAKE.items()), weights=text.MOJIBAKE_WEIGHTS)[0]
    _insert(row, chance.choice(phrases), chance)
    for _ in range(2 if encoding == "cp1252" and chance.random() < 0.2 else 1):
        row.message = row.message.encode("utf-8").decode(encoding)


def _mojibake_decoy(row: Row, chance: random.Random) -> None:
    _insert(row, chance.choice(text.MOJIBAKE_DECOYS), chance)


def _private(row: Row, chance: random.Random) -> None:
    make = chance.choice([_email, _email, _phone, _phone, _card, _iban])
    _insert(row, make(chance), chance)


def _email(chance: random.Random) -> str:
    first, last = chance.choice(text.FIRST_NAMES).lower(), chance.choice(text.LAST_NAMES).lower()
    name = chance.choice(
        [f"{first}.{last}", f"{first[0]}{last}{chance.randint(1, 99)}", f"{first}_{last}", f"{first}+town"]
    )
    domain = chance.choice(["example.org", "mail.example.com", "example.co.uk", "example.net"])
    return chance.choice(["My address is {0}", "Please answer to {0}", "Write to {0} or call", "({0})"]).format(
        f"{name}@{domain}"
    )


def _phone(chance: random.Random) -> str:
    number = _digits(chance, chance.choice(text.PHONES))
    return chance.choice(
        ["Call me on {0}", "My number is {0}", "You can reach me at {0} in the evening", "Phone: {0}"]
    ).format(number)


def _card(chance: random.Random) -> str:
    prefix, length = chance.choice([("4", 16), ("51", 16), ("55", 16), ("37", 15)])
    number = _luhn(prefix + _digits(chance, "#" * (length - len(prefix) - 1)))
    if length == 16:
        number = chance.choice(["", " ", "-"]).join(number[start : start + 4] for start in range(0, 16, 4))
    return chance.choice(
        ["I paid with card {0}", "The card {0} was charged twice", "Use my card {0} for the fee"]
    ).format(number)


def _luhn(digits: str) -> str:
    """The digits with their check digit (ISO/IEC 7812-1)."""
    total = sum(
        sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def _iban(chance: random.Random) -> str:
    country, form = chance.choice(
        [("DE", "#" * 18), ("FR", "#" * 23), ("GB", "MIDL" + "#" * 14), ("NL", "INGB" + "#" * 10)]
    )
    account = _digits(chance, form)
    as_number = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    number = f"{country}{98 - int(as_number) % 97:02d}{account}"
    if chance.random() < 0.6:
        number = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    return chance.choice(["Send the refund to {0}", "My account is {0}", "Take the fee from {0}"]).format(number)


def _private_decoy(row: Row, chance: random.Random) -> None:
    sentence = _digits(chance, chance.choice(text.PRIVATE_DECOYS))
    if "{card}" in sentence:
        right = _luhn("4" + _digits(chance, "#" * 14))
        wrong = right[:-1] + str((int(right[-1]) + chance.randint(1, 9)) % 10)
        sentence = sentence.replace("{card}", " ".join(wrong[start : start + 4] for start in range(0, 16, 4)))
    _insert(row, sentence, chance)


def _secret(row: Row, chance: random.Random) -> None:
    letters = string.ascii_letters + string.digits
    secret = chance.choice(
        [
            "hf" + "_" + "".join(chance.choices(string.ascii_letters, k=34)),
            "gh" + "p_" + "".join(chance.choices(letters, k=36)),
            "AK" + "IA" + "".join(chance.choices(string.ascii_uppercase + "234567", k=16)),
            "\n".join(
                [
                    "-----BEGIN " + kind + " KEY-----",
                    *("".join(chance.choices(letters + "+/", k=64)) for _ in range(3)),
                    "-----END " + kind + " KEY-----",
                ]
            )
            if (kind := chance.choice(["RSA PRI" + "VATE", "PRI" + "VATE", "EC PRI" + "VATE"]))
            else "",
        ]
    )
    _insert(
        row,
        chance.choice(["My key for the form is {0}", "The script uses {0} to log in", "token: {0}"]).format(secret),
        chance,
    )


def _secret_decoy(row: Row, chance: random.Random) -> None:
    hexadecimal = "".join(chance.choices("0123456789abcdef", k=64))
    decoy = chance.choice(
        [
            f"The page says version {hexadecimal[:40]}",
            f"My case is {uuid.UUID(hex=hexadecimal[:32])}",
            f"The file has the checksum sha256 {hexadecimal}",
            f"It shows error 0x{hexadecimal[:8].upper()} in MainWindowControllerFactory",
        ]
    )
    _insert(row, decoy, chance)


def _empty(row: Row, chance: random.Random) -> None:
    if chance.random() < 0.5:
        row.message = chance.choice(["", "   ", "\u200b", "\n"])
    else:
        row.label = chance.choice(["", " "])


def _spelling(row: Row, chance: random.Random) -> None:
    row.label = chance.choice([row.label.upper(), row.label.title(), row.label.replace(" ", "_").title() + "."])


# Flaws of two rows.


def _conflict(second: Row, chance: random.Random, _number: int) -> None:
    second.label = chance.choice([label for label in text.LABELS if label != second.label])


def _duplicate(second: Row, _chance: random.Random, number: int) -> None:
    changes: list[Callable[[str], str]] = [str, str.upper, str.lower, lambda message: message.replace(" ", "  ") + " "]
    second.message = changes[number % len(changes)](second.message)


def _near_duplicate(second: Row, chance: random.Random, number: int) -> None:
    """A word changed, added or left out, or the order changed; at least 82 % of the words are shared."""
    first = word_set(second.message)
    message = second.message
    while normalise(message) == normalise(second.message) or similarity(first, word_set(message)) < _NEAR:
        words = second.message.split(" ")
        place = chance.randrange(len(words))
        if number % 4 == 0:
            words[place] = chance.choice(text.OTHER_WORDS)
        elif number % 4 == 1:
            words.insert(place, chance.choice(text.OTHER_WORDS))
        elif number % 4 == 2:
            del words[place]
        else:
            words = words[place:] + words[:place]
        message = " ".join(words)
    second.message = message


def _far_copy(second: Row, chance: random.Random, _number: int) -> None:
    """So many words changed that it is another message: half to three quarters are shared."""
    first = word_set(second.message)
    words = second.message.split(" ")
    for place in chance.sample(range(len(words)), len(words)):
        if similarity(first, word_set(" ".join(words))) <= _FAR[1]:
            break
        words[place] = chance.choice(text.OTHER_WORDS)
    second.message = " ".join(words)
    if similarity(first, word_set(second.message)) < _FAR[0]:
        raise ValueError(f"{second.message!r} is too far from its first")


def _leak(second: Row, chance: random.Random, number: int) -> None:
    if number % 2:
        _near_duplicate(second, chance, number // 2)
    else:
        _duplicate(second, chance, number // 2)


_PAIRS: dict[str, Callable[[Row, random.Random, int], None]] = {
    "conflicts": _conflict,
    "duplicates": _duplicate,
    "near_duplicates": _near_duplicate,
    "near_duplicates_decoy": _far_copy,
    "leaks": _leak,
}


def _digits(chance: random.Random, form: str) -> str:
    """The form with a digit for each #."""
    return "".join(chance.choice(string.digits) if letter == "#" else letter for letter in form)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    planted = plant(arguments.rows, arguments.seed)
    truth = write(arguments.file, planted)
    print(f"{len(planted.rows):,} rows in {arguments.file}, what is in them in {truth}")


if __name__ == "__main__":
    main()
