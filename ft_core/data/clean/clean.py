"""Clean examples in a fixed order, one step for each kind of problem. Each step says what it found and what was done."""

from dataclasses import asdict, dataclass
from typing import Any

from ft_core.data.clean import conflicts, duplicates, empty, html, label_spelling, near_duplicates
from ft_core.data.clean.step import Found, Samples
from ft_core.settings.data import CleanSpec, Treatment
from ft_core.settings.example import Example
from ft_core.settings.project import Task

# By their names in CleanSpec. Mending first, because what is mended may turn out to be a duplicate; duplicates last, because of two
# rows the first stays, and must not be left out afterwards.
STEPS = {
    "html": html.STEP,
    "empty": empty.STEP,
    "label_spelling": label_spelling.STEP,
    "conflicts": conflicts.STEP,
    "duplicates": duplicates.STEP,
    "near_duplicates": near_duplicates.STEP,
}


@dataclass(frozen=True)
class Done:
    """What one step found and did. `found` counts also what was kept on request; `rows` are all source rows concerned, `samples` as in Found."""

    code: str
    title: str
    treatment: Treatment
    found: int
    changed: int
    removed: int
    rows: list[int]
    samples: Samples

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self) | {"samples": [list(pair) for pair in self.samples]}


@dataclass(frozen=True)
class Cleaned:
    """The examples that are left, and the steps in their order."""

    examples: list[Example]
    steps: list[Done]


def clean(examples: list[Example], task: Task, spec: CleanSpec) -> Cleaned:
    """Apply every step. One whose treatment is `keep` counts what it finds and changes nothing."""
    done: list[Done] = []
    for code, step in STEPS.items():
        if step.labels_only and task != "classification":
            continue
        found = step.find(examples)
        treatment: Treatment = getattr(spec, code)
        left = _fixed(examples, found) if treatment == "fix" else examples
        rows = [examples[place].row for place in found.places]
        changed = len(found.changed) if treatment == "fix" else 0
        removed = len(examples) - len(left)
        title = str(CleanSpec.model_fields[code].title)
        done.append(Done(code, title, treatment, len(rows), changed, removed, rows, found.samples))
        examples = left
    return Cleaned(examples, done)


def _fixed(examples: list[Example], found: Found) -> list[Example]:
    """Each example that was found in its mended form, or left out where it has none."""
    gone = set(found.places) - found.changed.keys()
    return [found.changed.get(place, example) for place, example in enumerate(examples) if place not in gone]
