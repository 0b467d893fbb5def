"""What a chat template is given. The one place: training, the token view and generation see the same text.

A template that knows tools gets them as they are. For any other they are written as text: the tools below the system prompt, a call
in the assistant's message, results in a user's message, in the writing that Hermes and Qwen models are trained on.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Literal

import jinja2

from ft_core.settings.example import Message

Turns = list[dict[str, Any]]
Tools = list[dict[str, Any]] | None
Render = Callable[[Turns, Tools], str]
Support = Literal["parallel", "single", "none"]  # several calls in one message, one call a message, as text

# A conversation about nothing, to see what of it a template writes.
_TOOL = {
    "type": "function",
    "function": {
        "name": "find_room",
        "description": "Finds the room of a person.",
        "parameters": {
            "type": "object",
            "properties": {"person": {"type": "string", "description": "Who is looked for."}},
            "required": ["person"],
        },
    },
}
_RESULT = "third floor, door 17"
_CALLS = ('{"name": "find_room", "arguments": {"person": "Ottilie"}}', '{"name": "find_room", "arguments": {"person": "Wendelin"}}')  # fmt: skip
_PARTS = ("Finds the room of a person.", "Ottilie", _RESULT)


def support(render: Render) -> Support:
    """How a template takes tools, told by what it writes of a made conversation. `render` raises jinja2.TemplateError, TypeError or ValueError."""
    if _writes(render, _CALLS, (*_PARTS, "Wendelin")):
        return "parallel"
    return "single" if _writes(render, _CALLS[:1], _PARTS) else "none"


def needs_tools(messages: Sequence[Message], tools: str) -> bool:
    """True where it matters whether the template knows tools."""
    return bool(tools) or any(message.tool_calls or message.role == "tool" for message in messages)


def fitted(messages: Sequence[Message], tools: str, known: Support) -> tuple[Sequence[Message], Tools]:
    """Messages and tools as a template with this support takes them. Up to an answer, they are the same whatever follows."""
    if known == "none":
        return _in_words(messages, tools), None
    if known == "single":
        messages = [one for message in messages for one in _one_by_one(message)]
    return messages, json.loads(tools) if tools else None


def _writes(render: Render, calls: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """True when the template writes every one of `parts`."""
    results = [{"role": "tool", "content": _RESULT} for _ in calls]
    talk = [
        Message("user", "Where are they?").as_dict(),
        Message("assistant", "", calls).as_dict(),
        *results,
        Message("assistant", "Upstairs.").as_dict(),
    ]
    try:
        text = render(talk, [_TOOL])
    except (jinja2.TemplateError, TypeError, ValueError):
        return False
    return all(part in text for part in parts)


def _one_by_one(message: Message) -> Iterator[Message]:
    """A message for each call: what several calls become for a template that takes one at a time."""
    if len(message.tool_calls) < 2:
        yield message
        return
    for number, call in enumerate(message.tool_calls):
        yield Message(message.role, "" if number else message.content, (call,))


def _in_words(messages: Sequence[Message], tools: str) -> list[Message]:
    """The conversation with tools, calls and results as text. Results that follow one another are one message: many templates want turns to alternate."""
    found: list[Message] = []
    for is_result, group in groupby(messages, lambda message: message.role == "tool"):
        if is_result:
            results = [f"<tool_response>\n{message.content}\n</tool_response>" for message in group]
            found.append(Message("user", "\n".join(results)))
        else:
            found += [Message(message.role, message.text) for message in group]
    if not tools:
        return found
    told = _told(tools)
    if found and found[0].role == "system":
        return [replace(found[0], content=f"{found[0].content}\n\n{told}"), *found[1:]]
    return [Message("system", told), *found]


def _told(tools: str) -> str:
    """The tools, one a line, and how to call them."""
    lines = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in json.loads(tools))
    return (
        f"You can call these tools:\n<tools>\n{lines}\n</tools>\n"
        "To call one, write its name and arguments as JSON, in this form:\n"
        '<tool_call>\n{"name": "...", "arguments": {...}}\n</tool_call>'
    )
