"""Greedy answers in batches, and an answer streamed as it comes.

Nothing here ever samples but `stream`.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.generation.logits_process import (
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)

from ft_core.generate.batches import (
    Model,
    OnProgress,
    ShouldStop,
    Stopped,
    batches,
    behind_soft_prompt,
    context_length,
    inference,
    left_padded,
    longer,
    pad_id,
)
from ft_core.prompts import prompt_ids, start_ids
from ft_core.settings.example import Message


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
    with inference(model):
        for batch in batches(rows, batch_tokens, extra=max_new_tokens):
            ids, mask = left_padded([rows[i] for i in batch], config.pad_token_id, model.device)
            criteria = StoppingCriteriaList([_StopWhenAsked(should_stop)] if should_stop else [])
            network, width, cache = behind_soft_prompt(model, len(batch))
            # `generate` takes tokens for every position of the cache; what they are is never looked at.
            ids = torch.cat([ids.new_full((len(batch), width), config.pad_token_id), ids], dim=1)
            output = network.generate(  # pyright: ignore[reportCallIssue]
                input_ids=ids,
                attention_mask=longer(mask, width),
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
    with inference(model):
        network, _, cache = behind_soft_prompt(model, 1)
    for _ in range(room):
        if should_stop and should_stop():
            raise Stopped
        # Entered anew for each token: between two pieces the consumer's own code runs, and must not run in inference mode.
        with inference(model):
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


def _answer(tokenizer: PreTrainedTokenizerBase, generated: list[int], stops: set[int]) -> Answer:
    end = next((i for i, token in enumerate(generated) if token in stops), None)
    kept = generated if end is None else generated[:end]
    return Answer(str(tokenizer.decode(kept, skip_special_tokens=True)), len(kept) + (end is not None), end is not None)


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
        pad_token_id=pad_id(tokenizer),
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
