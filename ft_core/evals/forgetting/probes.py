"""The probe set: general prompts with a reference answer each, the same for every model. The texts are in probes.toml."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from ft_core.prompts import prompt_ids, text_ids
from ft_core.settings.example import Example, Message


@dataclass(frozen=True)
class Probe:
    """A general prompt. `kind` is facts, stories and so on; `says` is what the kind is called in a sentence."""

    kind: str
    says: str
    ask: str
    answer: str


@cache
def probes() -> tuple[Probe, ...]:
    """All of them, in the order of the file."""
    kinds = tomllib.loads((Path(__file__).parent / "probes.toml").read_text(encoding="utf-8"))
    return tuple(Probe(kind, of["says"], **probe) for kind, of in kinds.items() for probe in of["probes"])


def examples(tokenizer: PreTrainedTokenizerBase, chosen: Sequence[Probe], system: str = "") -> list[Example]:
    """The probes as conversations, after the system prompt if one is given; as plain texts for a tokenizer without a chat template."""
    if not tokenizer.chat_template:
        return [
            Example(row, (Message("assistant", f"{probe.ask}\n{probe.answer}"),)) for row, probe in enumerate(chosen, 1)
        ]
    before = [Message("system", system)] if system else []
    return [
        Example(row, (*before, Message("user", probe.ask), Message("assistant", probe.answer)))
        for row, probe in enumerate(chosen, 1)
    ]


def fitting(tokenizer: PreTrainedTokenizerBase, context: int, system: str = "") -> list[Probe]:
    """The probes that a model with `context` tokens can read with their answer, also after the system prompt."""

    every = examples(tokenizer, probes(), system)
    return [probe for probe, example in zip(probes(), every, strict=True) if length(tokenizer, example) <= context]


def length(tokenizer: PreTrainedTokenizerBase, example: Example) -> int:
    """Tokens of a conversation with its answer, or of a plain text with its end."""
    if example.is_text:
        return len(text_ids(tokenizer, example.answer))
    return len(prompt_ids(tokenizer, example.messages, example.tools))
