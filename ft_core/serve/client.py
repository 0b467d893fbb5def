"""The client of a run's server, for the page and the command line. No torch."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from ft_core.errors import FTError
from ft_core.settings.example import Message


def stream_chat(
    port: int,
    model: str,
    messages: Sequence[Message],
    max_new_tokens: int = 256,
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int = 0,
) -> Iterator[str]:
    """The answer of `model` ("base" or "tuned") in pieces of text. Closing the iterator ends the answer.

    Raises FTError `serve.unreachable` when no server answers on the port or it ends meanwhile, `serve.refused` with what it says.
    """
    body = {
        "model": model,
        "messages": [message.as_dict() for message in messages],
        "max_completion_tokens": max_new_tokens,
        "temperature": temperature,
        "top_p": top_p,
        "seed": seed,
        "stream": True,
    }
    # No limit on reading: an answer may wait for another one's end. No proxy: the server is on this machine.
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    timeout = httpx.Timeout(5.0, read=None)
    done = False
    try:
        with (
            httpx.Client(trust_env=False, timeout=timeout) as client,
            client.stream("POST", url, json=body) as response,
        ):
            if response.status_code != 200:
                raise _refused(response.read())
            for line in response.iter_lines():
                done = done or line == "data: [DONE]"
                if line.startswith("data: {"):
                    yield from _texts(json.loads(line.removeprefix("data: ")))
    except httpx.TransportError as error:
        raise _unreachable(f"Nothing answers on port {port} ({type(error).__name__}).") from error
    if not done:
        raise _unreachable("It broke off in the middle of the answer.")


def _texts(event: dict[str, Any]) -> Iterator[str]:
    if "error" in event:
        raise FTError(
            "serve.refused",
            "The model could not answer.",
            str(event["error"]["message"]),
            "Shorten the message or the longest answer, and try again.",
        )
    for choice in event["choices"]:
        if choice["delta"].get("content"):
            yield choice["delta"]["content"]


def _refused(body: bytes) -> FTError:
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = body.decode("utf-8", "replace")[:200]
    return FTError(
        "serve.refused",
        "The model did not take the message.",
        str(message),
        "Change the message or the settings beside it, and send it again.",
    )


def _unreachable(why: str) -> FTError:
    return FTError(
        "serve.unreachable",
        "The model is not loaded.",
        why,
        "Load the model in the Playground tab, then send the message again.",
    )
