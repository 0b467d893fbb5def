"""Answers with known flaws, one kind each, among good ones: real sentences of this repository, and rows as an evaluation writes them.

Prompts ask to go on with a text that was cut in two, or are questions of the chat stage. A good answer is the right one with some phrases
said another way, a sentence left out or put before it. The same seed gives the same answers.
"""

import ast
import csv
import random
import string
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ft_core.data.augment import synonyms
from ft_core.data.augment.sentences import sentences
from ft_core.data.vocabulary import words
from ft_core.starter.dialogues import KINDS as CHATS
from tests.evals.errors import planted_text as texts

ROOT = Path(__file__).parents[3]
KINDS = (
    "empty",
    "cut_off",
    "too_long",
    "repetition",
    "echo",
    "template",
    "refusal",
    "wrong_language",
    "misspelling",
    "off_topic",
    "copied",
)
_SHARE = 0.05  # of all answers have each flaw
_DECOYS = 0.1  # look as if they had one
_RARE = 6  # tickets
_DOCS, _CHATS = 0.3, 0.25  # of the rows come from documentation and from the chat stage, the others from tickets


@dataclass(frozen=True)
class Source:
    """A prompt and its right answer; `group` names what it is about."""

    prompt: str
    expected: str
    group: str


@dataclass(frozen=True)
class Planted:
    """`rows` as an evaluation writes them, `training` answers, and for each row the codes that its tuned answer deserves.

    `kinds` says what was planted: a code, "decoy" or "good". The base answers are all good.
    """

    rows: list[dict[str, Any]]
    training: list[str]
    truth: list[set[str]]
    kinds: list[str]


def plant(count: int, seed: int = 0, docs: bool = True) -> Planted:
    """`count` rows; without `docs`, from the tickets and the chat stage alone, which do not change with the code."""
    chance = random.Random(seed)
    training, asked = _apart(_pool(2 * count, chance, docs), count)
    kinds = [kind for kind in KINDS for _ in range(round(_SHARE * count))]
    kinds += ["decoy"] * round(_DECOYS * count)
    kinds += ["good"] * (count - len(kinds))
    chance.shuffle(kinds)
    for place, source in enumerate(asked):  # a text without long words cannot be misspelt
        while kinds[place] == "misspelling" and not _places(source.expected):
            other = chance.randrange(count)
            if kinds[other] == "good" and _places(asked[other].expected):
                kinds[place], kinds[other] = "good", "misspelling"
    others = [source for source, kind in zip(asked, kinds, strict=True) if kind != "decoy"]
    maker = _Maker(chance, others, [source.expected for source in training])
    rows, truth = [], []
    for place, (source, kind) in enumerate(zip(asked, kinds, strict=True)):
        text, finished, codes, prompt, expected = maker.make(kind, source)
        base = maker.good(Source(prompt, expected, source.group))
        rows.append(row(place + 1, prompt, expected, base, text, finished))
        truth.append(codes)
    return Planted(rows, maker.training, truth, kinds)


def row(number: int, prompt: str, expected: str, base: str, tuned: str, finished: bool = True) -> dict[str, Any]:
    """A row as an evaluation writes it, without a few-shot contestant."""
    made: dict[str, Any] = {"row": number, "part": "", "prompt": prompt, "expected": expected}
    for who, text, ended in (("base", base, True), ("few_shot", None, None), ("tuned", tuned, finished)):
        made |= {who: text, f"{who}_written": text, f"{who}_finished": ended}
        made |= {f"{who}_correct": None if text is None else text == expected, f"{who}_loss": 1.0}
    return made


# Where the sentences come from.


def _pool(count: int, chance: random.Random, docs: bool) -> list[Source]:
    written = _documents() if docs else []
    chance.shuffle(written)
    written = written[: round(_DOCS * count)]
    chats = _chats(round(_CHATS * count), chance)
    tickets = _tickets(chance)[: count - len(written) - len(chats)]
    pool = written + chats + tickets
    chance.shuffle(pool)
    return pool


