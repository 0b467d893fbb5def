"""One example to learn from: a short conversation whose assistant messages are what is learnt."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. The assistant may call tools: each call is the JSON text of {"name", "arguments"}."""

    role: Role
    content: str
    tool_calls: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is said, and the calls below it as text: how they are shown, compared and given to a template that knows no tools."""
        return "\n".join([*filter(None, [self.content]), *map(_written, self.tool_calls)])

    def as_dict(self) -> dict[str, Any]:
        """As chat templates have it. OpenAI's API differs in one thing: there, the arguments of a call are text."""
        values: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            values["tool_calls"] = [{"type": "function", "function": json.loads(call)} for call in self.tool_calls]
        return values


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation that ends with the assistant's answer. `row` is its row in the source, counted from 1.

    `tools` is the JSON text of the list of tools that may be called, as OpenAI has them, or "". `rejected` is a worse ending for the
    same prompt: the messages that stand in place of the last one (preference data). `part` names the dataset it comes from in a mix.
    `generated` is true where a model or a rule wrote it.
    """

    row: int
    messages: tuple[Message, ...]
    tools: str = ""
    rejected: tuple[Message, ...] = ()
    part: str = ""
    generated: bool = False

    @property
    def prompt(self) -> tuple[Message, ...]:
        """Everything before the last answer."""
        return self.messages[:-1]

    @property
    def is_text(self) -> bool:
        """True for a plain text to continue: one message and nothing before it. It is learnt as it is, without a chat template."""
        return is_text(self.messages)

    @property
    def question(self) -> str:
        """The last user message, or the whole of a plain text: what a table shows for this example."""
        if self.is_text:
            return self.answer
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def answer(self) -> str:
        """The last assistant message with its tool calls as text; for classification, the label."""
        return self.messages[-1].text

    @property
    def prompt_text(self) -> str:
        """Everything the model is given in a row's own words: all messages before the answer but the system prompt; or a plain text."""
        if self.is_text:
            return self.answer
        return "\n".join(message.text for message in self.prompt if message.role != "system")

    @property
    def place(self) -> str:
        """Where a person finds it: its row number, in a mix after its part, as `faq: 12`."""
        return f"{self.part}: {self.row}" if self.part else str(self.row)


def is_text(messages: Sequence[Message]) -> bool:
    """True for the messages of a plain text."""
    return len(messages) == 1 and messages[0].role == "assistant"


def _written(call: str) -> str:
    """A tool call as text, in the writing that Hermes and Qwen models are trained on."""
    return f"<tool_call>\n{call}\n</tool_call>"
