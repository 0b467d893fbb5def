"""The texts the starter model reads: which files, under which licence, and how they become documents.

Each document is one string in the model's own chat form or plain prose. A document belongs to the held-out
part when its hash says so, so training and measuring never disagree about which is which.
"""

import csv
import hashlib
import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ft_core.errors import FTError

END = "<|end|>"


@dataclass(frozen=True)
class Text:
    """One source file of the starter model."""

    name: str
    licence: str
    source: str
    sha256: str
    repeat: int
    form: str  # "prose", "turns" (a line a turn) or "roles" (user: / assistant:)


TEXTS = (
    Text(
        "standardebooks_children.txt.xz",
        "public domain, edition CC0-1.0",
        "Standard Ebooks, 41 children's books",
        "998c9dd64502e60fae122f29f21be895a38f26920f5d5f99c44f089486c2a8bd",
        1,
        "prose",
    ),
    Text(
        "pratham_books_en.txt.xz",
        "CC BY 4.0",
        "Pratham Books StoryWeaver by way of global-asp/pb-source, 374 children's stories",
        "1602e8bdf6a2415a3a9c3ee812a0dd614dbaaa4d300876e46106af8563f453d5",
        4,
        "prose",
    ),
    Text(
        "self_dialogue.txt.xz",
        "BSD-3-Clause",
        "jfainberg/self_dialogue_corpus, 24,000 conversations",
        "1af960eb14df6a59a757567e632fa92bbbbf3941f7ba513c600f299b176a76f4",
        1,
        "turns",
    ),
    Text(
        "taskmaster4.txt.xz",
        "CC BY 4.0",
        "google-research-datasets/Taskmaster (TM-4), coffee-shop dialogues",
        "b6834db421de8ba81d1ac3603ae3b8a5c374952bcbdb97af9a28c7076a33acdc",
        1,
        "roles",
    ),
)

PROSE_CHARACTERS = 6000
SHINGLE = 8  # words in a row that no two people write by chance
SHORTEST = 4  # shorter messages ("Where is my order?") are anybody's
MESSY_SYSTEM = "Have a friendly conversation."
ORDER_SYSTEM = "You take orders in a coffee shop."


def read(folder: Path, text: Text) -> str:
    """The whole text. Raises FTError `starter.text` when the file is missing or is not the one listed."""
    path = folder / text.name
    if not path.is_file():
        raise FTError(
            "starter.text",
            f"The text {text.name} is missing.",
            f"There is no such file in {folder}.",
            "Pass the folder that holds the texts listed in ft_core/starter/README.md with --texts.",
        )
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != text.sha256:
        raise FTError(
            "starter.text",
            f"The text {text.name} is not the one the starter model was made from.",
            f"Its sha256 is {found}, the listed one is {text.sha256}.",
            "Fetch the listed file, or update the list in ft_core/starter/texts.py.",
        )
    return lzma.decompress(data).decode("utf-8")


def documents(raw: str, form: str) -> Iterator[str]:
    """Split one raw text into documents, each ending with the end-of-turn token."""
    if form == "prose":
        yield from _prose(raw)
        return
    for block in raw.split("\n\n"):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if len(lines) < 2:
            continue
        if form == "turns":
            turns = [(("user", "assistant")[i % 2], line[:1].upper() + line[1:]) for i, line in enumerate(lines)]
            yield chat(turns, MESSY_SYSTEM if _bucket(block, 2) else None)
        else:
            turns = [tuple(line.split(": ", 1)) for line in lines if ": " in line]
            yield chat(turns, ORDER_SYSTEM if _bucket(block, 2) else None)


def _prose(raw: str) -> Iterator[str]:
    """Whole paragraphs gathered to about PROSE_CHARACTERS, so that a document fits the context."""
    gathered: list[str] = []
    size = 0
    for paragraph in raw.split("\n\n"):
        gathered.append(paragraph)
        size += len(paragraph)
        if size >= PROSE_CHARACTERS:
            yield "\n\n".join(gathered).strip() + END
            gathered, size = [], 0
    if gathered:
        yield "\n\n".join(gathered).strip() + END


def chat(turns, system: str | None = None) -> str:
    """(role, content) pairs as the chat template renders them (a test holds the two together)."""
    head = f"<|system|>{system}{END}" if system else ""
    return head + "".join(f"<|{role}|>{content}{END}" for role, content in turns)


def held_out(document: str) -> bool:
    """True for one document in a hundred, by its hash."""
    return _bucket(document, 100) == 0


def _bucket(text: str, buckets: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % buckets


def split(folder: Path) -> tuple[list[str], list[str]]:
    """All documents as (training, held-out). Training ones are repeated as listed, held-out ones are not."""
    training: list[str] = []
    held: list[str] = []
    for text in TEXTS:
        for document in documents(read(folder, text), text.form):
            if held_out(document):
                held.append(document)
            else:
                training.extend([document] * text.repeat)
    return training, held


def borrowed(documents: Iterable[str], messages: list[str]) -> list[str]:
    """Which messages share a run of SHINGLE words with a document; shorter messages count when they stand in it whole."""
    runs: dict[tuple[str, ...], list[tuple[list[str], int]]] = {}
    for index, message in enumerate(messages):
        words = _words(message)
        for start in range(max(1, len(words) - SHINGLE + 1)):
            run = words[start : start + SHINGLE]
            if len(run) >= SHORTEST:
                runs.setdefault(tuple(run[:SHORTEST]), []).append((run, index))
    found: set[int] = set()
    for document in documents:
        words = _words(document)
        for start, opening in enumerate(zip(*(words[shift:] for shift in range(SHORTEST)), strict=False)):
            for run, index in runs.get(opening, ()):
                if words[start : start + len(run)] == run:
                    found.add(index)
    return [messages[index] for index in sorted(found)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def check_examples(documents: Iterable[str]) -> None:
    """Raise FTError `starter.examples` when a text of an example project is among the documents to train on."""
    messages = []
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*/*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            messages += [row["message"] for row in csv.DictReader(file)]
    found = borrowed(documents, messages)
    if found:
        raise FTError(
            "starter.examples",
            f"{len(found)} example messages are in the training texts.",
            f"The first is {found[0][:80]!r}.",
            "Change the example, or leave the text out: a model must not be shown its own test.",
        )