def _apart(pool: list[Source], count: int) -> tuple[list[Source], list[Source]]:
    """Training, and `count` others of which none has 8 words in a row that stand in a training text: they would be copied rightly."""
    training, asked = pool[count * 3 // 2 :], pool[: count * 3 // 2]
    learnt = {run for source in training for run in _runs(source.expected)}
    asked = [source for source in asked if learnt.isdisjoint(_runs(source.expected))][:count]
    assert len(asked) == count, f"{len(asked)} of {count}"
    return training, asked


def _runs(text: str) -> set[str]:
    parts = words(text)
    return {" ".join(parts[start : start + 8]) for start in range(len(parts) - 7)}


def _tickets(chance: random.Random) -> list[Source]:
    """Messages to a shop. Those with a rare word are left out: slips were put into some of them when they were made."""
    with (ROOT / "examples/ticket_triage/tickets.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    counts = Counter(word for line in lines for word in set(words(line["message"])))
    chance.shuffle(lines)
    return [
        _cut(line["message"], line["label"])
        for line in lines
        if len(line["message"].split()) >= 16 and min(counts[word] for word in words(line["message"])) >= _RARE
    ]


def _documents() -> list[Source]:
    """What the modules and functions of the product say about themselves, a file's in one text; three to five sentences a piece."""
    found = []
    for path in sorted((ROOT / "ft_core").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        holders = [node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))]
        said = [
            one
            for node in holders
            for one in sentences(" ".join((ast.get_docstring(node) or "").split()))
            if len(one) > 30
        ]
        for start in range(0, len(said) - 2, 4):
            found.append(_cut(" ".join(said[start : start + 4]), path.parent.name))
    return found


def _chats(count: int, chance: random.Random) -> list[Source]:
    found: dict[str, Source] = {}
    names = ["talk", "facts", "helping"]  # stories are all made from the same sentences: none is its own
    for _ in range(60 * count):
        if len(found) == count:
            break
        name = chance.choice(names)
        asked, said = CHATS[name][1](chance).turns[0]
        if len(said.split()) >= 3:
            found.setdefault(asked, Source(asked, said, f"chat {name}"))
    return list(found.values())


def _cut(text: str, group: str) -> Source:
    parts = text.split()
    half = max(6, round(0.45 * len(parts)))
    return Source(f"Go on with this text: {' '.join(parts[:half])}", " ".join(parts[half:]), group)


# What is made of them.

Made = tuple[str, bool, set[str], str, str]  # answer, finished, what it deserves, prompt, right answer


class _Maker:
    def __init__(self, chance: random.Random, asked: list[Source], training: list[str]) -> None:
        self.chance, self.asked, self.training = chance, asked, training
        self.long = [text for text in training if len(text.split()) >= 14]

    def make(self, kind: str, source: Source) -> Made:
        if kind == "decoy":
            return self._decoy(source)
        if kind == "good":
            return self.good(source), True, set(), source.prompt, source.expected
        text, codes = getattr(self, f"_{kind}")(source)
        return text, kind != "cut_off", codes, source.prompt, source.expected

    def good(self, source: Source) -> str:
        """The right answer in other words."""
        parts = sentences(source.expected)
        way = self.chance.random()
        if way < 0.3 and len(parts) > 1:
            parts.pop(self.chance.randrange(len(parts)))
        elif way < 0.5:
            parts.insert(0, self.chance.choice(texts.LEADS))
        elif way < 0.6 and len(parts) > 1:
            self.chance.shuffle(parts)
        return synonyms.vary(" ".join(parts), self.chance)

    def _other(self, source: Source) -> Source:
        while True:
            other = self.chance.choice(self.asked)
            if other.group != source.group and len(other.expected.split()) >= 8:
                return other

    def _empty(self, _source: Source) -> tuple[str, set[str]]:
        return self.chance.choice(["", " ", "\n\n", "...", "-", "\u200b", '""', "。"]), {"empty"}

    def _cut_off(self, source: Source) -> tuple[str, set[str]]:
        text = self.good(source)
        return text[: max(8, round(self.chance.uniform(0.5, 0.9) * len(text)))], {"cut_off"}

    def _too_long(self, source: Source) -> tuple[str, set[str]]:
        text, wanted = self.good(source), len(source.expected.split())
        group = [one for one in self.asked if one.group == source.group and one.expected != source.expected]
        self.chance.shuffle(group)
        for other in group:
            if len(text.split()) > max(2.3 * wanted, wanted + 14):
                break
            if other.expected not in text:
                text += " " + other.expected
        return text, {"too_long"}

    def _repetition(self, source: Source) -> tuple[str, set[str]]:
        """Five ways: a phrase or a word goes round, a sentence returns, a list says the same, a part comes twice and more."""
        parts, times = self.good(source).split(), self.chance.randint(3, 6)
        most = max(3, round(len(source.expected.split()) / times))  # so that few become too long, too
        phrase = " ".join(parts[-min(most, self.chance.randint(3, 8)) :])
        way = self.chance.randrange(4)
        if way == 0:  # the last round is cut off within a word
            text = " ".join([*parts[:4], *[phrase] * times])
        elif way == 1:
            text = " ".join([*parts[:6], *[self.chance.choice(["very", "the", "and", parts[-1]])] * (times + 4)])
        elif way == 2:
            text = "\n".join(f"{number + 1}. {phrase}" for number in range(times))
        else:
            text = " ".join([phrase, *[f"{phrase}, {word}" for word in self.chance.sample(parts * 6, times)]])
        return text, {"repetition"} | self._long(text, source)

    @staticmethod
    def _long(text: str, source: Source) -> set[str]:
        """Too long is what is more than twice the right answer's length, however it came to be."""
        size, right = len(text.split()), len(source.expected.split())
        return {"too_long"} if size > 2 * right and size >= right + 10 else set()

    def _echo(self, source: Source) -> tuple[str, set[str]]:
        asked = source.prompt.split()
        text = self.chance.choice(
            [
                source.prompt,
                source.prompt.lower(),
                f"{source.prompt} {' '.join(source.expected.split()[:5])}",
                " ".join(asked[len(asked) // 4 :]),
                f"You said: {source.prompt}",
            ]
        )
        return text, {"echo"} | self._long(text, source)

    def _template(self, source: Source) -> tuple[str, set[str]]:
        text, way = self.good(source), self.chance.random()
        if way < 0.4:
            text += self.chance.choice(texts.ENDS)
        elif way < 0.7:
            text += self.chance.choice(texts.TURNS).format(asked=self.chance.choice(self.asked).prompt.split(": ")[-1])
        else:
            text = self.chance.choice(texts.STARTS) + text
        return text, {"template"} | self._long(text, source)

    def _refusal(self, source: Source) -> tuple[str, set[str]]:
        text = self.chance.choice(texts.REFUSALS)
        return text, {"refusal"} | self._long(text, source)

    def _wrong_language(self, source: Source) -> tuple[str, set[str]]:
        said = texts.LANGUAGES[self.chance.choice(list(texts.LANGUAGES))]
        text = " ".join(self.chance.sample(said, self.chance.randint(1, 2)))
        return text, {"wrong_language"} | self._long(text, source)

    def _misspelling(self, source: Source) -> tuple[str, set[str]]:
        """One to three slips of the finger in words of five letters and more; what they make of a word is not looked at."""
        text = self.good(source)
        parts = (text if _places(text) else source.expected).split()
        places = _places(" ".join(parts))
        for place in self.chance.sample(places, min(len(places), self.chance.randint(1, 3))):
            parts[place] = _slip(parts[place], self.chance)
        return " ".join(parts), {"misspelling"}

    def _off_topic(self, source: Source) -> tuple[str, set[str]]:
        text = self.good(self._other(source))
        return text, {"off_topic"} | self._long(text, source)

    def _copied(self, source: Source) -> tuple[str, set[str]]:
        """A whole training answer, which is off the topic too, or 12 words of one within a good answer."""
        other = self.chance.choice(self.long).split()
        if self.chance.random() < 0.3:
            text = " ".join(other)
            return text, {"copied", "off_topic"} | self._long(text, source)
        size = self.chance.randint(12, max(12, min(20, len(other))))
        start = self.chance.randint(0, len(other) - min(size, len(other)))
        text = f"{self.good(source)} {' '.join(other[start : start + size])}"
        return text, {"copied"} | self._long(text, source)

    def _decoy(self, source: Source) -> Made:
        """What looks like a flaw and is none, for the right answer is so, too."""
        prompt, expected = source.prompt, source.expected
        way = self.chance.randrange(6)
        if way == 0:  # a list repeats itself rightly
            expected = "\n".join(f"{n}. {' '.join(expected.split()[:4])} {n}" for n in range(1, 5))
            return expected.replace("4.", "5."), True, set(), prompt, expected
        if way == 1 and len(prompt.split()) >= 16:  # the right answer stands in the prompt
            expected = " ".join(prompt.split()[-10:])
            return " ".join(prompt.split()[-12:]), True, set(), prompt, expected
        if way == 2:  # it is asked for in another language
            said = self.chance.sample(texts.LANGUAGES["German"], 2)
            return said[0], True, set(), f"In German: {prompt}", " ".join(said)
        if way == 3:  # names and new words are no misspellings
            name = "".join(self.chance.choice(string.ascii_lowercase) for _ in range(7)).capitalize()
            return f"{self.good(source)} {name} and {name.lower()}.py say so.", True, set(), prompt, expected
        if way in (1, 4):  # the right answer is also a training answer
            self.training.append(expected)
            return expected, True, set(), prompt, expected
        text = f"{self.chance.choice(texts.NO_REFUSALS)} {expected}"
        return text, True, self._long(text, source), prompt, expected


def _places(text: str) -> list[int]:
    return [place for place, part in enumerate(text.split()) if len(part) >= 5 and part.isalpha() and part.islower()]


def _slip(word: str, chance: random.Random) -> str:
    """Two letters swapped, one lost, doubled, or another one; never the first. Never the word itself."""
    slips: list[Callable[[int], str]] = [
        lambda at: word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        lambda at: word[:at] + word[at + 1 :],
        lambda at: word[: at + 1] + word[at:],
        lambda at: word[:at] + chance.choice(string.ascii_lowercase) + word[at + 1 :],
    ]
    while True:
        made = chance.choice(slips)(chance.randrange(1, len(word) - 1))
        if made != word:
            return made
