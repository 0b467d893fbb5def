"""The OpenAI-compatible bodies: what a request may hold, and the objects of an answer and of an error."""

import json
import secrets
import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ft_core.serve.engine import Sampling, Which
from ft_core.settings.example import Message


class ChatMessage(BaseModel):
    """One message of a request, which has a role and a text and nothing else: a tool's call, say, cannot be done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: str


class StreamOptions(BaseModel):
    """`include_usage`: send one more chunk with token counts at the end of a stream."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """Body of POST /v1/chat/completions. What would change the answer and cannot be done is refused, other fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str
    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float = Field(default=1.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    stop: None = None
    tools: None = None
    response_format: None = None

    def conversation(self) -> list[Message]:
        """The messages as the model is given them."""
        return [Message(message.role, message.content) for message in self.messages]

    def sampling(self) -> Sampling:
        """How the answer is chosen; without a seed each answer is another."""
        return Sampling(
            max_new_tokens=self.max_completion_tokens or self.max_tokens or Sampling.max_new_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            seed=secrets.randbits(31) if self.seed is None else self.seed,
        )


def error(message: str, code: str, param: str | None = None) -> dict[str, Any]:
    """An OpenAI error object."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def validation_error(problem: ValidationError) -> dict[str, Any]:
    """All wrong fields of a request in one error object; `param` is the first of them."""
    found = [
        (".".join(str(part) for part in row["loc"]), row["msg"])
        for row in problem.errors(include_url=False, include_input=False)
    ]
    return error(
        "; ".join(f"{where}: {message}" if where else message for where, message in found),
        "invalid_value",
        found[0][0] or None,
    )


def completion(which: Which, text: str, finish_reason: str, usage: dict[str, int]) -> dict[str, Any]:
    """A whole answer."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": finish_reason,
        "logprobs": None,
    }
    return {
        "id": new_id(),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": which,
        "choices": [choice],
        "usage": usage,
    }


def chunk(identity: str, which: Which, delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    """One piece of a streamed answer."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    return {
        "id": identity,
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": which,
        "choices": [choice],
    }


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """Token counts of one answer."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def event(value: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def new_id() -> str:
    """A fresh id of an answer."""
    return f"chatcmpl-{secrets.token_hex(12)}"
