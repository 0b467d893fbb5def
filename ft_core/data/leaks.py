"""Leaks: a text of one split that is also in another, the same or nearly so. What was learnt by heart must not decide the verdict."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ft_core.data.clean.step import MAX_SAMPLES, Found, Samples
from ft_core.data.problems import MAX_ROWS, Problem
from ft_core.data.similar import between
from ft_core.data.vocabulary import Vocabulary
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example

Parts = dict[str, list[Example]]
# In whose favour a text is left out: the test stays as it is, then validation.
_ACROSS = (("train", ("validation", "test")), ("validation", ("test",)))
_FEW = 0.05  # of all examples: the same share from which on a chain of near copies is split
_TITLE = "Texts in more than one split"
_WHY = "A model that has learnt a text of the test by heart scores better in the test than in use."


@dataclass(frozen=True)
class Leak:
    """Source row `row` of `split` repeats `of_row` of `of_split`. `similarity` is 1 for one text, else that of the words, from 0.8 on."""

    row: int
    split: str
    of_row: int
    of_split: str
    similarity: float


@dataclass(frozen=True)
class Settled:
    """The splits, the leaks that were found between them, and how many examples were left out because of them."""

    parts: Parts
    leaks: list[Leak]
    removed: int


def find(parts: Parts, vocabulary: Vocabulary | None = None, apart: bool = False) -> list[Leak]:
    """Every training example whose prompt is also in validation or test, exactly or nearly, then every validation example in test.

    One leak for each example: with the text that is most like it. An example without a prompt is compared by its answer. With `apart`,
    it is known already that training has none.
    """
    vocabulary = vocabulary or Vocabulary()
    found: list[Leak] = []
    for name, others in _ACROSS[1:] if apart else _ACROSS:
        against = [(other, example) for other in others for example in parts[other]]
        near = between(
            [_text(example) for example in parts[name]], [_text(example) for _, example in against], vocabulary
        )
        for place, copy in near.items():
            split, example = against[copy.of]
            found.append(Leak(parts[name][place].row, name, example.row, split, round(copy.similarity, 3)))
    return found


def settle(parts: Parts, spec: SplitSpec, vocabulary: Vocabulary | None = None, apart: bool = False) -> Settled:
    """Find the leaks, and leave the copies out of train (and validation) as `spec.leaks` says, so that the test stays as it is.

    A split by chance keeps copies together already: what is found there beyond a few is a pattern that runs through the file, and stays.
    Raises FTError `data.split` when a split would be left empty.
    """
    leaks = find(parts, vocabulary, apart)
    if spec.leaks == "keep" or not leaks or _is_pattern(leaks, parts, spec):
        return Settled(parts, leaks, 0)
    gone = {(leak.split, leak.row) for leak in leaks}
    left = {
        name: [example for example in examples if (name, example.row) not in gone] for name, examples in parts.items()
    }
    for name, examples in left.items():
        if parts[name] and not examples:
            raise FTError(
                "data.split",
                f"The {name} split would be empty.",
                f"All of its {len(parts[name]):,} texts are also in a later split; row {leaks[0].row} repeats row {leaks[0].of_row}.",
                "Set Leaks to keep, choose another Split column, or set Split by to random.",
            )
    return Settled(left, leaks, len(gone))


def _is_pattern(leaks: Sequence[Leak], parts: Parts, spec: SplitSpec) -> bool:
    return spec.by == "random" and len(leaks) > _FEW * sum(map(len, parts.values()))


def report(settled: Settled, spec: SplitSpec) -> dict[str, Any]:
    """For the report: {"treatment", "exact", "near", "removed", "pairs" (at most 20 leaks), "why"}."""
    exact = sum(leak.similarity == 1 for leak in settled.leaks)
    return {
        "treatment": _treatment(settled, spec),
        "exact": exact,
        "near": len(settled.leaks) - exact,
        "removed": settled.removed,
        "pairs": [asdict(leak) for leak in settled.leaks[:MAX_ROWS]],
        "why": _sentence(settled, spec),
    }


def step(settled: Settled, spec: SplitSpec, parts: Parts) -> dict[str, Any]:
    """As one of the report's steps. `parts` are the splits before."""
    return {
        "code": "leaks",
        "title": str(SplitSpec.model_fields["leaks"].title),
        "treatment": _treatment(settled, spec),
        "found": len(settled.leaks),
        "changed": 0,
        "removed": settled.removed,
        "rows": [leak.row for leak in settled.leaks],
        "samples": [list(pair) for pair in _samples(settled.leaks, parts)],
    }


def problems(settled: Settled, spec: SplitSpec, parts: Parts) -> list[Problem]:
    """One Problem when there are leaks. `parts` are the splits before."""
    if not settled.leaks:
        return []
    return [
        Problem(
            "leaks",
            _TITLE,
            len(settled.leaks),
            [leak.row for leak in settled.leaks[:MAX_ROWS]],
            _WHY,
            _sentence(settled, spec),
            _samples(settled.leaks, parts),
        )
    ]


def _treatment(settled: Settled, spec: SplitSpec) -> str:
    return "keep" if settled.leaks and not settled.removed else spec.leaks


def _sentence(settled: Settled, spec: SplitSpec) -> str:
    if not settled.leaks:
        return "No text of one split is in another, neither the same nor nearly the same."
    if settled.removed:
        return f"{settled.removed:,} rows are left out of train or validation, unless Leaks is set to keep (`leaks: keep`)."
    if spec.leaks == "drop":
        return "Nothing is left out: they are one pattern that runs through the file, too large to be in one split. Add rows that differ more."
    return "They stay where they are. Set Leaks to drop to leave them out of train (`leaks: drop`)."


def _samples(leaks: Sequence[Leak], parts: Parts) -> Samples:
    shown = leaks[:MAX_SAMPLES]
    wanted = {(leak.split, leak.row) for leak in shown} | {(leak.of_split, leak.of_row) for leak in shown}
    texts = {
        (name, example.row): _text(example)
        for name, examples in parts.items()
        for example in examples
        if (name, example.row) in wanted
    }
    found = Found()
    for leak in shown:
        there = texts[leak.of_split, leak.of_row]
        found.sample(texts[leak.split, leak.row], f"row {leak.of_row} of {leak.of_split}: {there}")
    return found.samples


def _text(example: Example) -> str:
    return example.prompt_text or example.answer
