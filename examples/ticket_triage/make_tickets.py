"""Write tickets.csv, the made-up messages of a small online shop, the same bytes every time.

    python examples/ticket_triage/make_tickets.py

The sentences are in skeletons.toml. This file mixes them and then plants the flaws that real exports
have, each kind in rows of its own, so that every kind can be counted.
"""

import csv
import io
import random
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 2025
# What the README's table says and the tests count in the file.
PLANTED = {
    "HTML tags or entities": 40,
    "exact duplicates": 30,
    "near duplicates": 35,
    "empty messages": 10,
    "empty labels": 8,
    "other spellings of a label": 60,
    "other scripts and emoji": 12,
}
# Two clean messages share fewer of their words than this, so only planted rows are near duplicates.
MOST_SHARED_WORDS = 0.6
# How often a message says two things about its topic. More often makes the task easier.
MORE_OFTEN = 0.75
KEPT = ["product", "other", "order", "amount", "card", "city", "email", "first", "last"]
SYNONYMS = {
    "please": "pls", "parcel": "package", "can": "could", "hello": "hi", "want": "wish", "new": "fresh", "my": "our",
    "is": "was", "the": "this", "i": "we", "have": "got", "thanks": "thx", "need": "want", "it": "that",
}  # fmt: skip


@dataclass(frozen=True)
class Ticket:
    customer: str
    message: str
    label: str


def fill(text: str, slots: dict[str, list[str]], random_: random.Random) -> str:
    """Choose between [alternatives] and fill {slots} until none is left.

    One message has one product, one price and so on: what KEPT names is drawn once.
    """
    kept = {name: [random_.choice(slots[name])] for name in KEPT}
    while match := re.search(r"\[([^\[\]]*\|[^\[\]]*)\]|\{(\w+)\}", text):
        choices = match[1].split("|") if match[1] is not None else kept.get(match[2], slots[match[2]])
        text = text[: match.start()] + random_.choice(choices) + text[match.end() :]
    return re.sub(r"\s+", " ", text).strip()


def misspell(word: str, random_: random.Random) -> str:
    """Swap, drop or double one letter inside the word."""
    at = random_.randrange(1, len(word) - 2)
    return random_.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )


def roughen(message: str, random_: random.Random) -> str:
    """Type as people do: typing mistakes, no capitals, no punctuation, shouting."""
    words = message.split()
    if random_.random() < 0.12:
        for at in random_.sample(range(len(words)), k=min(len(words), random_.choice([3, 6]))):
            if words[at].isalpha() and len(words[at]) > 4:
                words[at] = misspell(words[at], random_)
    message = " ".join(words)
    style = random_.random()
    if style < 0.14:
        message = message.lower()
    elif style < 0.20:
        message = re.sub(r"[.,!?'](?=\s|$)", "", message).lower()
    elif style < 0.23:
        message = message.upper()
    elif style < 0.30:
        message = re.sub(r"\.(?=\s|$)", "!", message, count=1) if "." in message else message + "!!"
    return message


def compose(
    sentence: str, more: list[str], frame: dict[str, list[str]], slots: dict[str, list[str]], random_: random.Random
) -> str:
    """Put the label's own sentence between the parts that say nothing about the label."""
    if sentence[-1] not in ".!?":
        sentence += random_.choice(["", ".", ".", "..."])
    parts = [sentence]
    if random_.random() < MORE_OFTEN:
        parts.insert(random_.choice([0, 1, 1, 1]), random_.choice(more))
    contexts = random_.choices([0, 1, 2], weights=[60, 32, 8])[0]
    for context in random_.sample(frame["context"], k=contexts):
        parts.insert(0 if random_.random() < 0.7 else len(parts), context)
    if random_.random() < 0.25:
        parts.append(random_.choice(frame["side"]))
    if random_.random() < 0.33:
        parts.append(random_.choice(frame["request"]))
    if random_.random() < 0.5:
        parts.insert(0, random_.choice(frame["opener"]))
    if random_.random() < 0.4:
        parts.append(random_.choice(frame["closer"]))
    return roughen(fill(" ".join(parts), slots, random_), random_)


