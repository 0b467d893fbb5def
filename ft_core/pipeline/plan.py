"""What a training would be, before it: its settings and their reasons, does it fit, how long, how much."""

from pathlib import Path
from typing import Any

from ft_core.data.store import Dataset
from ft_core.data.tell import Tell, silent
from ft_core.fit import cost, plan_steps, training_rows
from ft_core.fit.choose import Facts, choose
from ft_core.fit.memory import trained_parameters
from ft_core.pipeline.data import prepare_source
from ft_core.pipeline.runs import facts
from ft_core.pipeline.start import started
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.workspace import Workspace


def plan_project(workspace: Workspace, path: Path, tell: Tell = silent, token: str | None = None) -> dict[str, Any]:
    """Before a training: what would be chosen and why, does it fit, how long, how much. The data is prepared, nothing is trained.

    {"model", "method", "dataset", "examples", "settings": [{"setting", "value", "reason"}], "steps", "tokens", "parameters", "trained",
    "memory_gb": {part: gigabytes}, "fits", "hours", "measured", "cost_usd", "hardware": [{"flavour", "fits", "hours", "dollars", ...}]}.
    `hours` is of this machine; `cost_usd` of the cheapest hardware of a Space that it fits; what depends on a base model's sizes is None
    where nobody knows them. Raises what `prepare_source` and `choices` raise.
    """
    spec = started(workspace, project.load(path))
    return plan_training(spec, prepare_source(workspace, spec, path.parent, tell, token))


def plan_training(spec: ProjectSpec, dataset: Dataset) -> dict[str, Any]:
    """The same for a dataset that is prepared. Raises what `choices` raises."""
    known = facts(spec, dataset)
    filled, chosen = choose(spec, known)
    training, steps = filled.training, plan_steps(filled.training, dataset.counts["train"])
    lengths = dataset.report["token_lengths"] if known.longest else None
    longest = min(known.longest or training.max_length, training.max_length)
    usual = min(lengths["median"], longest) if lengths else longest
    rows = steps * training.batch_size
    work = cost.Work(rows=rows, tokens=rows * usual, longest=longest, learnt=known.learnt)
    result: dict[str, Any] = {
        "model": spec.model.base,
        "method": training.method,
        "dataset": dataset.id,
        "examples": training_rows(training, dataset.counts["train"]),
        "settings": [choice.model_dump() for choice in chosen],
        "steps": steps,
        "tokens": work.tokens,
    }
    return result | _foretold(training, work, known)


def _foretold(training: TrainSpec, work: cost.Work, known: Facts) -> dict[str, Any]:
    """The part of a plan that needs the base model's sizes."""
    sizes = known.architecture
    if sizes is None:
        unknown = ("parameters", "trained", "memory_gb", "fits", "hours", "cost_usd")
        return dict.fromkeys(unknown) | {"measured": False, "hardware": []}
    here, others = cost.here(sizes, training, work, known), cost.fits(sizes, training, work)
    paid = [row.dollars for row in others if row.fits and row.dollars is not None]
    return {
        "parameters": sizes.parameters,
        "trained": trained_parameters(sizes, training),
        "memory_gb": cost.memory_here(sizes, training, work, known).gigabytes(),
        "fits": here.fits,
        "hours": here.hours,
        "measured": here.measured,
        "cost_usd": min(paid, default=None),
        "hardware": [row.model_dump() for row in (here, *others)],
    }
