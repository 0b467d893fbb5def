"""What a training tells the run while it goes on: measurements, samples, progress; and when it validates, saves, stops."""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy
import torch
from peft import PeftModel
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerFast,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from ft_core import generate, prompts
from ft_core.errors import FTError
from ft_core.jobs import SAVING, Progress
from ft_core.run import Run
from ft_core.settings.example import Example, Message
from ft_core.settings.train import TrainSpec
from ft_core.train import checkpoints, memory, validations

_MOVING_STEPS = 20  # tokens per second is the mean over that many steps
_TIMED_STEPS = 3  # in a row: by all but the first of them the time of a step is measured, once in each attempt
SAMPLE_TOKENS = 48
BEGINNING = 20  # tokens of a plain text that a sample goes on from
_SHOWN = 400  # characters of how the text itself goes on
_PART = "part/"  # what a mix logs its parts under


@dataclass
class Plan:
    """What is known before the first step. `tokens_after[k]` is how many tokens the first k steps read; `seconds_before` earlier attempts took."""

    steps: int
    batch_size: int
    rows: int
    epochs: float
    milestones: frozenset[int]
    tokens_after: numpy.ndarray
    cut_off_rows: int = 0
    seconds_before: float = 0.0
    started: float = field(default_factory=time.monotonic)

    def epoch(self, step: int) -> float:
        """Passes over the training split after `step` steps; the last step may begin another pass, which does not count."""
        return min(round(step * self.batch_size / self.rows, 4), self.epochs)

    def seconds(self) -> float:
        """Time trained, over all attempts."""
        return self.seconds_before + time.monotonic() - self.started


class Recorder(TrainerCallback):
    """Writes metrics and progress. Raises FTError `train.diverged` at a loss, or except in float16 a gradient, that is no number."""

    def __init__(self, run: Run, plan: Plan, progress: Progress) -> None:
        self.run = run
        self.plan = plan
        self.progress = progress
        self.moving: deque[tuple[int, float]] = deque(maxlen=_MOVING_STEPS)
        self.tokens = 0
        self.step_seconds = 0.0
        self.peak_memory_gb = 0.0
        self.began = 0.0

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.began = memory.now()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        seconds = memory.now() - self.began
        step = state.global_step
        tokens = int(self.plan.tokens_after[step] - self.plan.tokens_after[step - 1])
        self.moving.append((tokens, seconds))
        self.tokens += tokens
        self.step_seconds += seconds
        self.peak_memory_gb = max(self.peak_memory_gb, memory.held_gb())
        if len(self.moving) == _TIMED_STEPS:
            self._write_time()
        self.progress(
            step,
            self.plan.steps,
            f"training, epoch {self.plan.epoch(step):.1f} of {self.plan.epochs:g}",
        )

    def _write_time(self) -> None:
        """Into what the run measured as it began, and its log: seconds of a usual step, which reads a usual number of tokens."""
        found = self.run.fit()
        tokens, seconds = (sum(column) for column in zip(*list(self.moving)[1:], strict=True))
        usual = int(self.plan.tokens_after[-1]) / self.plan.steps
        timed = found.get("measured", {}) | {"seconds_per_step": round(seconds / tokens * usual, 4)}
        self.run.write_fit(found | {"measured": timed})
        self.run.write_log(f"measured: {timed['seconds_per_step']:.2f} seconds a step")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        logs, step = logs or {}, state.global_step
        row: dict[str, Any] = {"step": step, "epoch": self.plan.epoch(step), "time": round(time.time(), 3)}
        if "eval_loss" in logs:
            names = {key: logs[f"eval_{key}"] for key in ("accuracy", "preferred") if f"eval_{key}" in logs}
            row |= {"loss": logs["eval_loss"], "token_accuracy": logs.get("token_accuracy")} | names
            self.run.append_metric({"kind": "validation", **row, **_parts(logs, f"eval_{_PART}")})
        elif "loss" in logs:
            # In float16 a gradient that overflows is usual: the step is skipped and its scale lowered (arXiv:1710.03740, section 3.2).
            measured = math.isfinite(logs["grad_norm"])
            if not (math.isfinite(logs["loss"]) and (measured or args.fp16)):
                raise _diverged(step, args.learning_rate)
            row |= {key: logs.get(key) for key in ("loss", "token_accuracy", "learning_rate")}
            row |= {key: logs[key] for key in ("accuracy", "preferred") if key in logs}
            row |= {
                "gradient_norm": logs["grad_norm"] if measured else None,
                "tokens": int(self.plan.tokens_after[step]),
            }
            row |= {"tokens_per_second": round(self.moving_speed(), 1), "memory_gb": memory.held_gb()}
            self.run.append_metric({"kind": "train", **row, **_parts(logs, _PART)})

    def speed(self) -> float:
        """Tokens per second of all steps of this attempt; 0 before the first one."""
        return round(self.tokens / self.step_seconds, 1) if self.tokens else 0.0

    def moving_speed(self) -> float:
        """Tokens per second of the last steps."""
        return sum(tokens for tokens, _ in self.moving) / sum(seconds for _, seconds in self.moving)


