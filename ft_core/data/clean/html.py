"""HTML: tags and entities left in texts."""

from collections.abc import Sequence
from dataclasses import replace

from ft_core.data.clean.html_text import strip_html
from ft_core.data.clean.step import Found, Step
from ft_core.settings.example import Example, Message


def find(examples: Sequence[Example]) -> Found:
    """Messages with markup, and what they become without it. System prompts are left alone."""
    found = Found()
    for place, example in enumerate(examples):
        messages = tuple(map(_without_html, example.messages))
        if messages == example.messages:
            continue
        found.places.append(place)
        found.changed[place] = replace(example, messages=messages)
        before, after = next((old, new) for old, new in zip(example.messages, messages, strict=True) if old != new)
        found.sample(before.content, after.content)
    return found


def _without_html(message: Message) -> Message:
    if message.role == "system" or not ("<" in message.content or "&" in message.content):
        return message
    text = strip_html(message.content, answer=message.role == "assistant")
    return message if text == message.content else replace(message, content=text)


STEP = Step(
    "HTML in texts",
    "Tags and codes such as &amp; teach the model markup instead of words.",
    {"fix": "They are removed"},
    find,
)
