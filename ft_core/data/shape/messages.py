"""The messages of one cell: OpenAI's role and content or ShareGPT's from and value, with calls of tools and their results."""

import json
import re
from typing import Any

from ft_core.data.table import value_of
from ft_core.settings.example import Message, Role

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "ipython": "tool",
    "tool_response": "tool",
    "tool_result": "tool",
}
# In ShareGPT, the turn itself is the call.
_CALLS = ("function_call", "tool_call", "tool_calls")
_TEXT_PARTS = ("", "text", "input_text", "output_text")
# Anthropic's HH-RLHF holds whole conversations as one text.
_SPOKEN = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")


def plain(value: Any) -> str:
    """A cell as text. A list (SQuAD's answers) gives its first entry, a dict its `text`, `content` or `value`."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return plain(value[0]) if value else ""
    return (
        plain(next((value[key] for key in ("text", "content", "value") if key in value), ""))
        if isinstance(value, dict)
        else str(value)
    )


def listed(cell: Any) -> list[Any] | None:
    """The list that a cell holds, also as JSON text (a CSV file) or as a single object; None when it is none."""
    if isinstance(cell, list):
        return cell
    if isinstance(cell, dict):
        return [cell]
    if isinstance(cell, str) and cell.lstrip().startswith(("[", "{")):
        try:
            value = json.loads(cell)
        except (ValueError, RecursionError):
            return None
        return listed(value) if isinstance(value, list | dict) else None
    return None


def messages_of(cell: Any) -> list[Message] | str:
    """All messages of a cell, or, as words, what it has that cannot be used."""
    turns = listed(cell)
    if not turns:
        return "no list of messages"
    messages: list[Message] = []
    for turn in turns:
        message = _message(turn)
        if isinstance(message, str):
            return message
        messages.append(message)
    return messages


def spoken(cell: Any, role: Role) -> list[Message] | str:
    """Messages of a cell that may also be one text: a conversation of `Human:` and `Assistant:`, else what `role` says."""
    if not isinstance(cell, str):
        return messages_of(cell)
    turns = listed(cell) if cell.lstrip().startswith("[{") else None
    if turns and isinstance(turns[0], dict) and ("role" in turns[0] or "from" in turns[0]):
        return messages_of(turns)
    if not _SPOKEN.match(cell) or "Assistant:" not in cell:
        return [Message(role, cell)]
    pieces = _SPOKEN.split(cell)[1:]
    return [
        Message("user" if name == "Human" else "assistant", said.strip())
        for name, said in zip(pieces[::2], pieces[1::2], strict=True)
    ]


def until_answer(messages: list[Message]) -> list[Message] | str:
    """The messages up to the assistant's last one, or, as words, what they have that cannot be learnt from."""
    last = max((index for index, message in enumerate(messages) if message.role == "assistant"), default=-1)
    if last < 0:
        return "no message of the assistant"
    if not any(message.role == "user" for message in messages[:last]):
        return "no message of the user before the answer"
    return messages[: last + 1]


def tools_of(cell: Any) -> str | None:
    """The tools of a cell as Example has them: "" when there are none, None when they cannot be read."""
    if isinstance(cell, str) and not cell.strip():
        return ""
    tools = listed(cell)
    if tools is None or not all(isinstance(tool, dict) for tool in tools):
        return None
    functions = [value_of(tool.get("function", tool)) for tool in tools]
    if not all(isinstance(function, dict) and function.get("name") for function in functions):
        return None
    whole = [{"type": "function", "function": function} for function in functions]
    return json.dumps(whole, ensure_ascii=False) if whole else ""


def _message(turn: Any) -> Message | str:
    if not isinstance(turn, dict):
        return "a message that is not an object"
    name = str(turn.get("role", turn.get("from", "")))
    content = turn.get("content", turn.get("value", ""))
    if name.lower() in _CALLS:
        return _calling("", content)
    role = _ROLES.get(name.lower())
    if role is None:
        return f"the role {name!r}, which is not supported (only system, user, assistant and tool)"
    if isinstance(content, list):
        if any(isinstance(part, dict) and part.get("type", "") not in _TEXT_PARTS for part in content):
            return "a message with a picture, a sound or a file, of which only text can be learnt"
        content = "\n".join(plain(part) for part in content)
    calls = turn.get("tool_calls") or turn.get("function_call")
    return _calling(plain(content), calls) if calls and role == "assistant" else Message(role, plain(content))


def _calling(content: str, calls: Any) -> Message | str:
    """A message of the assistant with its calls; their arguments are an object, or JSON text of one (OpenAI)."""
    written = []
    for call in listed(calls) or [None]:
        function = call.get("function", call) if isinstance(call, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        arguments = function.get("arguments", function.get("parameters", "")) if isinstance(function, dict) else None
        if isinstance(arguments, str):
            arguments = _parsed(arguments or "{}")
        if not name or not isinstance(arguments, dict):
            return "a call of a tool that is not JSON with a name and arguments"
        written.append(json.dumps({"name": name, "arguments": value_of(arguments)}, ensure_ascii=False))
    return Message("assistant", content, tuple(written))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
