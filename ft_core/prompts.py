"""Conversations -> the tokens a base model is asked with, by its own chat template; and those with which it would answer."""

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from transformers import PreTrainedTokenizerBase

from ft_core import turns
from ft_core.errors import FTError
from ft_core.settings.example import Message


def prompt_ids(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], tools: str = "") -> list[int]:
    """The conversation so far, ending where the assistant begins to write. `tools` is JSON text as in Example."""
    text = _rendered(tokenizer, *_fitted(tokenizer, messages, tools), prompt=True)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def choice_ids(tokenizer: PreTrainedTokenizerBase, choices: Sequence[str]) -> list[list[int]]:
    """The tokens with which the assistant writes each choice and ends its turn."""
    return [answer_ids(tokenizer, [Message("user", "?"), Message("assistant", choice)]) for choice in choices]


def answer_ids(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], tools: str = "") -> list[int]:
    """The tokens with which the assistant gives the last of `messages` after `prompt_ids` of the others and ends its turn.

    Raises FTError `model.template`.
    """
    prompt, _ = _fitted(tokenizer, messages[:-1], tools)
    whole, known_tools = _fitted(tokenizer, messages, tools)
    before = _rendered(tokenizer, prompt, known_tools, prompt=True)
    after = _rendered(tokenizer, whole, known_tools, prompt=False)
    if not after.startswith(before):
        raise FTError(
            "model.template",
            "The base model's chat template cannot be used to score answers.",
            "It writes earlier turns differently once an answer follows.",
            "Choose another Base model.",
        )
    # Some templates put a line break after the end-of-turn token: a model stops before it.
    return list(tokenizer(after[len(before) :].rstrip(), add_special_tokens=False)["input_ids"])


def text_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """A plain text and its end, as training and the token view have it: no chat template."""
    return list(tokenizer(text + str(tokenizer.eos_token or ""), add_special_tokens=False)["input_ids"])


def start_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The beginning of a plain text, to be continued; at least one token."""
    return list(tokenizer(text or " ", add_special_tokens=False)["input_ids"])


def pieces(ids: Sequence[int], max_length: int) -> list[list[int]]:
    """A text in pieces of at most `max_length` tokens. Each begins with the last token of the one before, so that none goes unlearnt."""
    return [list(ids[start : start + max_length]) for start in range(0, max(1, len(ids) - 1), max_length - 1)]


def _fitted(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], tools: str
) -> tuple[Sequence[Message], turns.Tools]:
    """As training and the token view have it."""
    if not turns.needs_tools(messages, tools):
        return messages, None
    return turns.fitted(messages, tools, turns.support(partial(_write, tokenizer)))


def _rendered(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], tools: turns.Tools, prompt: bool) -> str:
    return _write(tokenizer, [message.as_dict() for message in messages], tools, prompt)


def _write(tokenizer: PreTrainedTokenizerBase, messages: turns.Turns, tools: turns.Tools, prompt: bool = False) -> str:
    # The template by name: where a model has several, transformers would take another one once there are tools.
    template = tokenizer.get_chat_template()
    return str(
        tokenizer.apply_chat_template(
            messages,
            tools=cast(Any, tools),
            chat_template=template,
            add_generation_prompt=prompt,
            tokenize=False,
        )
    )