def _parts(logs: dict[str, float], prefix: str) -> dict[str, dict[str, float]]:
    """Of a mix, the loss of each part that was read; else nothing."""
    parts = {key.removeprefix(prefix): loss for key, loss in logs.items() if key.startswith(prefix)}
    return {"parts": parts} if parts else {}


def _diverged(step: int, learning_rate: float) -> FTError:
    return FTError(
        "train.diverged",
        f"The training lost its footing at step {step}: the loss is no longer a number.",
        f"The steps were too large (Learning rate {learning_rate:g}), so the trained values grew without bound.",
        f"Lower Learning rate to {learning_rate / 5:g} and start a new run.",
    )


class Keeper(TrainerCallback):
    """Asks for a log, a validation and a checkpoint at each milestone, seals checkpoints, and stops: early, or when the run asks to.

    A validation is then cut short by raising `validations.Cut`.
    """

    def __init__(self, run: Run, plan: Plan, training: TrainSpec, validates: bool, progress: Progress) -> None:
        self.run = run
        self.plan = plan
        self.training = training
        self.validates = validates
        self.progress = progress

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if state.global_step in self.plan.milestones:
            control.should_log = control.should_save = True
            control.should_evaluate = self.validates
        if self.run.stop_requested():
            control.should_log = control.should_save = control.should_training_stop = True
        if control.should_evaluate:
            self._tell(state, "validating")
        elif control.should_save:
            self._tell(state, SAVING)

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        if self.run.stop_requested():
            self._tell(state, SAVING)
            raise validations.Cut

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if control.should_save:
            self._tell(state, SAVING)
        found = validations.losses(self.run, state.global_step)
        if state.global_step < self.plan.steps and validations.is_over(found, self.training.early_stopping):
            best = validations.best_step(found)
            self.run.write_log(f"ending early: the validation loss was lowest after step {best}")
            control.should_training_stop = True

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        step = state.global_step
        checkpoints.seal(self.run.checkpoints / f"{checkpoints.PREFIX}{step}", step, self.plan.seconds())
        best = validations.best_step(validations.losses(self.run, step))
        checkpoints.prune(self.run.checkpoints, {step} if best is None else {step, best}, self.training.checkpoint_gb)

    def _tell(self, state: TrainerState, what: str) -> None:
        self.progress(state.global_step, self.plan.steps, f"training, {what}")


Answering = Callable[[PreTrainedModel | PeftModel, PreTrainedTokenizerFast, Sequence[Example]], list[str]]


def written(
    model: PreTrainedModel | PeftModel, tokenizer: PreTrainedTokenizerFast, examples: Sequence[Example]
) -> list[str]:
    """What the model writes after each prompt, without any sampling."""
    answers = generate.answers(
        model,
        tokenizer,
        [example.prompt for example in examples],
        tools=[example.tools for example in examples],
        max_new_tokens=SAMPLE_TOKENS,
    )
    return [answer.text for answer in answers]


def beginnings(tokenizer: PreTrainedTokenizerFast, texts: Sequence[Example]) -> list[Example]:
    """Plain texts as a beginning of BEGINNING tokens at most, half the text if it is short, and what follows it in the text."""
    found = []
    for example in texts:
        ids = prompts.start_ids(tokenizer, example.answer)
        start = str(tokenizer.decode(ids[: max(1, min(BEGINNING, len(ids) // 2))]))
        rest = example.answer[len(start) :][:_SHOWN]
        found.append(replace(example, messages=(Message("user", start), Message("assistant", rest))))
    return found


def continued(
    model: PreTrainedModel | PeftModel, tokenizer: PreTrainedTokenizerFast, examples: Sequence[Example]
) -> list[str]:
    """How the model goes on after each beginning, without any sampling."""
    starts = [prompts.start_ids(tokenizer, example.question) for example in examples]
    return [answer.text for answer in generate.continuations(model, tokenizer, starts, max_new_tokens=SAMPLE_TOKENS)]


class Sampler(TrainerCallback):
    """Answers the same few prompts before the first step and at each milestone. Greedy, and the random state stays as it was."""

    def __init__(
        self,
        run: Run,
        plan: Plan,
        tokenizer: PreTrainedTokenizerFast,
        examples: Sequence[Example],
        answering: Answering = written,
    ) -> None:
        self.run = run
        self.plan = plan
        self.tokenizer = tokenizer
        self.examples = examples
        self.answering = answering

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: PreTrainedModel | PeftModel | None = None,
        **_: Any,
    ) -> None:
        if state.global_step == 0 and model is not None:
            self.sample(model, 0)

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: PreTrainedModel | PeftModel | None = None,
        **_: Any,
    ) -> None:
        if state.global_step in self.plan.milestones and model is not None:
            self.sample(model, state.global_step)

    def sample(self, model: PreTrainedModel | PeftModel, step: int) -> None:
        """Write one row for each example."""
        with torch.random.fork_rng():
            answers = self.answering(model, self.tokenizer, self.examples)
        for example, answer in zip(self.examples, answers, strict=True):
            self.run.append_sample(
                {
                    "step": step,
                    "row": example.row,
                    "part": example.part,
                    "prompt": example.question,
                    "expected": example.answer,
                    "answer": answer,
                }
            )
