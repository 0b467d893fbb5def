"""Boilerplate: the same first or last lines around many different texts, such as signatures and confidentiality notices."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ft_core.data.clean.step import Found, Step
from ft_core.settings.example import Example, Message, Role

_LEAST = 5  # texts that share a line
_SHARE = 0.005  # of all texts of more than one line
_DIFFERENT = 0.8  # of the texts that share a line: what is left of them must differ, else they are copies of one text
_LINES = 12  # lines that are taken off one end of a text
_WORDS = 3  # of a line: "}" and "```" end many a good answer
_WORD = re.compile(r"[^\W\d_]{2,}")
_TAIL = 80  # characters at the end among which a mail program's line is looked for
# What mail programs add, known without having to be frequent.
_MAIL = re.compile(
    r"\s*^(?:sent from (?:my|mail for|outlook for)|get outlook for)\b.{0,40}\s*\Z", re.IGNORECASE | re.MULTILINE
)

Place = tuple[int, int]  # of an example, of its message


def find(examples: Sequence[Example]) -> Found:
    """Messages of several lines that begin or end as many others do, and what they are without that. System prompts are left alone.

    A line counts when at least 5 texts, and 0.5 % of all with several lines, begin or end with it, and are otherwise different.
    """
    lines: Counter[str] = Counter()
    shorter: dict[Place, str] = {}
    for role in ("user", "assistant"):
        texts = _texts(examples, role)
        least = max(_LEAST, round(_SHARE * len(texts)))
        left = _without(_without(_without_mail(texts), least, lines, last=True), least, lines, last=False)
        shorter |= {place: text for place, text in left.items() if text != texts[place]}
    return _found(examples, shorter, lines)


def _texts(examples: Sequence[Example], role: Role) -> dict[Place, str]:
    """Every message of a role that has several lines."""
    return {
        (place, number): message.content
        for place, example in enumerate(examples)
        for number, message in enumerate(example.messages)
        if message.role == role and "\n" in message.content.strip()
    }


def _without_mail(texts: dict[Place, str]) -> dict[Place, str]:
    left = dict(texts)
    for place, text in texts.items():
        match = _MAIL.search(text[-_TAIL:])
        if match:
            left[place] = text[: max(0, len(text) - _TAIL) + match.start()].rstrip() or text
    return left


def _without(texts: dict[Place, str], least: int, lines: Counter[str], last: bool) -> dict[Place, str]:
    """Take off, line by line, what is frequent at one end. `lines` gains how many texts lost which line."""
    texts = dict(texts)
    asked = list(texts)
    for _ in range(_LINES):
        by_line: dict[str, list[Place]] = defaultdict(list)
        for place in asked:
            line = _parted(texts[place], last)[0]
            if len(_WORD.findall(line)) >= _WORDS:
                by_line[line].append(place)
        asked = []
        for line, places in by_line.items():
            if len(places) < least:
                continue
            rest = {place: left for place in places if (left := _parted(texts[place], last)[1])}
            if len(rest) >= least and len(set(rest.values())) >= _DIFFERENT * len(rest):
                lines[line] += len(rest)
                texts.update(rest)
                asked += rest
        if not asked:
            break
    return texts


def _parted(text: str, last: bool) -> tuple[str, str]:
    """(the last or first line, what is left without it); both without white space around them."""
    if last:
        rest, _, line = text.rstrip().rpartition("\n")
    else:
        line, _, rest = text.lstrip().partition("\n")
    return line.strip(), rest.strip()


def _found(examples: Sequence[Example], shorter: dict[Place, str], lines: Counter[str]) -> Found:
    found = Found()
    changed: dict[int, list[Message]] = {}
    for place, number in sorted(shorter):
        example = examples[place]
        messages = changed.setdefault(place, list(example.messages))
        found.sample(messages[number].content, shorter[place, number])
        messages[number] = replace(messages[number], content=shorter[place, number])
    found.places = sorted(changed)
    found.changed = {place: replace(examples[place], messages=tuple(messages)) for place, messages in changed.items()}
    if lines:
        line, count = lines.most_common(1)[0]
        shown = line if len(line) <= 60 else line[:59] + "…"
        found.detail = f"The most frequent of {len(lines):,} such lines is in {count:,} texts: {shown}"
    return found


STEP = Step(
    "The same lines around many texts",
    "Signatures and notices say nothing about their text, cost tokens, and teach the model to write them.",
    {"fix": "These lines are removed"},
    find,
)
