"""A language model that somebody names, to write rows or to judge answers: the inputs for it, and what they make of a command.

What is typed is checked before anything runs. A key or token goes into the command's environment and nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.ui import endpoint
from ft_core.ui.shared import own_token

WRITERS = {"endpoint": "An endpoint that speaks OpenAI's protocol", "provider": "A Hugging Face Inference Provider"}
# What the command calls its options, and what the controls here are called.
_CONTROLS = {
    "--endpoint": "Endpoint",
    "--provider": "Provider",
    "--model": "Model",
    "FT_API_KEY": "Key",
    "HF_TOKEN": "Access token",
}


@dataclass(frozen=True)
class Asked:
    """What a command is given to ask a model: options, the person's token for the Hub, and the rest of its environment."""

    options: tuple[str, ...]
    token: str | None
    environment: dict[str, str]


def inputs(prefix: str, model_words: str) -> list[Any]:
    """Endpoint, key, provider, access token, model; the ids begin with `prefix`. `visible_for` shows those that are needed."""
    with gr.Row():
        address = gr.Textbox(
            label="Endpoint",
            info="Where it answers, such as https://api.example.com/v1."
            + ("" if on_space() else " A model that you serve on this computer: http://127.0.0.1:8000/v1."),
            elem_id=f"{prefix}-endpoint",
        )
        key = gr.Textbox(type="password", label="Key", info="Of this endpoint; empty: it asks for none. It is not kept.", elem_id=f"{prefix}-key")  # fmt: skip
        provider = gr.Textbox("auto", label="Provider", info="auto: the first that has the model.", visible=False, elem_id=f"{prefix}-provider")  # fmt: skip
        token = gr.Textbox(
            type="password", label="Access token", info="One that may call Inference Providers; they cost. Empty: the one of `hf auth login`. It is not kept.",
            visible=False, elem_id=f"{prefix}-token",
        )  # fmt: skip
        model = gr.Textbox(label="Model", info=f"{model_words}, as the endpoint or the Hub calls it.", elem_id=f"{prefix}-model")  # fmt: skip
    return [address, key, provider, token, model]


def visible_for(who: str) -> list[Any]:
    """Endpoint, key, provider and access token, as this writer needs them."""
    asked = who == "endpoint"
    return [
        gr.update(visible=asked),
        gr.update(visible=asked),
        gr.update(visible=not asked),
        gr.update(visible=not asked and not on_space()),
    ]


def asked(
    who: str, address: str, key: str, provider: str, token: str, model: str, signed_in: gr.OAuthToken | None
) -> Asked:
    """What the inputs say. Raises FTError `augment.writer`, `writer.address`, `writer.key`, `writer.provider` and `hub.token`."""
    named = f"--model={_model(model)}"
    if who == "provider":
        return Asked((named, f"--provider={_provider(provider)}"), own_token(token, signed_in), {})
    return Asked(
        (named, f"--endpoint={endpoint.require(address)}"), None, {"FT_API_KEY": _key(key)} if key.strip() else {}
    )


def here(error: FTError, controls: Mapping[str, str]) -> FTError:
    """The same with the command's options called what the controls here, and further `controls`, are called."""
    fix = error.fix
    for word, control in (_CONTROLS | dict(controls)).items():
        fix = fix.replace(word, control)
    return FTError(error.code, error.what, error.why, fix)


def _model(name: str) -> str:
    if not (1 <= len(name.strip()) <= 200 and name.strip().isprintable()):
        why = "It takes the name of a model, such as Qwen/Qwen2.5-7B-Instruct."
        raise FTError("augment.writer", "It is not clear which model is to be asked.", why, "Fill in Model.")
    return name.strip()


def _provider(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name.strip()):
        why = "A provider's name has small letters, digits and hyphens."
        raise FTError("writer.provider", "There is no such Inference Provider.", why, "Write auto in Provider.")
    return name.strip()


def _key(key: str) -> str:
    if len(key) > 2_000 or not key.strip().isascii() or not key.strip().isprintable():
        raise FTError("writer.key", "The key cannot be sent.", "It holds signs that no key has.", "Copy Key once more.")
    return key.strip()
