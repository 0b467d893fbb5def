"""Too long: rows with more tokens than the base model is given, so that the end of an answer is cut off."""

from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.data.tokens import Window
from ft_core.settings.example import Example, Message, Role
from ft_core.settings.train import TrainSpec

Roles = tuple[Role, ...]
_BATCH = 1_000  # rows whose tokens are counted at once
_MEETING = 4
_CONTROL = str(TrainSpec.model_fields["max_length"].title)


def step(window: Window) -> Step:
    """The step for a base model's tokenizer and the longest example that it is given."""
    return Step(
        "Rows that are too long",
        "What is cut off is not learnt, and a model that never sees the end of an answer learns not to stop.",
        {"drop": "These rows are left out"},
        lambda examples: _find(examples, window),
    )


def _find(examples: Sequence[Example], window: Window) -> Found:
    """Rows that lose learnt tokens: those of an answer and its end of turn. The detail says how many."""
    found = Found()
    asked = _longer_in_bytes(examples, window)
    lost = longest = 0
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        cuts = window.tokenizer.cut([examples[place] for place in batch], window.max_length)
        for place, (length, cut) in zip(batch, cuts, strict=True):
            if cut:
                found.places.append(place)
                found.sample(
                    f"{length:,} tokens, of which {cut:,} of the answer are cut: {examples[place].question}", ""
                )
                lost += cut
                longest = max(longest, length)
    if found.places:
        rows = "1 row loses" if len(found.places) == 1 else f"{len(found.places):,} rows lose"
        found.detail = (
            f"{rows} {lost:,} tokens of {'its answer' if len(found.places) == 1 else 'their answers'}: {_CONTROL} is "
            f"{window.max_length:,} tokens, and the longest row has {longest:,}."
        )
    return found


def _longer_in_bytes(examples: Sequence[Example], window: Window) -> list[int]:
    """Rows that may be too long: a token is at least one byte, so one with no more bytes than the window has tokens fits for sure."""
    frames: dict[Roles, int] = {}
    places = []
    for place, example in enumerate(examples):
        roles: Roles = tuple(message.role for message in example.messages)
        if roles not in frames:
            frames[roles] = _frame(roles, window)
        # Tools take whatever the template writes around them.
        written = sum(len(message.text.encode()) for message in example.messages)
        if example.tools or frames[roles] + written > window.max_length:
            places.append(place)
    return places


def _frame(roles: Roles, window: Window) -> int:
    """Tokens that the chat template itself adds to messages of these roles, and a few more: where texts meet, tokens may fall otherwise."""
    bare = Example(0, tuple(Message(role, "x") for role in roles))
    return int(window.tokenizer.lengths([bare])[0]) + _MEETING * len(roles)
