"""One example to learn from: a short conversation whose assistant messages are what is learnt."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str

    def as_dict(self) -> dict[str, str]:
        """As chat templates and OpenAI's API have it."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation that ends with the assistant's answer. `row` is its row in the source, counted from 1.

    `generated`: made from that row (0: from a document), accepted by the person, and only ever in the training split.
    """

    row: int
    messages: tuple[Message, ...]
    generated: bool = False

    @property
    def prompt(self) -> tuple[Message, ...]:
        """Everything before the last answer."""
        return self.messages[:-1]

    @property
    def question(self) -> str:
        """The last user message: what a table shows for this example."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def answer(self) -> str:
        """The last assistant message; for classification, the label."""
        return self.messages[-1].content

    @property
    def prompt_text(self) -> str:
        """Everything the model is given in a row's own words: all messages before the answer but the system prompt."""
        return "\n".join(message.content for message in self.prompt if message.role != "system")
