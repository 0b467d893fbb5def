"""Examples -> token rows with labels, and the order in which a whole training sees them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

import numpy
import torch

from ft_core import prompts
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.fit import training_rows
from ft_core.settings.example import Example

IGNORED = -100  # the label of a token that is read but not learnt, as torch.nn.functional.cross_entropy has it


@dataclass(frozen=True)
class TokenRow:
    """One example: token ids, and the same ids as labels where they are learnt, IGNORED elsewhere.

    `place` is where it is in the source, `length` its tokens before it was cut, `cut_off` true when the cut took learnt tokens, `part`
    the dataset of a mix that it is from.
    """

    ids: list[int]
    labels: list[int]
    place: str
    length: int
    cut_off: bool
    part: str = ""


def tokenise(
    examples: Sequence[Example], tokenizer: ChatTokenizer, max_length: int, last_answer_alone: bool = False
) -> list[TokenRow]:
    """Every example as the Data tab shows it, cut to `max_length` tokens; with `last_answer_alone` earlier answers are only read.

    A plain text loses nothing: a long one becomes several rows.

    Raises FTError `train.nothing_to_learn`, with row numbers, when the cut leaves no learnt token.
    """
    rows, bare = [], []
    for example in examples:
        encoded = tokenizer.encode(example.messages, example.tools)
        first = (
            max(1, _shared(encoded.ids, tokenizer.prompt_ids(example.prompt, example.tools)))
            if last_answer_alone
            else 1
        )
        learnt = [
            token if learn and position >= first else IGNORED
            for position, (token, learn) in enumerate(zip(encoded.ids, encoded.learnt, strict=True))
        ]
        if example.is_text:
            parts = prompts.pieces(encoded.ids, max_length)
            rows += [
                TokenRow(ids, [IGNORED, *ids[1:]], example.place, len(ids), False, example.part)
                for ids in parts
                if len(ids) > 1
            ]
            continue
        lost = any(label != IGNORED for label in learnt[max_length:])
        row = TokenRow(encoded.ids[:max_length], learnt[:max_length], example.place, len(learnt), lost, example.part)
        if all(label == IGNORED for label in row.labels):
            bare.append((example.place, learnt))
        rows.append(row)
    if bare:
        raise _nothing_to_learn(bare, max_length)
    return rows


def check(rows: Sequence[TokenRow], tokenizer: ChatTokenizer, max_length: int) -> str:
    """What will be learnt, in one line for the log, looked at before a model is loaded.

    Raises FTError `train.no_end_of_turn` when no example ends in a token that ends a turn: such a model would never stop.
    """
    whole = [row for row in rows if not row.cut_off]
    ended = [
        row for row in whole if tokenizer.is_special(next(label for label in reversed(row.labels) if label != IGNORED))
    ]
    if whole and not ended:
        raise FTError(
            "train.no_end_of_turn",
            "The model would not learn to stop.",
            "The base model's chat template ends no answer with a token of its own, so that none is learnt.",
            "Choose another Base model.",
        )
    if rows and not ended:
        longest = max(row.length for row in rows)
        raise FTError(
            "train.no_end_of_turn",
            "The model would not learn to stop.",
            f"Longest example is {max_length:,} tokens, and every example is longer: no answer keeps its end. The longest has {longest:,}.",
            f"Raise Longest example to {longest:,}, or choose a Base model that can read more.",
        )
    learnt = sum(label != IGNORED for row in rows for label in row.labels)
    cut_up = sum(count > 1 for count in Counter(row.place for row in rows).values())
    said = f"{len(rows)} training examples, {sum(len(row.ids) for row in rows):,} tokens, {learnt:,} of them learnt, {len(ended)} ends of turn"
    if cut_up:
        said += f"; {cut_up} long texts are cut into pieces of at most {max_length} tokens (Longest example), none of which is lost"
    cut = [row for row in rows if row.cut_off]
    if not cut:
        return said
    return (
        f"{said}; {len(cut)} lose the end of an answer (row {_places([row.place for row in cut])}): "
        f"Longest example is {max_length} tokens, and the longest of them has {max(row.length for row in cut)}"
    )


def _shared(ids: Sequence[int], prompt: Sequence[int]) -> int:
    """How many tokens a whole conversation and its prompt begin with alike: where its last answer begins."""
    return next(
        (place for place, (one, other) in enumerate(zip(ids, prompt, strict=False)) if one != other), len(prompt)
    )


def share(examples: list[Example], part: float, seed: int) -> list[Example]:
    """A share of the examples in their order, at least one. With the same seed a smaller share is contained in a larger one."""
    count = training_rows(part, len(examples))
    if count == len(examples):
        return examples
    chosen = numpy.random.default_rng(seed).permutation(len(examples))[:count]
    return [examples[place] for place in sorted(chosen)]


def part_names(examples: Sequence[Example]) -> list[str]:
    """The datasets of a mix, in alphabetical order; empty for data of one source, which costs a training nothing."""
    names = sorted({example.part for example in examples})
    return names if len(names) > 1 else []


def part_column(parts: Sequence[str], names: Sequence[str]) -> dict[str, list[int]]:
    """`part`: of each row the number of its part among `names`; no column without names."""
    return {"part": [names.index(part) for part in parts]} if names else {}


def _places(places: list[str]) -> str:
    return ", ".join(places[:20]) + (f" and {len(places) - 20} more" if len(places) > 20 else "")


def _nothing_to_learn(bare: list[tuple[str, list[int]]], max_length: int) -> FTError:
    starts = [
        next(position for position, label in enumerate(learnt) if label != IGNORED)
        for _, learnt in bare
        if any(label != IGNORED for label in learnt)
    ]
    advice = (
        f"Raise Longest example above {max(starts):,} tokens where the base model reads as many, or leave these rows out: "
        "choose Drop at Rows that are too long in the Data tab (data.clean.too_long: drop), and prepare the data again."
        if starts
        else "Give these rows an answer, or remove them from the file and prepare it again."
    )
    return FTError(
        "train.nothing_to_learn",
        f"{len(bare)} example{'s' if len(bare) > 1 else ''} would have nothing left to learn from (row {_places([place for place, _ in bare])}).",
        f"Longest example is {max_length} tokens, and the prompt alone fills them."
        if starts
        else "These conversations hold no answer.",
        advice,
    )


def order(lengths: Sequence[int] | numpy.ndarray, steps: int, batch_size: int, seed: int) -> numpy.ndarray:
    """Row numbers for the whole training, int64 [steps * batch_size]: one shuffled pass after another.

    Within a step rows are sorted by length. A step adds up all its rows, so this changes no gradient, but the micro-batches it
    is computed in are hardly padded. The order depends on nothing but the arguments, so a resumed training sees the same rows.
    """
    chance = numpy.random.default_rng(seed)
    passes = ceil(steps * batch_size / len(lengths))
    shuffled = numpy.concatenate([chance.permutation(len(lengths)) for _ in range(passes)])[
        : steps * batch_size
    ].reshape(steps, batch_size)
    by_length = numpy.argsort(numpy.asarray(lengths)[shuffled], axis=1, kind="stable")
    return numpy.take_along_axis(shuffled, by_length, axis=1).reshape(-1)


def balanced(ordered: numpy.ndarray, batch_size: int, micro_batch_size: int) -> numpy.ndarray:
    """What `order` gives, dealt out within each step so that its micro-batches have about as many tokens each: none needs far more memory."""
    dealt = ordered.reshape(-1, micro_batch_size, batch_size // micro_batch_size).copy()
    dealt[:, 1::2] = dealt[:, 1::2, ::-1]  # there and back, so that no micro-batch gets the longer row each time
    return dealt.transpose(0, 2, 1).reshape(-1)


def collate(
    batch: list[dict[str, Any]], pad_id: int, side: Literal["left", "right"] = "left"
) -> dict[str, torch.Tensor]:
    """Rows -> input_ids, attention_mask, position_ids, labels: int64 [rows, longest]; `part`: int64 [rows] where rows have one.

    Padded on the left, so that the answers, which end the rows, stand in the same few columns: only those go through the vocabulary.
    """
    longest = max(len(row["input_ids"]) for row in batch)
    ids = torch.full((len(batch), longest), pad_id)
    labels = torch.full((len(batch), longest), IGNORED)
    mask = torch.zeros((len(batch), longest), dtype=torch.int64)
    for number, row in enumerate(batch):
        length = len(row["input_ids"])
        place = slice(longest - length, longest) if side == "left" else slice(0, length)
        ids[number, place] = torch.tensor(row["input_ids"])
        labels[number, place] = torch.tensor(row["labels"])
        mask[number, place] = 1
    columns = {
        "input_ids": ids,
        "attention_mask": mask,
        "position_ids": (mask.cumsum(1) - 1).clamp(min=0),
        "labels": labels,
    }
    return columns | ({"part": torch.tensor([row["part"] for row in batch])} if "part" in batch[0] else {})


def in_line(batch: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """Rows one behind the other -> input_ids, labels: int64 [1, tokens of all]; lengths: int64 [rows]; `part`: int64 [rows] where rows have one."""
    columns = {
        name: torch.tensor([[value for row in batch for value in row[name]]]) for name in ("input_ids", "labels")
    }
    columns["lengths"] = torch.tensor([len(row["input_ids"]) for row in batch])
    return columns | ({"part": torch.tensor([row["part"] for row in batch])} if "part" in batch[0] else {})
