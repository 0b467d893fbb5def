"""How likely given answers, labels and texts are, in nats."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from transformers import PreTrainedTokenizerBase

from ft_core.generate.batches import (
    Model,
    OnProgress,
    ShouldStop,
    Stopped,
    batches,
    behind_soft_prompt,
    inference,
    left_padded,
    longer,
    pad_id,
    positions,
)
from ft_core.prompts import answer_ids, choice_ids, pieces, prompt_ids, text_ids
from ft_core.settings.example import Example, Message

_MOST_LOGITS = 2**27  # float32 values of a batch's logits held at once: half a gigabyte


@dataclass(frozen=True)
class _Read:
    """A batch that went through the model. `batch`: indices of its rows; `ids`, `mask`: int64 [rows, longest].

    `seen` is the mask with the soft prompt before it, `network` what computes without one.
    """

    batch: list[int]
    ids: torch.Tensor
    mask: torch.Tensor
    seen: torch.Tensor
    network: Model
    output: Any


def _read(
    model: Model,
    rows: Sequence[list[int]],
    pad: int,
    *,
    batch_tokens: int,
    should_stop: ShouldStop | None,
    extra: int = 0,
    keep: Callable[[list[int]], int] | None = None,
    use_cache: bool = False,
) -> Iterator[_Read]:
    """Each batch read by the model. `keep` says of how many last columns logits are wanted. Raises Stopped."""
    for batch in batches(rows, batch_tokens, extra):
        if should_stop and should_stop():
            raise Stopped
        yield _read_batch(model, rows, pad, batch, keep(batch) if keep else None, use_cache)


def _read_batch(
    model: Model,
    rows: Sequence[list[int]],
    pad: int,
    batch: list[int],
    keep: int | None = None,
    use_cache: bool = False,
) -> _Read:
    """The rows of `batch` read by the model, with the logits of the last `keep` columns or of all."""
    ids, mask = left_padded([rows[i] for i in batch], pad, model.device)
    network, width, cache = behind_soft_prompt(model, len(batch))
    seen = longer(mask, width)
    wanted = {} if keep is None else {"logits_to_keep": keep}
    output = network(
        input_ids=ids,
        attention_mask=seen,
        position_ids=positions(seen)[:, width:],
        past_key_values=cache,
        use_cache=use_cache or cache is not None,
        **wanted,
    )
    return _Read(batch, ids, mask, seen, network, output)


def choice_log_likelihoods(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[Message]],
    choices: Sequence[str],
    *,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> numpy.ndarray:
    """log p(choice, end of turn | prompt) in nats: float64 [prompts, choices], summed over tokens, not divided by length.

    It is the probability with which the model, sampled freely, would write exactly this choice. Each prompt is computed once;
    the choices go on from its key-value cache. Raises Stopped.
    """
    rows = [prompt_ids(tokenizer, prompt) for prompt in prompts]
    endings = choice_ids(tokenizer, choices)
    scores = numpy.zeros((len(rows), len(choices)))
    done = 0
    with inference(model):
        for read in _read(
            model,
            rows,
            pad_id(tokenizer),
            batch_tokens=batch_tokens,
            should_stop=should_stop,
            extra=max(map(len, endings)),
            keep=lambda batch: 1,
            use_cache=True,
        ):
            first = read.output.logits[:, -1].float().log_softmax(-1)
            for column, ending in enumerate(endings):
                scores[read.batch, column] = _continue(read, first, ending).double().cpu().numpy()
            done += len(read.batch)
            if on_progress:
                on_progress(done, len(rows))
    return scores


def _continue(read: _Read, first: torch.Tensor, ending: list[int]) -> torch.Tensor:
    """Sum of log p of the tokens of `ending` after the prompts of the batch: [rows]. `first` is log p of the next token."""
    total = first[:, ending[0]]
    if len(ending) == 1:
        return total
    rows, fed = read.seen.shape[0], len(ending) - 1
    ids = read.ids.new_tensor([ending[:-1]]).expand(rows, fed)
    longer_mask = torch.cat([read.seen, read.seen.new_ones(rows, fed)], dim=1)
    output = read.network(
        input_ids=ids,
        attention_mask=longer_mask,
        position_ids=positions(longer_mask)[:, -fed:],
        past_key_values=copy.deepcopy(read.output.past_key_values),
        use_cache=True,
    )
    following = read.ids.new_tensor(ending[1:]).expand(rows, fed)
    return total + output.logits.float().log_softmax(-1).gather(2, following[:, :, None])[:, :, 0].sum(1)


def answer_losses(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    *,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[tuple[float, int]]:
    """(sum of -log p in nats, number of tokens) of each example's last answer and its end of turn, given all before it. Raises Stopped."""
    asked = [prompt_ids(tokenizer, example.prompt, example.tools) for example in examples]
    right = [answer_ids(tokenizer, example.messages, example.tools) for example in examples]
    rows = [prompt + answer for prompt, answer in zip(asked, right, strict=True)]
    found: dict[int, tuple[float, int]] = {}
    pad = pad_id(tokenizer)

    def longest_answer(batch: list[int]) -> int:
        return max(len(right[i]) for i in batch)

    with inference(model):
        for read in _read(
            model,
            rows,
            pad,
            batch_tokens=min(batch_tokens, _MOST_LOGITS // len(tokenizer)),
            should_stop=should_stop,
            # Rows end together, so the answers are the last columns: the others need no logits.
            keep=lambda batch: longest_answer(batch) + 1,
        ):
            losses = _losses(read.output.logits, read.ids[:, -longest_answer(read.batch) :])
            _, counted = left_padded([right[i] for i in read.batch], pad, model.device)
            sums = (losses * counted).double().sum(1).tolist()
            found |= {i: (total, len(right[i])) for i, total in zip(read.batch, sums, strict=True)}
            if on_progress:
                on_progress(len(found), len(rows))
    return [found[i] for i in range(len(rows))]


def text_losses(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_length: int,
    *,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[tuple[float, int]]:
    """(sum of -log p in nats, number of tokens) of each plain text and its end, but for its first token. Raises Stopped.

    A long text is read in pieces of `max_length` tokens, as in training.
    """
    owners, rows = [], []
    for number, text in enumerate(texts):
        for piece in pieces(text_ids(tokenizer, text), max_length):
            owners.append(number)
            rows.append(piece)
    sums, counts, done = numpy.zeros(len(texts)), numpy.zeros(len(texts), dtype=int), 0
    left = Counter(owners)
    with inference(model):
        for read in _read(
            model,
            rows,
            pad_id(tokenizer),
            batch_tokens=min(batch_tokens, _MOST_LOGITS // len(tokenizer)),
            should_stop=should_stop,
        ):
            losses = _losses(read.output.logits, read.ids[:, 1:]) * read.mask[:, :-1]
            for i, total in zip(read.batch, losses.double().sum(1).tolist(), strict=True):
                sums[owners[i]] += total
                counts[owners[i]] += len(rows[i]) - 1
                left[owners[i]] -= 1
                done += left[owners[i]] == 0
            if on_progress:
                on_progress(done, len(texts))
    return [(float(total), int(count)) for total, count in zip(sums, counts, strict=True)]


@dataclass(frozen=True)
class Shift:
    """How two models foretell one answer, token by token: all float64 [tokens] but `same`, bool [tokens].

    `first` and `second` are -log p of each token in nats. `divergence` is KL(first || second) in nats: by how much the second model
    foretells worse than the first what the first would write at this place. `same` says whether both find the same token likeliest.
    """

    first: numpy.ndarray
    second: numpy.ndarray
    divergence: numpy.ndarray
    same: numpy.ndarray


def answer_shifts(
    first: Callable[[], AbstractContextManager[Model]],
    second: Callable[[], AbstractContextManager[Model]],
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    *,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Shift]:
    """How two models differ on each example's last answer and its end of turn, given all before it as it stands there. Raises Stopped.

    A plain text, of two tokens at least, is the answer to its first one. `first()` and `second()` are entered in turn for each batch: the two
    may share weights (`Pair.base`). Their distributions over the vocabulary are held for one batch only.
    """
    asked, right = [], []
    for example in examples:
        if example.is_text:
            whole = text_ids(tokenizer, example.answer)
            asked.append(whole[:1])
            right.append(whole[1:])
        else:
            asked.append(prompt_ids(tokenizer, example.prompt, example.tools))
            right.append(answer_ids(tokenizer, example.messages, example.tools))
    rows = [prompt + answer for prompt, answer in zip(asked, right, strict=True)]
    found: dict[int, Shift] = {}
    # Two models' logits in float32 and as log-probabilities, and what their difference needs.
    for batch in batches(rows, min(batch_tokens, _MOST_LOGITS // (4 * len(tokenizer))), 0):
        if should_stop and should_stop():
            raise Stopped
        keep = max(len(right[i]) for i in batch) + 1
        likely = []
        for enter in (first, second):
            with enter() as model, inference(model):
                read = _read_batch(model, rows, pad_id(tokenizer), batch, keep)
                likely.append(read.output.logits[:, :-1].float().log_softmax(-1))
        for row, i in enumerate(batch):
            ends = [scores[row, -len(right[i]) :] for scores in likely]
            found[i] = _shift(ends[0], ends[1], torch.tensor(right[i], device=ends[0].device))
        if on_progress:
            on_progress(len(found), len(rows))
    return [found[i] for i in range(len(rows))]


def _shift(first: torch.Tensor, second: torch.Tensor, tokens: torch.Tensor) -> Shift:
    """`first` and `second`: log p, float32 [tokens, vocabulary]."""
    divergence = (first.exp() * (first - second)).sum(-1).clamp(min=0)  # rounding may give a little less than none
    before, after = (-scores.gather(1, tokens[:, None])[:, 0].double() for scores in (first, second))
    same = first.argmax(-1) == second.argmax(-1)
    return Shift(before.cpu().numpy(), after.cpu().numpy(), divergence.double().cpu().numpy(), same.cpu().numpy())


def label_log_probabilities(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[Message]],
    *,
    tools: Sequence[str] | None = None,
    max_length: int | None = None,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> numpy.ndarray:
    """log p of each label by a model with a classification head, in nats: float64 [prompts, labels]. Raises Stopped.

    Of a prompt of more than `max_length` tokens the last are read.
    """
    known = tools or [""] * len(prompts)
    rows = [prompt_ids(tokenizer, prompt, told) for prompt, told in zip(prompts, known, strict=True)]
    rows = [ids[-max_length:] if max_length else ids for ids in rows]
    found: dict[int, numpy.ndarray] = {}
    with inference(model):
        for read in _read(model, rows, pad_id(tokenizer), batch_tokens=batch_tokens, should_stop=should_stop):
            likely = read.output.logits.float().log_softmax(-1).double().cpu().numpy()
            found |= dict(zip(read.batch, likely, strict=True))
            if on_progress:
                on_progress(len(found), len(rows))
    return numpy.array([found[i] for i in range(len(rows))])


def _losses(logits: torch.Tensor, following: torch.Tensor) -> torch.Tensor:
    """-log p of each following token, float32 [rows, columns]: `logits` has one column more, the one after the last."""
    return torch.nn.functional.cross_entropy(logits[:, :-1].float().transpose(1, 2), following, reduction="none")
