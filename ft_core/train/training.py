"""One training: from a run directory's settings to its result. Resumes by itself, stops when asked, shrinks when memory is short."""

import math
import shutil
import time
from typing import Any

from transformers import set_seed

from ft_core import fit, modeling
from ft_core.errors import FTError
from ft_core.jobs import SAVING, Progress
from ft_core.run import Run
from ft_core.settings import trackers
from ft_core.train import checkpoints, head, memory, preferences, reporting, results, sft, trial, validations
from ft_core.train.profiling import Profiling
from ft_core.train.sft import Prepared

_ROOM = 0.92  # of the memory there is may be filled: what else runs on the machine is not still


def train(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Train the run, going on from its newest complete checkpoint, until done, early stopping, or asked to stop.

    Returns {"status": "done" | "stopped" | "paused" | "discarded", "steps", "total_steps", "kept_step", "stopped_early", "epochs",
    "train_loss", "validation_loss", "tokens_per_second", "peak_memory_gb", "seconds", "trainable_parameters", "cut_off_rows",
    "micro_batch_size", "weights_sha256"}, and writes it when a result was saved (done, stopped). Losses are in nats per token (of a
    classification head: per example); `validation_loss` is that of the weights kept, those after `kept_step` steps; `cut_off_rows` is how
    many training examples lose the end of an answer (with a head: the beginning) to Longest example. `token` is for gated Hub models.
    On the CPU a resumed training ends with the weights of an uninterrupted one, to the bit.

    Where memory is refused, or the system ended the process for want of it, the same steps go on in smaller micro-batches from the newest
    checkpoint, and the run says so.
    On pairs (task preference) the losses are those of the Preference loss, and `train.no_pairs` is raised where there are none; kto also
    raises `train.one_prompt`, and its loss depends a little on the micro-batch, see KtoTrainer.
    Raises FTError `report.missing` before anything is loaded, `train.nothing_to_learn`, `train.diverged` (the best checkpoint is then the
    result) and what `modeling` raises.
    """
    run.mend_result()
    training = run.spec().training
    trackers.require(training.report_to)
    modeling.set_threads(training.threads)
    state = run.job("train")
    if state is not None and state.status == "running" and state.short_of_memory and (micro := _micro_batch(run)) > 1:
        _shrink(run, training.batch_size, micro, "the process was ended, most likely for want of memory")
    while True:
        micro = _micro_batch(run)
        try:
            return _attempt(run, progress, token, micro)
        except (MemoryError, RuntimeError) as error:
            if not memory.ran_out(error) or micro == 1:
                raise
        # Outside the handler: the error's traceback holds the model and everything computed.
        memory.give_back()
        _shrink(run, training.batch_size, micro, "memory was refused")


def _micro_batch(run: Run) -> int:
    training = run.spec().training
    return run.fit().get("micro_batch_size") or fit.largest_divisor(
        training.batch_size, training.micro_batch_size or training.batch_size
    )


def measure(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """What the run's training would take, by its first micro-batches really computed and forgotten; nothing is trained.

    {"micro_batch_size", "longest_tokens", "peak_memory_gb", "seconds_per_step", "loading_seconds"}; the micro-batch is smaller than asked
    for where memory was refused, as in a training. Raises what `prepare` raises.
    """
    training = run.spec().training
    modeling.set_threads(training.threads)
    micro = fit.largest_divisor(training.batch_size, training.micro_batch_size or training.batch_size)
    while True:
        try:
            began = time.perf_counter()
            prepared = prepare(run, progress, token, micro)
            loading = time.perf_counter() - began
            progress(0, 0, f"computing steps of {micro} at once")
            found = trial.measure(
                prepared.trainer, prepared.lengths, micro, training.batch_size // micro, training.optimizer
            )
            return found.as_dict() | {"loading_seconds": round(loading, 1)}
        except (MemoryError, RuntimeError) as error:
            if not memory.ran_out(error) or micro == 1:
                raise
        memory.give_back()  # outside the handler: the error's traceback holds the model
        micro = fit.largest_divisor(training.batch_size, micro // 2)


def prepare(run: Run, progress: Progress, token: str | None, micro_batch_size: int) -> Prepared:
    """Everything up to the first step, by the run's task and head. Raises what the `prepare` of sft, head and preferences raise."""
    spec = run.spec()
    headed = spec.training.head == "classification"
    chosen = preferences.prepare if spec.task == "preference" else head.prepare if headed else sft.prepare
    return chosen(run, progress, token, micro_batch_size)


def _attempt(run: Run, progress: Progress, token: str | None, micro: int) -> dict[str, Any]:
    set_seed(run.spec().training.seed)
    prepared = prepare(run, progress, token, micro)
    run.write_fit(run.fit() | {"cut_off_rows": prepared.plan.cut_off_rows})
    checkpoint = _newest(run)
    if checkpoint is None and run.fit().get("measured") is None:
        progress(0, prepared.plan.steps, "measuring memory")
        _try_out(run, prepared, micro)
        set_seed(run.spec().training.seed)
    begun = checkpoint.step if checkpoint else 0
    plan = prepared.plan
    if checkpoint is not None:
        plan.seconds_before = checkpoint.seconds
        run.write_log(f"going on from step {checkpoint.step} of {plan.steps}")
    try:
        if checkpoint is not None and _lacks_validation(run, prepared, begun):
            _restore(prepared, checkpoint)
            _validate(prepared)
        if checkpoint is not None and _is_over(run, prepared, begun):
            _restore(prepared, checkpoint)
        else:
            prepared.trainer.train(resume_from_checkpoint=str(checkpoint.folder) if checkpoint else None)
    except FTError as error:
        if error.code == "train.diverged" and (good := _before_diverging(run)) is not None:
            prepared.trainer.load_weights(good.folder)
            raise _with_result(error, _finish(run, prepared, token, ended=good.step)) from error
        raise
    finally:
        for kind in (reporting.Reporting, Profiling):
            watcher = prepared.trainer.pop_callback(kind)
            if isinstance(watcher, kind):  # None where nothing is reported, or looked at
                watcher.end()
        checkpoints.remove_unsealed(run.checkpoints)
    return _finish(run, prepared, token, ended=prepared.trainer.state.global_step)


def _restore(prepared: Prepared, checkpoint: checkpoints.Checkpoint) -> None:
    prepared.trainer.load_weights(checkpoint.folder)
    prepared.trainer.state.global_step = checkpoint.step


def _validate(prepared: Prepared) -> None:
    """A validation outside of the training, told and reported as those within."""
    trainer, step = prepared.trainer, prepared.trainer.state.global_step
    prepared.recorder.progress(step, prepared.plan.steps, "training, validating")
    for callback in trainer.callback_handler.callbacks:
        if isinstance(callback, reporting.Reporting):
            callback.begin(step)
    trainer.evaluate()


def _is_over(run: Run, prepared: Prepared, step: int) -> bool:
    """True when there is nothing to train after `step` steps: they were the last, or it ends early, or it was asked to stop again."""
    early = validations.is_over(validations.losses(run, step), run.spec().training.early_stopping)
    return step >= prepared.plan.steps or early or _lacks_validation(run, prepared, step)


def _lacks_validation(run: Run, prepared: Prepared, step: int) -> bool:
    """True after a step whose validation was cut short: it is made up for when the run goes on, so that it is still the same run."""
    validates = prepared.trainer.eval_dataset is not None and step in prepared.plan.milestones
    return validates and all(done != step for done, _ in validations.losses(run, step))


def _try_out(run: Run, prepared: Prepared, micro: int) -> None:
    """Measure memory before the first step, and write it into the run. Raises MemoryError when a smaller micro-batch is needed."""
    spec = run.spec().training
    found = trial.measure(
        prepared.trainer, prepared.lengths, micro, spec.batch_size // micro, spec.optimizer, timed=False
    )
    room = memory.limit_gb() * _ROOM
    if found.peak_memory_gb > room and micro > 1:
        raise MemoryError(f"out of memory: {found.peak_memory_gb} GB needed, {room:.2f} GB there")
    run.write_fit({"changes": []} | run.fit() | {"micro_batch_size": micro, "measured": found.as_dict()})
    run.write_log(
        f"measured: {found.peak_memory_gb} GB at its highest for {micro} examples of {found.longest_tokens} tokens at once"
    )


def _shrink(run: Run, batch_size: int, micro: int, why: str) -> None:
    """Go on with smaller micro-batches: as many examples in every step as before, fewer at once."""
    smaller = fit.largest_divisor(batch_size, micro // 2)
    step = checkpoints.last_step(run.checkpoints)
    changes = [*run.fit().get("changes", []), {"step": step, "from": micro, "to": smaller, "why": why}]
    run.write_fit(run.fit() | {"micro_batch_size": smaller, "changes": changes})
    run.write_log(
        f"{why} with {micro} examples at once: going on from step {step} with {smaller} at once, still {batch_size} in every step"
    )


def _newest(run: Run) -> checkpoints.Checkpoint | None:
    """The newest checkpoint to go on from; damaged ones are removed, and the run says so."""
    damaged: list[int] = []
    found = checkpoints.newest(run.checkpoints, damaged.append)
    for step in damaged:
        run.append_notice(
            f"Checkpoint {step} is damaged: going on from {f'step {found.step}' if found else 'the beginning'}."
        )
    return found


def _before_diverging(run: Run) -> checkpoints.Checkpoint | None:
    """The checkpoint with the lowest validation loss, else the newest: what is in memory are no numbers any more."""
    newest = _newest(run)
    if newest is None:
        return None
    found = [(step, loss) for step, loss in validations.losses(run, newest.step) if math.isfinite(loss)]
    best = validations.best_step(found)
    return (checkpoints.at(run.checkpoints, best) if best is not None else None) or newest


def _with_result(error: FTError, result: dict[str, Any]) -> FTError:
    """A divergence that left weights: they are named, and the run can be used."""
    kept = "the best before" if result["validation_loss"] is not None else "the last saved before"
    return FTError(
        error.code,
        f"{error.what} The weights of step {result['kept_step']}, {kept}, are kept.",
        error.why,
        f"{error.fix} Or use this run as it is: evaluate it to see how good it has become.",
    )


def _finish(run: Run, prepared: Prepared, token: str | None, ended: int) -> dict[str, Any]:
    """Save the weights to keep, and say how the training went."""
    trainer, spec = prepared.trainer, run.spec().training
    how = run.stop_requested()
    found = validations.losses(run, ended)
    early = ended < prepared.plan.steps and validations.is_over(found, spec.early_stopping)
    whole = ended >= prepared.plan.steps and not _lacks_validation(run, prepared, ended)
    status = "done" if whole or early else "stopped"
    if status == "stopped" and how in ("pause", "discard"):
        return _result(run, prepared, ended, ended) | {"status": "paused" if how == "pause" else "discarded"}
    prepared.recorder.progress(ended, prepared.plan.steps, f"training, {SAVING}")
    kept = ended
    best = validations.best_step(found) if spec.keep == "best" else None
    if best is not None and best != ended:
        if checkpoint := checkpoints.at(run.checkpoints, best):
            trainer.load_weights(checkpoint.folder)
            kept = best
            run.write_log(f"keeping the weights after step {best}, where the validation loss was lowest")
        else:
            run.append_notice(f"Checkpoint {best}, the best one, is damaged: the weights after step {ended} are kept.")
    run.clear_report()  # it measured the weights that are now replaced
    weights = results.save(
        run, trainer.trained, trainer.tokenizer, modeling.pinned(run, token), prepared.beginning, prepared.labels
    )
    if prepared.beginning:
        shutil.rmtree(prepared.beginning)
    checkpoints.prune(run.checkpoints, keep={kept}, limit_gb=0)
    result = _result(run, prepared, ended, kept) | {"status": status, "stopped_early": early, "weights_sha256": weights}
    run.write_training(result)
    return result


def _result(run: Run, prepared: Prepared, ended: int, kept: int) -> dict[str, Any]:
    """`train_loss` is the mean over the last tenth of the steps."""
    plan, recorder = prepared.plan, prepared.recorder
    measured = [row for row in run.metrics() if row["step"] <= ended]
    steps = [row for row in measured if row["kind"] == "train"]
    last = [row["loss"] for row in steps if row["step"] > ended - max(1, plan.steps // 10)]
    held = {row["step"]: row["loss"] for row in measured if row["kind"] == "validation"}
    return {
        "status": "stopped",
        "steps": ended,
        "total_steps": plan.steps,
        "kept_step": kept,
        "stopped_early": False,
        "epochs": plan.epoch(ended),
        "train_loss": sum(last) / len(last) if last else None,
        "validation_loss": held.get(kept, held[max(held)] if held else None),
        "tokens_per_second": recorder.speed() or (steps[-1]["tokens_per_second"] if steps else 0.0),
        "peak_memory_gb": max([recorder.peak_memory_gb, *(row["memory_gb"] for row in steps)]),
        "seconds": round(plan.seconds(), 1),
        "trainable_parameters": sum(p.numel() for p in prepared.trainer.trained.parameters() if p.requires_grad),
        "cut_off_rows": plan.cut_off_rows,
        "micro_batch_size": plan.batch_size // prepared.trainer.args.gradient_accumulation_steps,
        "weights_sha256": None,
    }
