"""One example to learn from: a short conversation whose assistant messages are what is learnt."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["system", "user", "assistant"]


class Message(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    content: str


class Example(BaseModel):
    """A conversation that ends with the assistant's answer. `row` is its row in the source, counted from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: int
    messages: tuple[Message, ...]

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
