"""What a cleaning step is: how it is told to people, and what it finds among examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ft_core.settings.data import Treatment
from ft_core.settings.example import Example, Message

Samples = list[tuple[str, str]]
MAX_SAMPLES = 5


@dataclass
class Found:
    """What a step finds, by the places of the examples in the list it was given.

    `places` are all that are concerned, in order. `changed` is what each of them becomes; a step that can only leave rows out has
    none. `samples` are (before, after), whole; of a row that would be left out, after is "", the row that stays, or the labels that
    contradict one another. `detail` says in a sentence with numbers what was found; "" where the number of rows says it all.
    """

    places: list[int] = field(default_factory=list)
    changed: dict[int, Example] = field(default_factory=dict)
    samples: Samples = field(default_factory=list)
    detail: str = ""

    def sample(self, before: str, after: str) -> None:
        """Keep it if there is room: at most MAX_SAMPLES."""
        if len(self.samples) < MAX_SAMPLES:
            self.samples.append((before, after))


@dataclass(frozen=True)
class Step:
    """One kind of problem: `title` and `why` tell the person, `does` what each treatment does to the rows; `keep` needs no words.

    With `labels_only`, it exists in classification only.
    """

    title: str
    why: str
    does: Mapping[Treatment, str]
    find: Callable[[Sequence[Example]], Found]
    labels_only: bool = False


def mend(examples: Sequence[Example], mended: Callable[[Message], str]) -> Found:
    """Examples of which a message changes. `mended` is its text as it should be: the same text for one that is well.

    A sample is the first message that changes, before and after.
    """
    found = Found()
    for place, example in enumerate(examples):
        texts = [mended(message) for message in example.messages]
        changes = [number for number, text in enumerate(texts) if text != example.messages[number].content]
        if changes:
            messages = zip(example.messages, texts, strict=True)
            found.places.append(place)
            found.changed[place] = replace(
                example, messages=tuple(replace(old, content=text) for old, text in messages)
            )
            found.sample(example.messages[changes[0]].content, texts[changes[0]])
    return found
