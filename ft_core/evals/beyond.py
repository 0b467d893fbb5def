"""What an evaluation measures beyond the task: what the training has cost elsewhere."""

from collections.abc import Sequence
from typing import Any

from ft_core import modeling
from ft_core.data.store import Dataset
from ft_core.evals.forgetting.measure import measure
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example


def sections(
    run: Run, pair: modeling.Pair, dataset: Dataset, examples: Sequence[Example], done: int, progress: Progress
) -> dict[str, Any]:
    """Further sections of the report, by name: "forgetting", as `forgetting.measure` has it, unless the project leaves it out.

    `examples` are the test examples that were asked, `done` the steps of progress until here. A stop keeps what was measured.
    """
    spec = run.spec()
    if not spec.evaluation.forgetting:
        return {}

    def advance(step: int, total: int, message: str) -> None:
        progress(done + step, done + total, message)

    found = measure(
        pair,
        [example.answer for example in dataset.examples("train")],
        spec.data.system or "",
        None,
        advance,
        lambda: run.stop_requested() is not None,
        held_out=examples,
    )
    return {"forgetting": found}
