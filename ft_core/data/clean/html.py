"""HTML: tags and entities left in texts."""

from collections.abc import Sequence

from ft_core.data.clean.html_text import strip_html
from ft_core.data.clean.step import Found, Step, mend
from ft_core.settings.example import Example, Message


def find(examples: Sequence[Example]) -> Found:
    """Messages with markup, and what they become without it. System prompts are left alone."""
    return mend(examples, _without_html)


def _without_html(message: Message) -> str:
    text = message.content
    if message.role == "system" or not ("<" in text or "&" in text):
        return text
    return strip_html(text, answer=message.role == "assistant")


STEP = Step(
    "HTML in texts",
    "Tags and codes such as &amp; teach the model markup instead of words.",
    {"fix": "They are removed"},
    find,
)
