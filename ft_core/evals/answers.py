"""What the contestants answer: which test examples, and one pass per contestant."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from transformers import PreTrainedTokenizerBase

from ft_core import generate, modeling
from ft_core.errors import FTError
from ft_core.evals import compare
from ft_core.evals.compare import SEED
from ft_core.evals.shots import with_shots
from ft_core.generate import Answer, Model
from ft_core.prompts import choice_ids, prompt_ids
from ft_core.settings.example import Example

_ROOM_BEYOND_LABEL = 16  # tokens: an answer longer than the longest label by this much is not a label, whatever follows


@dataclass(frozen=True)
class Contestant:
    """The answers of one contestant to n examples.

    `losses` float64 [n] is the -log p of each right answer in nats, `tokens` int64 [n] its length; `likelihoods` float64
    [n, labels] holds log p of each label (classification only). One that chose by its classification head wrote nothing: `writes`
    is False, its answers are labels of no tokens, and its losses those of whole labels.
    """

    answers: list[Answer]
    losses: numpy.ndarray
    tokens: numpy.ndarray
    likelihoods: numpy.ndarray | None
    seconds: float
    writes: bool = True

    @property
    def loss(self) -> float:
        """Nats per token over all examples."""
        return float(self.losses.sum() / self.tokens.sum())

    def as_dict(self, title: str) -> dict[str, Any]:
        """For the report: {"title", "loss", "perplexity", "tokens", "words" (median of an answer), "cut_off", "tokens_per_second", "latency"}.

        `latency` is seconds of writing for each answer, several at once. What is of writing is None for one that does not write.
        """
        words = [len(answer.text.split()) for answer in self.answers]
        return {
            "title": title,
            "loss": self.loss if self.writes else None,
            "perplexity": float(compare.perplexity(self.loss)) if self.writes else None,
            "tokens": sum(answer.tokens for answer in self.answers),
            "words": float(numpy.median(words)),
            "cut_off": sum(not answer.finished for answer in self.answers),
            "tokens_per_second": round(self.tokens_per_second, 1) if self.writes else None,
            "latency": round(self.seconds / len(self.answers), 4) if self.writes else None,
        }

    @property
    def tokens_per_second(self) -> float:
        """Tokens written per second of writing."""
        return sum(answer.tokens for answer in self.answers) / max(self.seconds, 1e-9)


def ask(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    labels: Sequence[str],
    shots: Sequence[Example],
    max_new_tokens: int,
    on_progress: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> Contestant:
    """Let the model as it stands answer every example, and score the right answers. With `labels`, score every label.

    `on_progress` gets the number of prompts done of 2 x len(examples). Raises Stopped.
    """
    shown = [with_shots(example, shots) for example in examples]
    prompts = [example.prompt for example in shown]
    began = time.monotonic()
    answers = generate.answers(
        model,
        tokenizer,
        prompts,
        tools=[example.tools for example in shown],
        max_new_tokens=max_new_tokens,
        on_progress=lambda done, _: on_progress(done),
        should_stop=should_stop,
    )
    seconds = time.monotonic() - began

    def half_done(done: int, _: int) -> None:
        on_progress(len(examples) + done)

    if labels:
        likelihoods = generate.choice_log_likelihoods(
            model, tokenizer, prompts, labels, on_progress=half_done, should_stop=should_stop
        )
        lengths = numpy.array([len(ids) for ids in choice_ids(tokenizer, labels)])
        expected = numpy.array([labels.index(example.answer) for example in examples])
        return Contestant(
            answers, -likelihoods[numpy.arange(len(examples)), expected], lengths[expected], likelihoods, seconds
        )
    pairs = generate.answer_losses(model, tokenizer, shown, on_progress=half_done, should_stop=should_stop)
    return Contestant(
        answers, numpy.array([total for total, _ in pairs]), numpy.array([count for _, count in pairs]), None, seconds
    )


def choose(
    pair: modeling.Pair,
    examples: Sequence[Example],
    labels: Sequence[str],
    on_progress: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> Contestant:
    """Let a tuned model choose the label of every example by its classification head. `labels` are those of the dataset, in its order.

    `on_progress` gets the number of prompts done of 2 x len(examples). Raises Stopped.
    """
    began = time.monotonic()
    found = generate.label_log_probabilities(
        pair.tuned,
        pair.tokenizer,
        [example.prompt for example in examples],
        tools=[example.tools for example in examples],
        on_progress=lambda done, _: on_progress(2 * done),
        should_stop=should_stop,
    )
    likelihoods = found[:, [pair.labels.index(label) for label in labels]]
    expected = numpy.array([labels.index(example.answer) for example in examples])
    return Contestant(
        answers=[Answer(labels[int(place)], 0, True) for place in likelihoods.argmax(1)],
        losses=-likelihoods[numpy.arange(len(examples)), expected],
        tokens=numpy.ones(len(examples), dtype=numpy.int64),
        likelihoods=likelihoods,
        seconds=time.monotonic() - began,
        writes=False,
    )


def longest_answer(tokenizer: PreTrainedTokenizerBase, labels: Sequence[str], max_new_tokens: int) -> int:
    """Tokens after which an answer is cut off: for labels soon after the longest of them, for a longer answer is wrong anyhow."""
    if not labels:
        return max_new_tokens
    return min(max_new_tokens, max(len(ids) for ids in choice_ids(tokenizer, labels)) + _ROOM_BEYOND_LABEL)


def subset(examples: Sequence[Example], limit: int | None, stratified: bool) -> list[Example]:
    """At most `limit` examples in their order, always the same ones; `stratified` keeps the shares of the labels."""
    if limit is None or limit >= len(examples):
        return list(examples)
    counts = Counter(example.answer if stratified else "" for example in examples)
    seen: Counter[str] = Counter()
    quantile = {}
    for i in numpy.random.default_rng(SEED).permutation(len(examples)).tolist():
        label = examples[i].answer if stratified else ""
        quantile[i] = (seen[label] + 0.5) / counts[label]
        seen[label] += 1
    kept = sorted(quantile, key=quantile.__getitem__)[:limit]
    return [examples[i] for i in sorted(kept)]


def require_two(examples: Sequence[Example], fix: str) -> None:
    """Raise FTError `evaluation.too_few` where no interval can be computed."""
    if len(examples) < 2:
        raise FTError(
            "evaluation.too_few",
            "There are too few test examples to say anything.",
            f"An interval needs at least 2 examples, and there {'is 1' if examples else 'are none'}.",
            fix,
        )


def fitting(
    tokenizer: PreTrainedTokenizerBase, examples: Sequence[Example], context: int, max_new_tokens: int
) -> list[Example]:
    """The examples that a model with `context` tokens can be asked: the prompt with `max_new_tokens` after it, and the right answer, fit."""
    return [
        example
        for example in examples
        if len(prompt_ids(tokenizer, example.prompt, example.tools)) + max_new_tokens <= context
        and len(prompt_ids(tokenizer, example.messages, example.tools)) <= context
    ]
