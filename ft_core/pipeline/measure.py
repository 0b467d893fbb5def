"""What a training would take by a trial: its first micro-batches really computed, in a process of its own that ends with all its memory."""

import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from ft_core import hardware
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.quiet import quiet_libraries
from ft_core.run import Run
from ft_core.settings.project import ProjectSpec


def measure(spec: ProjectSpec, dataset: Dataset, token: str | None = None) -> dict[str, Any]:
    """Load the base model, compute loss and gradients of the longest and of usual rows, and forget everything again.

    `spec` has every choice filled in. {"micro_batch_size", "longest_tokens", "peak_memory_gb", "seconds_per_step", "steps",
    "loading_seconds"}; the micro-batch is smaller than asked for where memory was refused. A Hub model is downloaded; `token` is for it.
    Raises FTError `plan.died` when the process was ended from outside, and what the preparing of a training raises.
    """
    with tempfile.TemporaryDirectory(prefix="ft-measure-") as folder:
        data = {"dataset": dataset.id, "folder": str(dataset.folder), "sha256": dataset.sha256}
        run = Run.create(Path(folder), spec, data, hardware.environment())
        process = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=process, initializer=quiet_libraries) as pool:
            try:
                return pool.submit(_measured, run.folder, token).result()
            except BrokenProcessPool as error:
                raise FTError(
                    "plan.died",
                    "The trial did not come to its end.",
                    "The system ended its process, most often because the computer ran out of memory.",
                    "Choose a smaller Base model or Longest example, or leave out --measure.",
                ) from error


def _measured(folder: Path, token: str | None) -> dict[str, Any]:
    """In the child. Smaller micro-batches are tried as a training would."""
    from ft_core import fit, modeling
    from ft_core.train import memory, trial
    from ft_core.train.training import prepare

    def unwatched(step: int, total: int, message: str) -> None:
        """Loading is not shown."""

    run = Run.open(folder)
    training = run.spec().training
    modeling.set_threads(training.threads)
    micro = fit.largest_divisor(training.batch_size, training.micro_batch_size or training.batch_size)
    while True:
        try:
            began = time.perf_counter()
            prepared = prepare(run, unwatched, token, micro)
            loading = time.perf_counter() - began
            found = trial.measure(
                prepared.trainer, prepared.lengths, micro, training.batch_size // micro, training.optimizer
            )
            return found.as_dict() | {"steps": prepared.plan.steps, "loading_seconds": round(loading, 1)}
        except (MemoryError, RuntimeError) as error:
            if not memory.ran_out(error) or micro == 1:
                raise
        memory.give_back()  # outside the handler: the error's traceback holds the model
        micro = fit.largest_divisor(training.batch_size, micro // 2)