def word_set(message: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", message.lower()))


def write_messages(words: dict[str, Any], random_: random.Random) -> list[Ticket]:
    """Clean, distinct messages: as many per label as skeletons.toml asks for, every sentence about equally often."""
    slots = words["slots"]
    tickets: list[Ticket] = []
    seen: list[frozenset[str]] = []
    for label, entry in words["labels"].items():
        frame = {
            name: [text for text in texts if not any(word in text for word in entry["avoid"])]
            for name, texts in words["frame"].items()
        }
        done, deck = 0, []
        while done < entry["rows"]:
            if not deck:
                deck = random_.sample(entry["messages"], k=len(entry["messages"]))
            first, last = random_.choice(slots["first"]), random_.choice(slots["last"])
            # Whoever signs with a name signs with the one in the customer column.
            message = compose(deck.pop(), entry["more"], frame, slots | {"first": [first], "last": [last]}, random_)
            new = word_set(message)
            if not 3 <= len(message.split()) <= 60 or any(
                len(new & old) >= MOST_SHARED_WORDS * len(new | old) for old in seen
            ):
                continue
            seen.append(new)
            tickets.append(Ticket(f"{first} {last}", message, label))
            done += 1
    return tickets


def add_html(message: str, random_: random.Random) -> str:
    """Mark the message up as a web form or a mail program leaves it behind."""
    kinds = ["<p>", "<br>", "&nbsp;", "<div>"] + ["&amp;"] * 4 * (" and " in message) + ["&#39;"] * 4 * ("'" in message)
    match random_.choice(kinds):
        case "<p>":
            return f"<p>{message}</p>"
        case "<br>":
            return re.sub(r"(?<=[.!?,]) ", "<br>", message, count=2) + "<br>"
        case "&nbsp;":
            return message.replace(" ", "&nbsp;", 2)
        case "&amp;":
            return message.replace(" and ", " &amp; ")
        case "&#39;":
            return message.replace("'", "&#39;")
        case _:
            return f'<div class="msg"><b>{message}</b></div>'


def nearly(message: str, random_: random.Random) -> str:
    """The same message with other capitals, other punctuation or one other word."""
    words = message.split()
    swaps = [at for at, word in enumerate(words) if word.lower() in SYNONYMS]
    kind = random_.choice(["case", "punctuation", "word"])
    if kind == "word" and swaps and len(words) >= 14:
        at = random_.choice(swaps)
        words[at] = SYNONYMS[words[at].lower()]
        return " ".join(words)
    if kind == "case":
        return message.lower() if message != message.lower() else message.capitalize()
    return message.rstrip(".!?") + random_.choice(["!!", " ...", " !", "??"])


def respell(label: str, random_: random.Random) -> str:
    if label == "technical problem":
        return random_.choice(["technical_problem", "Technical problem"])
    return random_.choice([label.capitalize(), label.upper() + " "])


def plant_flaws(clean: list[Ticket], words: dict[str, Any], random_: random.Random) -> list[Ticket]:
    """Spoil some rows and add others. No row gets two flaws."""
    tickets = list(clean)
    # A near duplicate of a very short message is a different message, so short ones are left alone.
    free = [at for at, ticket in enumerate(clean) if len(ticket.message.split()) >= 8]
    random_.shuffle(free)

    def take(flaw: str) -> list[int]:
        return [free.pop() for _ in range(PLANTED[flaw])]

    for at in take("HTML tags or entities"):
        tickets[at] = replace(tickets[at], message=add_html(tickets[at].message, random_))
    for at in take("other spellings of a label"):
        tickets[at] = replace(tickets[at], label=respell(tickets[at].label, random_))
    for at in take("empty labels"):
        tickets[at] = replace(tickets[at], label="")
    tickets += [tickets[at] for at in take("exact duplicates")]
    tickets += [replace(tickets[at], message=nearly(tickets[at].message, random_)) for at in take("near duplicates")]
    for at in take("empty messages"):
        tickets.append(replace(tickets[at], message=random_.choice(["", "", " ", "   ", "\t"])))
    tickets += [Ticket(customer, message, label) for label, customer, message in words["other_scripts"]["rows"]]
    random_.shuffle(tickets)
    return tickets


def csv_text() -> str:
    """The whole file as text."""
    words = tomllib.loads((HERE / "skeletons.toml").read_text(encoding="utf-8"))
    random_ = random.Random(SEED)
    tickets = plant_flaws(write_messages(words, random_), words, random_)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "received", "customer", "message", "label"])
    received = datetime(2025, 1, 6, 8, 0)
    for number, ticket in enumerate(tickets, start=1001):
        received += timedelta(minutes=random_.randint(3, 470))
        writer.writerow([number, received.isoformat(" ", "minutes"), ticket.customer, ticket.message, ticket.label])
    return out.getvalue()


if __name__ == "__main__":
    # Bytes, because text mode would write other line ends on Windows.
    (HERE / "tickets.csv").write_bytes(csv_text().encode("utf-8"))
