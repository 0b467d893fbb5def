"""How likely endings are after their contexts, each shared beginning read once."""

import copy
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from peft import PeftModel
from transformers import Cache

from ft_core.generate.batches import Model, ShouldStop, Stopped, batches, behind_soft_prompt, inference, left_padded
from ft_core.generate.batches import positions as places

_MOST_LOGITS = 2**27  # float32 values held at once: half a gigabyte
_WORTH_SHARING = 24  # tokens
Scored = tuple[
    int, float, bool
]  # (index of the request, log p of its ending in nats, whether greedy decoding writes it)


@dataclass(frozen=True)
class _Question:
    """A context without the beginning that it shares, and its endings: (index of the request, tokens)."""

    context: list[int]
    endings: list[tuple[int, list[int]]]

    @property
    def longest(self) -> int:
        return max(len(ending) for _, ending in self.endings)


def shares(model: Model) -> bool:
    """True where every layer sees all that came before, so that a cache can be shared between questions of different length."""
    config: Any = model.config.get_text_config()
    kinds = getattr(config, "layer_types", None)
    if kinds is not None:
        return set(kinds) == {"full_attention"}
    window = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True)
    return not window and not any(hasattr(config, name) for name in ("ssm_cfg", "state_size", "mamba_d_state"))


def ending_log_likelihoods(
    model: Model,
    requests: Sequence[tuple[list[int], list[int]]],
    pad: int,
    *,
    batch_tokens: int = 8192,
    should_stop: ShouldStop | None = None,
) -> Iterator[list[Scored]]:
    """Batch by batch, (index, sum of log p of its tokens in nats, greedy) for each (context, ending) of `requests`; none is empty.

    Contexts that begin with the same tokens are read from there on; endings of one context go on from its key-value cache. Raises Stopped.
    """
    with inference(model):
        for beginning, questions in _families(requests):
            # Each row has its own copy of what the beginning left in the cache, so that counts as if it were read.
            rows = [question.context for question in questions]
            longest = max(question.longest for question in questions)
            shared: Cache | None = None
            for batch in batches(rows, batch_tokens, len(beginning) + longest):
                if should_stop and should_stop():
                    raise Stopped
                if beginning and shared is None:
                    shared = _read_beginning(model, beginning)
                yield _score(model, [questions[i] for i in batch], len(beginning), shared, pad, batch_tokens)


def _families(requests: Sequence[tuple[list[int], list[int]]]) -> Iterator[tuple[list[int], list[_Question]]]:
    """Questions by the beginning that they share; those that share none come last."""
    endings: dict[tuple[int, ...], list[tuple[int, list[int]]]] = defaultdict(list)
    for i, (context, ending) in enumerate(requests):
        endings[tuple(context)].append((i, ending))
    alike: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    for context in endings:
        alike[context[:_WORTH_SHARING]].append(context)
    alone: list[_Question] = []
    for contexts in alike.values():
        common = _common(contexts) if len(contexts) > 1 else 0
        if common < _WORTH_SHARING:
            alone += [_Question(list(context), endings[context]) for context in contexts]
        else:
            yield (
                list(contexts[0][:common]),
                [_Question(list(context[common:]), endings[context]) for context in contexts],
            )
    if alone:
        yield [], alone


def _common(contexts: Sequence[tuple[int, ...]]) -> int:
    """How many first tokens all have in common; every context keeps one of its own."""
    low, high = min(contexts), max(contexts)
    most = min(map(len, contexts)) - 1
    return next((i for i in range(most) if low[i] != high[i]), most)


def _read_beginning(model: Model, beginning: list[int]) -> Cache:
    network, width, cache = behind_soft_prompt(model, 1)
    ids = torch.tensor([beginning], device=model.device)
    output = network(
        input_ids=ids,
        attention_mask=ids.new_ones(1, width + len(beginning)),
        position_ids=torch.arange(width, width + len(beginning), device=model.device)[None],
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return output.past_key_values


def _score(
    model: Model, questions: list[_Question], beginning: int, shared: Cache | None, pad: int, batch_tokens: int
) -> list[Scored]:
    ids, mask = left_padded([question.context for question in questions], pad, model.device)
    network: Model
    if shared is None:
        network, width, cache = behind_soft_prompt(model, len(questions))
    else:
        network, soft, _ = behind_soft_prompt(model, 1)
        width, cache = soft + beginning, copy.deepcopy(shared)
        cache.batch_repeat_interleave(len(questions))
    seen = torch.cat([mask.new_ones(len(mask), width), mask], dim=1)
    further = any(question.longest > 1 for question in questions)
    output = network(
        input_ids=ids,
        attention_mask=seen,
        position_ids=places(seen)[:, width:],
        past_key_values=cache,
        use_cache=further or cache is not None,
        logits_to_keep=1,
    )
    first = output.logits[:, -1].float().log_softmax(-1)
    likeliest = first.argmax(-1).tolist()
    owners = [row for row, question in enumerate(questions) for _ in question.endings]
    endings = [ending for question in questions for _, ending in question.endings]
    numbers = [i for question in questions for i, _ in question.endings]
    totals = first[owners, [ending[0] for ending in endings]].double().tolist()
    greedy = [likeliest[owner] == ending[0] for owner, ending in zip(owners, endings, strict=True)]
    longer = [i for i, ending in enumerate(endings) if len(ending) > 1]
    longest = max((len(endings[i]) for i in longer), default=0)
    at_once = max(1, min(_MOST_LOGITS // (max(longest, 1) * first.shape[1]), batch_tokens // (seen.shape[1] + longest)))
    longer.sort(key=lambda i: len(endings[i]))
    for start in range(0, len(longer), at_once):
        part = longer[start : start + at_once]
        rest, agree = _go_on(network, output, seen, [owners[i] for i in part], [endings[i] for i in part], pad)
        for i, total, same in zip(part, rest, agree, strict=True):
            totals[i] += total
            greedy[i] = greedy[i] and same
    return list(zip(numbers, totals, greedy, strict=True))


def _go_on(
    network: Model, output: Any, seen: torch.Tensor, owners: list[int], endings: list[list[int]], pad: int
) -> tuple[list[float], list[bool]]:
    """Log p of all tokens of each ending but its first, and whether each of them is the likeliest. `owners`: rows of the batch that was read."""
    rows = torch.tensor(owners, device=seen.device)
    cache = copy.deepcopy(output.past_key_values)
    cache.batch_select_indices(rows)
    width = max(map(len, endings)) - 1
    fed = torch.tensor([ending[:-1] + [pad] * (width + 1 - len(ending)) for ending in endings], device=seen.device)
    wanted = torch.tensor([ending[1:] + [pad] * (width + 1 - len(ending)) for ending in endings], device=seen.device)
    held = torch.tensor([[1] * (len(ending) - 1) + [0] * (width + 1 - len(ending)) for ending in endings])
    held = held.to(seen)
    whole = torch.cat([seen[rows], held], dim=1)
    found = cast(Any, network)(
        input_ids=fed,
        attention_mask=whole,
        position_ids=places(whole)[:, -width:],
        past_key_values=cache,
        use_cache=True,
    )
    likely = found.logits.float().log_softmax(-1)
    each = likely.gather(2, wanted[:, :, None])[:, :, 0] * held
    same = (likely.argmax(-1) == wanted) | (held == 0)
    return each.double().sum(1).tolist(), same.all(1).tolist()


def pad_of(model: Model) -> int:
    """Any token that the model knows: what fills up rows is never seen."""
    base = model.get_base_model() if isinstance(model, PeftModel) else model
    return int(getattr(base.config, "pad_token_id", None) or 0)
