"""Dialogues about what is known of the world: the relations and questions of the data files."""

from random import Random
from typing import Any

from ft_core.starter.dialogue_words import Piece, an, capital, data, small, split


def _pairs(relation: dict[str, Any]) -> list[tuple[str, str]]:
    parted = [pair.split(": ") for pair in split(relation["pairs"])]
    pairs = [(left.strip(), right.strip()) for left, right in parted]
    return pairs + [(right, left) for left, right in pairs] if relation.get("both") else pairs


def _put(pattern: str, x: str, y: str) -> str:
    marks = {"x": x, "y": y, "ax": an(x), "ay": an(y)}
    marks |= {"X": capital(x), "Y": capital(y), "AX": capital(an(x)), "AY": capital(an(y))}
    return pattern.format(**marks)


def _fact(rng: Random) -> tuple[str, str, str, list[str], dict[str, Any], str]:
    """(question, full answer, one-word answer, other one-word answers, its relation, its left word)."""
    if rng.random() < 0.22:
        asks, full, word = rng.choice(data()["questions"]["entries"]).split("|")
        others = [entry.split("|")[2] for entry in rng.sample(data()["questions"]["entries"], 6)]
        return rng.choice(asks.split("/")), full, word, [other for other in others if other != word], {}, ""
    relation = data()["relations"][rng.choice(list(data()["relations"]))]
    pairs = _pairs(relation)
    x, y = rng.choice(pairs)
    right = {b for a, b in pairs if a == x}
    others = sorted({b for a, b in pairs} - right - {x})
    return _put(rng.choice(relation["ask"]), x, y), _put(relation["say"], x, y), y, others, relation, x


def facts(rng: Random) -> Piece:
    """A question about the world: a full sentence, one word, or yes and no."""
    question, full, word, others, relation, x = _fact(rng)
    way = rng.random()
    if relation.get("check") and way < 0.22:
        true = rng.random() < 0.5
        said = word if true else rng.choice(others)
        answer = "Yes" if true else "No"
        if rng.random() < 0.35:
            return Piece(
                [(_put(relation["check"], x, said), answer + ".")],
                rng.choice(["Answer yes or no.", "Answer with yes or no."]),
                exact=False,
            )
        return Piece(
            [
                (
                    _put(relation["check"], x, said),
                    f"{answer}, {small(full) if full.startswith(('The ', 'A ', 'An ', 'We ', 'You ')) else full}",
                )
            ],
            exact=False,
            style=True,
        )
    if way < 0.42 and " " not in word:
        if rng.random() < 0.3:
            return Piece([(f"{question} Answer with one word.", capital(word) + ".")])
        return Piece(
            [(question, capital(word) + ".")],
            rng.choice(
                ["Answer with one word.", "Use one word.", "Give one-word answers.", "Reply with a single word."]
            ),
            exact=False,
        )
    return Piece([(question, full)], exact=False, style=True)


def choice(rng: Random) -> Piece:
    """Multiple choice with two to four options."""
    question, _full, word, others, relation, _x = _fact(rng)
    while relation.get("many"):
        question, _full, word, others, relation, _x = _fact(rng)
    options = [word, *rng.sample(others, min(len(others), rng.choice([1, 2, 3, 3, 3])))]
    rng.shuffle(options)
    letter = "ABCD"[options.index(word)]
    shape = rng.choice(["{}) {}", "{}. {}", "{}: {}"])
    listing = rng.choice(["\n", " "]).join(
        shape.format(mark, option) for mark, option in zip("ABCD", options, strict=False)
    )
    way = rng.random()
    if way < 0.5:
        return Piece(
            [(f"{question}\n{listing}", letter)],
            rng.choice(
                ["Answer with the letter.", "Give only the letter of the right answer.", "Choose A, B, C or D."]
            ),
        )
    if way < 0.75:
        return Piece([(f"{question}\n{listing}\nAnswer with the letter.", letter)])
    return Piece([(f"{question}\n{listing}", f"{letter}. {capital(word)}")])


def blank(rng: Random) -> Piece:
    relation = data()["relations"][
        rng.choice(
            [
                "colour",
                "sound",
                "baby",
                "opposite",
                "plural",
                "past",
                "after",
                "month",
                "source",
                "capital",
                "material",
                "eats",
            ]
        )
    ]
    x, y = rng.choice(_pairs(relation))
    full = _put(relation["say"], x, y)
    head, _found, tail = full.rpartition(y)
    if rng.random() < 0.5:
        return Piece(
            [(f"{rng.choice(['Fill in the blank:', 'Fill the gap:', 'Which word is missing?'])} {head}___{tail}", y)]
        )
    return Piece([(f"{rng.choice(['Finish the sentence:', 'Complete:', 'Go on:'])} {head.strip()} ...", full)])
