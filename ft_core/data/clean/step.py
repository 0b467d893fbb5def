"""What a cleaning step is: how it is told to people, and what it finds among examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ft_core.settings.data import Treatment
from ft_core.settings.example import Example, Message

Samples = list[tuple[str, str]]
RowPairs = list[tuple[int, int, float]]
MAX_SAMPLES = 5
MAX_PAIRS = 20


@dataclass
class Found:
    """What a step finds, by the places of the examples in the list it was given.

    `places` are all that are concerned, in order. `changed` is what each of them becomes; a step that can only leave rows out has
    none. `samples` are (before, after), whole; of a row that would be left out, after is "", the row that stays, or the labels that
    contradict one another. `detail` says in a sentence with numbers what was found; "" where the number of rows says it all.
    `pairs` are at most MAX_PAIRS (row, row that stays, similarity from 0 to 1), for a step that compares rows.
    """

    places: list[int] = field(default_factory=list)
    changed: dict[int, Example] = field(default_factory=dict)
    samples: Samples = field(default_factory=list)
    detail: str = ""
    pairs: RowPairs = field(default_factory=list)

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


def mend(examples: Sequence[Example], mended: Callable[[Message], str], calls: bool = False) -> Found:
    """Examples of which a message changes, a rejected one too. `mended` is its text as it should be: the same text for one that is well.

    With `calls`, the texts of tool calls are mended as messages are. A sample is the first message that changes, before and after.
    """
    found = Found()
    for place, example in enumerate(examples):
        messages = [_mended(message, mended, calls) for message in example.messages]
        rejected = [_mended(message, mended, calls) for message in example.rejected]
        pairs = zip((*example.messages, *example.rejected), (*messages, *rejected), strict=True)
        change = next(((old, new) for old, new in pairs if new is not old), None)
        if change:
            found.places.append(place)
            found.changed[place] = replace(example, messages=tuple(messages), rejected=tuple(rejected))
            found.sample(change[0].text, change[1].text)
    return found


def _mended(message: Message, mended: Callable[[Message], str], calls: bool) -> Message:
    """The message itself where nothing changes."""
    text = mended(message)
    written = message.tool_calls
    if calls and written:
        written = tuple(mended(replace(message, content=call, tool_calls=())) for call in written)
    if text == message.content and written == message.tool_calls:
        return message
    return replace(message, content=text, tool_calls=written)
