"""The measurements sent to a tracker of the person's own too: TensorBoard, Trackio or Weights & Biases.

transformers' own reports send all of its arguments along, with the folders of this machine: here the settings of the training go, and
the names of project and run.
"""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ft_core import catalog
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.train import Reporter

_NAMES = {"grad_norm": "gradient_norm"}


@dataclass(frozen=True)
class _Tracker:
    log: Callable[[dict[str, float], int], Any]  # values by name, and the step
    end: Callable[[], Any]


class Reporting(TrainerCallback):
    """Sends losses, accuracies, learning rate and gradient norm of each log; `settings.trackers.require` was asked before."""

    def __init__(self, run: Run, reporter: Reporter) -> None:
        self.run = run
        self.reporter: Reporter = reporter
        self.tracker: _Tracker | None = None

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.begin(state.global_step)

    def begin(self, step: int) -> None:
        """Begin the tracker's run, which goes on from `step`; once."""
        if self.tracker is None:
            with redirect_stdout(sys.stderr):  # standard output may be one JSON object
                self.tracker = _begin(self.run, self.reporter, step)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        if self.tracker is not None and (values := named(logs or {})):
            self.tracker.log(values, state.global_step)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.end()

    def end(self) -> None:
        """End the tracker's run, so that all of it is kept; also of a training that raised, which has no `on_train_end`."""
        if self.tracker is not None:
            with redirect_stdout(sys.stderr):
                self.tracker.end()
            self.tracker = None


def named(logs: dict[str, float]) -> dict[str, float]:
    """What a log of the trainer is called in a tracker: `train/loss`, `validation/loss`, ...; empty for the summary at the end."""
    if "eval_loss" in logs:
        kind = "validation"
    elif "loss" in logs:
        kind = "train"
    else:
        return {}
    short = {key.removeprefix("eval_"): value for key, value in logs.items()}
    return {
        f"{kind}/{_NAMES.get(key, key)}": float(value)
        for key, value in short.items()
        if key not in ("runtime", "samples_per_second", "steps_per_second")
    }


def _begin(run: Run, reporter: Reporter, step: int) -> _Tracker:
    spec = run.spec()
    # A local base model is a path of this machine.
    local = spec.model.base != catalog.STARTER and catalog.base_folder(spec.model.base) is not None
    settings = spec.training.model_dump(mode="json") | {
        "base_model": "a local folder" if local else spec.model.base,
        "dataset": run.data()["dataset"],
    }
    if reporter == "tensorboard":
        writer = import_module("torch.utils.tensorboard").SummaryWriter(
            log_dir=str(run.tensorboard), purge_step=step + 1 if step else None
        )
        writer.add_text("run", f"{spec.name}, run {run.id}")
        writer.add_text("settings", "\n".join(f"    {name}: {value}" for name, value in settings.items()))

        def log(values: dict[str, float], at: int) -> None:
            for name, value in values.items():
                writer.add_scalar(name, value, at)
            writer.flush()

        return _Tracker(log, writer.close)
    library = import_module(reporter)
    if reporter == "trackio":
        library.init(
            project=spec.name,
            name=run.id,
            config=settings,
            resume="allow",
            embed=False,
            auto_log_gpu=False,
            auto_log_cpu=False,
        )
        return _Tracker(lambda values, at: library.log(values, step=at), library.finish)
    # Nothing of the machine: its name, program, packages and repository are no part of a training.
    quiet = library.Settings(
        console="off", disable_code=True, disable_git=True, x_disable_meta=True, x_disable_machine_info=True,
        x_disable_stats=True, host="", x_save_requirements=False,
    )  # fmt: skip
    run.trackers.mkdir(exist_ok=True)
    try:
        started = library.init(
            project=spec.name,
            name=run.id,
            id=run.id.replace("/", "-"),
            resume="allow",
            dir=str(run.trackers),
            config=settings,
            settings=quiet,
        )
    except library.errors.Error as error:
        raise FTError(
            "report.refused",
            "Weights & Biases does not take the report.",
            f"It said: {str(error).splitlines()[0]}.",
            "Sign in to it (wandb login, or WANDB_API_KEY), or set Report to to none.",
        ) from error
    return _Tracker(lambda values, at: started.log(values, step=at), started.finish)
