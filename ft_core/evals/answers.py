"""What the contestants answer: which test examples, which examples stand in the prompt, and one pass per contestant."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy
from transformers import PreTrainedTokenizerBase

from ft_core import generate, modeling
from ft_core.errors import FTError
from ft_core.evals.compare import SEED
from ft_core.generate import Answer, Model
from ft_core.prompts import choice_ids, prompt_ids
from ft_core.settings.example import Example, Message

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


def choose_shots(train: Sequence[Example], labels: Sequence[str], count: int) -> list[Example]:
    """`count` training examples to show the base model: the labels in turn, most frequent first; short and single-turn ones before others.
    A row that training meets several times is shown once.

    Within a label they are taken from the lower quartile of lengths upwards: the very shortest are often odd.
    """
    groups: dict[str, list[Example]] = defaultdict(list)
    # Balancing may have repeated rows, and showing one twice says nothing new; generated ones are not the person's own words.
    for example in dict.fromkeys(example for example in train if not example.generated):
        groups[example.answer if labels else ""].append(example)
    queues = []
    for label in labels or [""]:
        ordered = sorted(groups[label], key=lambda example: (len(example.messages), _length(example), example.row))
        start = len(ordered) // 4
        queues.append(ordered[start:] + ordered[:start])
    found: list[Example] = []
    for turn in range(max((len(queue) for queue in queues), default=0)):
        found += [queue[turn] for queue in queues if turn < len(queue)]
        if len(found) >= count:
            break
    return found[:count]


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


def fitting_shots(
    tokenizer: PreTrainedTokenizerBase, shots: Sequence[Example], examples: Sequence[Example], room: int
) -> list[Example]:
    """As many of the first `shots` as fit, together with the longest example and its right answer, into `room` tokens."""
    longest = max(examples, key=lambda example: len(prompt_ids(tokenizer, example.messages, example.tools)))
    for count in range(len(shots), 0, -1):
        shown = with_shots(longest, shots[:count])
        if len(prompt_ids(tokenizer, shown.messages, shown.tools)) <= room:
            return list(shots[:count])
    return []


def with_shots(example: Example, shots: Sequence[Example]) -> Example:
    """The example with the conversations of `shots` before its own, after its own system prompt."""
    own = list(example.messages)
    system = own[:1] if own[0].role == "system" else []
    turns: list[Message] = [message for shot in shots for message in shot.messages if message.role != "system"]
    return replace(example, messages=(*system, *turns, *own[len(system) :]))


def _length(example: Example) -> int:
    return sum(len(message.text) for message in example.messages)
