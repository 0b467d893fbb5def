"""What a training would be, before it: its settings and their reasons, does it fit, how long, how much."""

from pathlib import Path
from typing import Any

from ft_core import amounts
from ft_core.data.store import Dataset
from ft_core.data.tell import Tell, silent
from ft_core.fit import cost, plan_steps, training_rows
from ft_core.fit.choose import Choice, Facts, choose, usual_rate, without_validation
from ft_core.fit.memory import USABLE, trained_parameters
from ft_core.pipeline.data import prepare_source
from ft_core.pipeline.measure import measure
from ft_core.pipeline.runs import choices, facts
from ft_core.pipeline.start import started
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.workspace import Workspace

_FAR = 10.0  # times the usual learning rate, or its tenth
_FEW_STEPS, _USUAL_BATCH = 20, 16


def plan_project(
    workspace: Workspace, path: Path, tell: Tell = silent, token: str | None = None, measured: bool = False
) -> dict[str, Any]:
    """Before a training: what would be chosen and why, does it fit, how long, how much. The data is prepared, nothing is trained.

    {"notes": [sentence], "model", "method", "dataset", "examples", "settings": [{"setting", "value", "reason"}], "steps", "tokens", "parameters", "trained",
    "memory_gb": {part: gigabytes}, "fits", "hours", "measured", "trial", "cost_usd", "hardware": [{"flavour", "fits", "hours", "dollars", ...}]}.
    `hours` is of this machine; `cost_usd` of the cheapest hardware of a Space that it fits; what depends on a base model's sizes is None
    where nobody knows them.

    With `measured` the base model is loaded, and its first micro-batches are computed: "trial" then holds "micro_batch_size",
    "longest_tokens", "peak_memory_gb", "seconds_per_step" and "hours", and `hours` and `fits` of this machine are those measured; "memory_gb"
    stays an estimate, and so do the hours of other hardware, scaled by how much slower than estimated the steps were here.
    Raises what `prepare_source`, `choices` and `measure` raise.
    """
    spec = started(workspace, project.load(path))
    dataset = prepare_source(workspace, spec, path.parent, tell, token)
    if not measured:
        return plan_training(spec, dataset)
    tell("computing a few steps")
    filled, _ = choices(spec.model_copy(update={"task": dataset.task}), dataset)
    return plan_training(spec, dataset, measure(filled, dataset, token))


def plan_training(spec: ProjectSpec, dataset: Dataset, found: dict[str, Any] | None = None) -> dict[str, Any]:
    """The same for a dataset that is prepared; `found` is what `measure` says of it. Raises what `choices` raises."""
    known = facts(spec, dataset)
    filled, chosen = choose(spec, known)
    return _told(filled, chosen, dataset, known) | _foretold(
        filled.training, _work(filled.training, dataset, known), known, found
    )


def _told(filled: ProjectSpec, chosen: list[Choice], dataset: Dataset, known: Facts) -> dict[str, Any]:
    """The part of a plan that needs no sizes."""
    training = filled.training
    steps = plan_steps(training, dataset.counts["train"])
    said = "" if dataset.counts["validation"] else without_validation(training)
    return {
        "notes": [note for note in (said, *_cautions(filled, steps, known)) if note],
        "model": filled.model.base,
        "method": training.method,
        "dataset": dataset.id,
        "examples": training_rows(training.training_share, dataset.counts["train"]),
        "settings": [choice.model_dump() for choice in chosen],
        "steps": steps,
        "tokens": _work(training, dataset, known).tokens,
    }


def _cautions(spec: ProjectSpec, steps: int, known: Facts) -> list[str]:
    """What will most likely go wrong with settings that may be tried all the same."""
    training, usual = spec.training, usual_rate(spec, known.architecture)
    times, said = training.learning_rate / usual, []
    if times >= _FAR:
        said.append(
            f"Learning rate {training.learning_rate:g} is {times:,.0f} times the usual {usual:g}: the loss will most likely leap and not fall."
        )
    if times <= 1 / _FAR:
        said.append(
            f"Learning rate {training.learning_rate:g} is less than a tenth of the usual {usual:g}: it will hardly learn."
        )
    if steps < _FEW_STEPS and training.batch_size > _USUAL_BATCH:
        said.append(
            f"With Batch size {training.batch_size:,} there are only {amounts.count(steps, 'step')}, too few to learn much."
        )
    return said


def _work(training: TrainSpec, dataset: Dataset, known: Facts) -> cost.Work:
    """What is learnt from in all; where no tokenizer is there, every example as long as the longest may be."""
    lengths = dataset.report["token_lengths"] if known.longest else None
    longest = min(known.longest or training.max_length, training.max_length)
    usual = min(lengths["median"], longest) if lengths else longest
    rows = plan_steps(training, dataset.counts["train"]) * training.batch_size
    answers = 1 if training.preference_loss is None else 2
    return cost.Work(rows=rows, tokens=rows * answers * usual, longest=longest, learnt=known.learnt)


def _foretold(training: TrainSpec, work: cost.Work, known: Facts, found: dict[str, Any] | None) -> dict[str, Any]:
    """The part of a plan that needs the base model's sizes, or a trial."""
    steps_took = work.rows // training.batch_size * found["seconds_per_step"] if found else None
    took = steps_took + found["loading_seconds"] if found and steps_took is not None else None
    trial = None if found is None or took is None else found | {"hours": round(took / 3600, 4)}
    sizes = known.architecture
    if sizes is None:
        unknown = ("parameters", "trained", "memory_gb", "fits", "hours", "cost_usd")
        told = dict.fromkeys(unknown) | {"measured": found is not None, "trial": trial, "hardware": []}
        return (
            told
            if trial is None
            else told | {"hours": trial["hours"], "fits": trial["peak_memory_gb"] <= USABLE * known.memory / 1e9}
        )
    slower = cost.slower(sizes, training, work, known, steps_took)
    here, others = cost.here(sizes, training, work, known, took), cost.fits(sizes, training, work, slower)
    if found is not None:
        here = here.model_copy(
            update={
                "needed_gb": found["peak_memory_gb"],
                "micro_batch_size": found["micro_batch_size"],
                "fits": found["peak_memory_gb"] <= USABLE * known.memory / 1e9,
            }
        )
    paid = [row.dollars for row in others if row.fits and row.dollars is not None]
    return {
        "parameters": sizes.parameters,
        "trained": trained_parameters(sizes, training),
        "memory_gb": cost.memory_here(sizes, training, work, known).gigabytes(),
        "fits": here.fits,
        "hours": here.hours,
        "measured": here.measured,
        "trial": trial,
        "cost_usd": min(paid, default=None),
        "hardware": [row.model_dump() for row in (here, *others)],
    }
