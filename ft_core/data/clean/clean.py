"""Clean examples in a fixed order, one step for each kind of problem. Each step says what it found and what was done."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ft_core.data.clean import (
    boilerplate,
    conflicts,
    duplicates,
    empty,
    html,
    label_spelling,
    language,
    lost_characters,
    mojibake,
    near_conflicts,
    near_duplicates,
    outliers,
    private_data,
    secrets,
    too_long,
    too_short,
)
from ft_core.data.clean.show import discreet, excerpts
from ft_core.data.clean.step import Found, RowPairs, Samples, Step
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.data.vocabulary import Vocabulary
from ft_core.settings.data import CleanSpec, Treatment
from ft_core.settings.example import Example
from ft_core.settings.project import Task


@dataclass(frozen=True)
class Done:
    """What one step found and did. `found` counts also what was kept on request; `rows` are all source rows concerned.

    `mends` is true where rows can be mended, so that samples are the same text before and after. `detail`, `pairs` and `samples` are as
    in Found, but that samples are cut to what fits a table and show nothing private whole.
    """

    code: str
    step: Step
    treatment: Treatment
    found: int
    changed: int
    removed: int
    rows: list[int]
    samples: Samples
    detail: str
    pairs: RowPairs
    mends: bool

    @property
    def title(self) -> str:
        """The control's label."""
        return str(CleanSpec.model_fields[self.code].title)

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        values = {name: getattr(self, name) for name in ("treatment", "found", "changed", "removed", "rows", "detail")}
        samples = [list(pair) for pair in self.samples]
        pairs = [list(pair) for pair in self.pairs]
        return {"code": self.code, "title": self.title} | values | {"samples": samples, "pairs": pairs}


@dataclass(frozen=True)
class Cleaned:
    """The examples that are left, and the steps in their order."""

    examples: list[Example]
    steps: list[Done]


def steps(task: Task, window: Window | None = None, vocabulary: Vocabulary | None = None) -> dict[str, Step]:
    """The steps that this task has, by their names in CleanSpec, in the order in which they are done.

    Mending first, because what is mended may turn out to be a duplicate; then masking, secrets before the e-mail addresses that they
    look like; duplicates last, because of two rows the first stays, and must not be left out afterwards; near conflicts are looked for among the
    few that are left. Without a `window` nothing
    is too long. `vocabulary` is that of the texts which other work compares, too.
    """
    vocabulary = vocabulary or Vocabulary()
    every = {
        "mojibake": mojibake.STEP,
        "html": html.STEP,
        "boilerplate": boilerplate.STEP,
        "secrets": secrets.STEP,
        "private_data": private_data.step(task),
        "empty": empty.STEP,
        "label_spelling": label_spelling.STEP,
        "lost_characters": lost_characters.step(window),
        "too_short": too_short.step(task),
        "language": language.step(task),
        "outliers": outliers.step(task),
    }
    if window is not None:
        every["too_long"] = too_long.step(window)
    every |= {
        "conflicts": conflicts.STEP,
        "duplicates": duplicates.STEP,
        "near_duplicates": near_duplicates.step(vocabulary),
        "near_conflicts": near_conflicts.step(vocabulary),
    }
    return {code: step for code, step in every.items() if task == "classification" or not step.labels_only}


def clean(
    examples: list[Example],
    task: Task,
    spec: CleanSpec,
    window: Window | None = None,
    tell: Tell = silent,
    kept: Collection[int] = (),
    vocabulary: Vocabulary | None = None,
) -> Cleaned:
    """Apply every step. One whose treatment is `keep` counts what it finds and changes nothing.

    The source rows in `kept`, which a person keeps by hand, are mended as others are but never left out.
    """
    done: list[Done] = []
    for code, step in steps(task, window, vocabulary).items():
        tell(f"cleaning: {CleanSpec.model_fields[code].title}")
        found = step.find(examples)
        treatment: Treatment = getattr(spec, code)
        spared = {place for place in found.places if examples[place].row in kept} if kept else set()
        left = treated(examples, found, treatment, spared)
        rows = [examples[place].row for place in found.places]
        changed = len(found.changed) if treatment in ("fix", "mask") else 0
        removed = len(examples) - len(left)
        samples = [excerpts(discreet(before), discreet(after)) for before, after in found.samples]
        done.append(
            Done(
                code,
                step,
                treatment,
                len(rows),
                changed,
                removed,
                rows,
                samples,
                found.detail,
                found.pairs,
                bool(found.changed),
            )
        )
        examples = left
    return Cleaned(examples, done)


def treated(examples: list[Example], found: Found, treatment: Treatment, spared: Collection[int] = ()) -> list[Example]:
    """`keep`: all of them. `drop`: without those that were found. `fix` and `mask`: each in its mended form, left out where it has none.

    Those at the places `spared` are not left out.
    """
    if treatment == "keep" or not found.places:
        return examples
    changed = {} if treatment == "drop" else found.changed
    gone = set(found.places).difference(changed, spared)
    return [changed.get(place, example) for place, example in enumerate(examples) if place not in gone]
