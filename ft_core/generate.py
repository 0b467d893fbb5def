"""Answers in batches, streamed answers, and how likely given answers are. The one place that asks a model.

Prompts are padded on the left and batched by length, so a batch of answers is what one-by-one answers are. Nothing here ever
samples but `stream`. Every function leaves the model in the mode (training or not) in which it found it.
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy
import torch
from peft import PeftModel, PromptLearningConfig
from transformers import (
    Cache,
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.generation.logits_process import (
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)

from ft_core.prompts import answer_ids, choice_ids, pieces, prompt_ids, start_ids, text_ids
from ft_core.settings.example import Example, Message

Model = PreTrainedModel | PeftModel
OnProgress = Callable[[int, int], None]  # (prompts done, prompts in all)
ShouldStop = Callable[[], bool]

_MOST_LOGITS = 2**27  # float32 values of a batch's logits held at once: half a gigabyte


class Stopped(Exception):
    """`should_stop` said so."""


@dataclass(frozen=True)
class Answer:
    """One answer. `tokens` counts what was generated, the end-of-turn token included; `finished` is False when it was cut off."""

    text: str
    tokens: int
    finished: bool


def answers(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[Message]],
    *,
    tools: Sequence[str] | None = None,
    max_new_tokens: int,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Answer]:
    """The greedy answer to each prompt, in the order of the prompts.

    `tools` are those of each prompt, as in Example. `batch_tokens` bounds rows x (longest prompt + max_new_tokens) of a batch. Raises Stopped.
    """
    known = tools or [""] * len(prompts)
    rows = [prompt_ids(tokenizer, prompt, told) for prompt, told in zip(prompts, known, strict=True)]
    return continuations(
        model,
        tokenizer,
        rows,
        max_new_tokens=max_new_tokens,
        batch_tokens=batch_tokens,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def continuations(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[list[int]],
    *,
    max_new_tokens: int,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Answer]:
    """The same for rows of tokens as they are, without a chat template."""
    config = _greedy(model, tokenizer, max_new_tokens)
    stops = _stop_ids(model, tokenizer)
    found: dict[int, Answer] = {}
    with _inference(model):
        for batch in _batches(rows, batch_tokens, extra=max_new_tokens):
            ids, mask = _left_padded([rows[i] for i in batch], config.pad_token_id, model.device)
            criteria = StoppingCriteriaList([_StopWhenAsked(should_stop)] if should_stop else [])
            network, width, cache = _network(model, len(batch))
            # `generate` takes tokens for every position of the cache; what they are is never looked at.
            ids = torch.cat([ids.new_full((len(batch), width), config.pad_token_id), ids], dim=1)
            output = network.generate(  # pyright: ignore[reportCallIssue]
                input_ids=ids,
                attention_mask=_longer(mask, width),
                past_key_values=cache,
                generation_config=config,
                stopping_criteria=criteria,
            )
            for i, generated in zip(batch, output[:, ids.shape[1] :].tolist(), strict=True):
                found[i] = _answer(tokenizer, generated, stops)
            if on_progress:
                on_progress(len(found), len(rows))
    return [found[i] for i in range(len(rows))]


def stream(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    messages: Sequence[Message],
    *,
    max_new_tokens: int,
    temperature: float,
    top_p: float,
    seed: int,
    should_stop: ShouldStop | None = None,
    plain: bool = False,
) -> Iterator[str]:
    """The answer to one conversation in pieces of text as they come; `plain`: how the last message goes on as a text.
    `temperature` 0 is greedy; the same seed gives the same answer.

       Ends at the end-of-turn token, after `max_new_tokens`, or where the model's context is full. Raises Stopped.
    """
    asked = start_ids(tokenizer, messages[-1].content) if plain else prompt_ids(tokenizer, messages)
    ids = torch.tensor([asked], device=model.device)
    room = min(max_new_tokens, context_length(model) - ids.shape[1])
    warpers = _warpers(model, temperature, top_p)
    generator = torch.Generator(device=model.device).manual_seed(seed)
    stops = _stop_ids(model, tokenizer)
    fresh, generated, shown = ids, [], ""
    with _inference(model):
        network, _, cache = _network(model, 1)
    for _ in range(room):
        if should_stop and should_stop():
            raise Stopped
        # Entered anew for each token: between two pieces the consumer's own code runs, and must not run in inference mode.
        with _inference(model):
            output = network(input_ids=fresh, past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache = output.past_key_values
            scores = warpers(ids, output.logits[:, -1].float())  # pyright: ignore[reportArgumentType]
            fresh = (
                torch.multinomial(scores.softmax(-1), 1, generator=generator)
                if temperature > 0
                else scores.argmax(-1, keepdim=True)
            )
            ids = torch.cat([ids, fresh], dim=1)
        token = int(fresh)
        if token in stops:
            break
        generated.append(token)
        text = str(tokenizer.decode(generated, skip_special_tokens=True))
        # A character of several bytes may be half there: it is shown when it is whole.
        if text.startswith(shown) and not text.endswith("\ufffd") and len(text) > len(shown):
            yield text[len(shown) :]
            shown = text
    rest = str(tokenizer.decode(generated, skip_special_tokens=True))[len(shown) :]
    if rest:
        yield rest


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
    pad = _pad_id(tokenizer)
    scores = numpy.zeros((len(rows), len(choices)))
    done = 0
    with _inference(model):
        for batch in _batches(rows, batch_tokens, extra=max(map(len, endings))):
            if should_stop and should_stop():
                raise Stopped
            ids, mask = _left_padded([rows[i] for i in batch], pad, model.device)
            network, width, cache = _network(model, len(batch))
            seen = _longer(mask, width)
            output = network(
                input_ids=ids,
                attention_mask=seen,
                position_ids=_positions(seen)[:, width:],
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            first = output.logits[:, -1].float().log_softmax(-1)
            for column, ending in enumerate(endings):
                scores[batch, column] = (
                    _continue(network, seen, output.past_key_values, first, ending).double().cpu().numpy()
                )
            done += len(batch)
            if on_progress:
                on_progress(done, len(rows))
    return scores


def _continue(model: Model, mask: torch.Tensor, cache: Any, first: torch.Tensor, ending: list[int]) -> torch.Tensor:
    """Sum of log p of the tokens of `ending` after the prompts in `cache` (left as it is): [rows]. `first` is log p of the next token."""
    total = first[:, ending[0]]
    if len(ending) == 1:
        return total
    rows, fed = mask.shape[0], len(ending) - 1
    ids = torch.tensor([ending[:-1]], device=mask.device).expand(rows, fed)
    longer = torch.cat([mask, mask.new_ones(rows, fed)], dim=1)
    output = model(
        input_ids=ids,
        attention_mask=longer,
        position_ids=_positions(longer)[:, -fed:],
        past_key_values=copy.deepcopy(cache),
        use_cache=True,
    )
    following = torch.tensor(ending[1:], device=mask.device).expand(rows, fed)
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
    pad = _pad_id(tokenizer)
    with _inference(model):
        for batch in _batches(rows, min(batch_tokens, _MOST_LOGITS // len(tokenizer)), extra=0):
            if should_stop and should_stop():
                raise Stopped
            ids, mask = _left_padded([rows[i] for i in batch], pad, model.device)
            # Rows end together, so the answers are the last columns: the others need no logits.
            width = max(len(right[i]) for i in batch)
            network, before, cache = _network(model, len(batch))
            seen = _longer(mask, before)
            output = network(
                input_ids=ids,
                attention_mask=seen,
                position_ids=_positions(seen)[:, before:],
                past_key_values=cache,
                use_cache=cache is not None,
                logits_to_keep=width + 1,
            )
            losses = torch.nn.functional.cross_entropy(
                output.logits[:, :-1].float().transpose(1, 2), ids[:, -width:], reduction="none"
            )
            _, counted = _left_padded([right[i] for i in batch], pad, model.device)
            sums = (losses * counted).double().sum(1).tolist()
            found |= {i: (total, len(right[i])) for i, total in zip(batch, sums, strict=True)}
            if on_progress:
                on_progress(len(found), len(rows))
    return [found[i] for i in range(len(rows))]


def label_log_probabilities(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[Message]],
    *,
    tools: Sequence[str] | None = None,
    batch_tokens: int = 8192,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> numpy.ndarray:
    """log p of each label by a model with a classification head, in nats: float64 [prompts, labels]. Raises Stopped."""
    known = tools or [""] * len(prompts)
    rows = [prompt_ids(tokenizer, prompt, told) for prompt, told in zip(prompts, known, strict=True)]
    found: dict[int, numpy.ndarray] = {}
    with _inference(model):
        for batch in _batches(rows, batch_tokens, extra=0):
            if should_stop and should_stop():
                raise Stopped
            ids, mask = _left_padded([rows[i] for i in batch], _pad_id(tokenizer), model.device)
            output = model(input_ids=ids, attention_mask=mask, position_ids=_positions(mask), use_cache=False)
            found |= dict(zip(batch, output.logits.float().log_softmax(-1).double().cpu().numpy(), strict=True))
            if on_progress:
                on_progress(len(found), len(rows))
    return numpy.array([found[i] for i in range(len(rows))])


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
    with _inference(model):
        for batch in _batches(rows, min(batch_tokens, _MOST_LOGITS // len(tokenizer)), extra=0):
            if should_stop and should_stop():
                raise Stopped
            ids, mask = _left_padded([rows[i] for i in batch], _pad_id(tokenizer), model.device)
            network, before, cache = _network(model, len(batch))
            seen = _longer(mask, before)
            output = network(
                input_ids=ids,
                attention_mask=seen,
                position_ids=_positions(seen)[:, before:],
                past_key_values=cache,
                use_cache=cache is not None,
            )
            losses = torch.nn.functional.cross_entropy(
                output.logits[:, :-1].float().transpose(1, 2), ids[:, 1:], reduction="none"
            )
            for i, total in zip(batch, (losses * mask[:, :-1]).double().sum(1).tolist(), strict=True):
                sums[owners[i]] += total
                counts[owners[i]] += len(rows[i]) - 1
                left[owners[i]] -= 1
                done += left[owners[i]] == 0
            if on_progress:
                on_progress(done, len(texts))
    return [(float(total), int(count)) for total, count in zip(sums, counts, strict=True)]


def _answer(tokenizer: PreTrainedTokenizerBase, generated: list[int], stops: set[int]) -> Answer:
    end = next((i for i, token in enumerate(generated) if token in stops), None)
    kept = generated if end is None else generated[:end]
    return Answer(str(tokenizer.decode(kept, skip_special_tokens=True)), len(kept) + (end is not None), end is not None)


def _pad_id(tokenizer: PreTrainedTokenizerBase) -> int:
    token: Any = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return token


# Batches and settings of a model call.


def context_length(model: Model) -> int:
    """Tokens of prompt and answer together that the model was made for, less those of a soft prompt."""
    return int(model.config.max_position_embeddings) - soft_tokens(model)


def soft_tokens(model: Model) -> int:
    """Positions that a soft prompt (prompt or prefix tuning) takes before every row; 0 for any other model."""
    config = model.active_peft_config if isinstance(model, PeftModel) else None
    return int(config.num_virtual_tokens) if isinstance(config, PromptLearningConfig) else 0


def _network(model: Model, rows: int) -> tuple[Model, int, Cache | None]:
    """What computes, and the key-value cache of the soft prompt that stands before each of `rows` rows, with its width.

    peft's own forward puts the soft prompt before whatever it is given, also before the next token of an answer that goes on from
    a cache, and gives padded rows wrong positions. As a cache it is like any text that was read before.
    """
    width = soft_tokens(model)
    if not width or not isinstance(model, PeftModel):
        return model, 0, None
    network = cast(PreTrainedModel, model.get_base_model())
    prompt: Any = model.get_prompt(rows)
    if isinstance(prompt, Cache):
        return network, width, prompt
    dtype = network.get_input_embeddings().weight.dtype
    output = network(inputs_embeds=prompt.to(dtype), use_cache=True, logits_to_keep=1)
    return network, width, output.past_key_values


def _longer(mask: torch.Tensor, width: int) -> torch.Tensor:
    """The attention mask with `width` positions before every row that are seen."""
    return torch.cat([mask.new_ones(len(mask), width), mask], dim=1)


def _batches(rows: Sequence[Sequence[int]], batch_tokens: int, extra: int) -> Iterator[list[int]]:
    """Indices of rows, longest first, so many at once that rows x (longest + extra) stays within `batch_tokens`; at least one."""
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: -len(rows[i])):
        if batch and (len(batch) + 1) * (len(rows[batch[0]]) + extra) > batch_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _left_padded(rows: Sequence[Sequence[int]], pad: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, both int64 [rows, longest]."""
    width = max(map(len, rows))
    ids = torch.tensor([[pad] * (width - len(row)) + list(row) for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device)
    return ids, mask


def _positions(mask: torch.Tensor) -> torch.Tensor:
    return (mask.cumsum(1) - 1).clamp(min=0)


def _stop_ids(model: Model, tokenizer: PreTrainedTokenizerBase) -> set[int]:
    declared = model.generation_config.eos_token_id
    more = declared if isinstance(declared, list) else [declared]
    return {int(token) for token in [tokenizer.eos_token_id, *more] if token is not None}


def _greedy(model: Model, tokenizer: PreTrainedTokenizerBase, max_new_tokens: int) -> GenerationConfig:
    """The model's own generation settings (its repetition penalty, say) without any sampling."""
    config = copy.deepcopy(model.generation_config)
    config.update(
        do_sample=False,
        num_beams=1,
        temperature=None,
        top_p=None,
        top_k=None,
        min_p=None,
        typical_p=None,
        max_length=None,
    )
    config.update(
        max_new_tokens=max_new_tokens,
        eos_token_id=sorted(_stop_ids(model, tokenizer)),
        pad_token_id=_pad_id(tokenizer),
        use_cache=True,
    )
    return config


def _warpers(model: Model, temperature: float, top_p: float) -> LogitsProcessorList:
    warpers = LogitsProcessorList()
    penalty = model.generation_config.repetition_penalty
    if penalty is not None and penalty != 1.0:
        warpers.append(RepetitionPenaltyLogitsProcessor(penalty))
    if temperature > 0:
        warpers.append(TemperatureLogitsWarper(temperature))
        if top_p < 1.0:
            warpers.append(TopPLogitsWarper(top_p))
    return warpers


class _StopWhenAsked(StoppingCriteria):
    """Looks after every token whether somebody asked to stop: a batch of long answers takes minutes on a processor."""

    def __init__(self, should_stop: ShouldStop) -> None:
        self.should_stop = should_stop

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **kwargs: Any) -> torch.BoolTensor:
        if self.should_stop():
            raise Stopped
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)  # pyright: ignore[reportReturnType]


@contextmanager
def _inference(model: Model) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)
