"""One supervised fine-tuning run: from a run directory's settings to its adapter. Resumes by itself, stops when asked."""

import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy
from datasets import Dataset as Rows
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast, set_seed
from trl import SFTConfig

from ft_core import catalog, modeling
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer
from ft_core.fit import plan_steps
from ft_core.run import Progress, Run
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import build, checkpoints, rows
from ft_core.train.callbacks import Keeper, Plan, Recorder, Sampler
from ft_core.train.trainer import AnswerTrainer

SAMPLES = 3
_CHECKPOINTING_FROM = (
    1_000_000_000  # parameters from which a GPU recomputes activations: slower by a third, far less memory
)


def train(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Train the run's adapter, going on from its newest complete checkpoint, until done or asked to stop.

    Returns and writes {"status": "done" | "stopped", "steps", "total_steps", "epochs", "train_loss", "validation_loss",
    "tokens_per_second", "peak_memory_gb", "seconds", "trainable_parameters", "cut_off_rows", "adapter_sha256"}. Losses are in nats per
    token; `cut_off_rows` is how many training examples lose the end of an answer to Longest example.
    `token` is for gated Hub models. On the CPU a resumed training ends with the weights of an uninterrupted one, to the bit.

    Raises FTError `train.nothing_to_learn`, `train.diverged` and what `modeling` raises.
    """
    spec = run.spec()
    modeling.set_threads(spec.training.threads)
    set_seed(spec.training.seed)
    trainer, recorder = prepare(run, progress, token)
    checkpoint = checkpoints.newest(run.checkpoints)
    plan = recorder.plan
    if checkpoint is not None:
        plan.seconds_before = checkpoint.seconds
        run.write_log(f"going on from step {checkpoint.step} of {plan.steps}")
    trainer.train(resume_from_checkpoint=str(checkpoint.folder) if checkpoint else None)
    run.clear_report()  # it measured the adapter that is now replaced
    adapter_sha256 = save_adapter(trainer.peft_model, trainer.tokenizer, run.adapter, modeling.pinned(run, token))
    checkpoints.prune(run.checkpoints)
    result = _result(run, trainer, recorder, adapter_sha256)
    run.write_training(result)
    return result


def prepare(run: Run, progress: Progress, token: str | None = None) -> tuple[AnswerTrainer, Recorder]:
    """Everything up to the first step: tokenised rows in order, the quantised base model with a new adapter, the trainer.

    A Hub model's commit is recorded in the run once everything of it is loaded: a model that cannot be used binds no run.
    """
    spec = run.spec()
    training = spec.training
    dataset = Dataset.open(run.folder / run.data()["folder"])
    examples, held = dataset.examples("train"), dataset.examples("validation")
    examples = [examples[row] for row in rows.share(len(examples), training.training_share, training.seed)]
    total = plan_steps(training, len(examples))
    progress(0, total, "reading the data")
    chosen = modeling.pinned(run, token)
    chat = ChatTokenizer.load(modeling.model_folder(chosen.base, chosen.revision, token, weights=False), chosen.base)
    learnt = rows.tokenise(examples, chat, training.max_length)
    cut_off = sum(row.cut_off for row in learnt)
    if cut_off:
        run.write_log(f"train: {rows.cut_off_words(learnt, training.max_length)}")
    watched = sorted(rows.tokenise(held, chat, training.max_length), key=lambda row: len(row.ids))
    lengths = numpy.array([len(row.ids) for row in learnt])
    order = rows.order(lengths, total, training.batch_size, training.seed)
    plan = Plan(
        steps=total,
        batch_size=training.batch_size,
        rows=len(examples),
        epochs=training.epochs,
        milestones=frozenset(build.milestones(training, total)),
        tokens_after=numpy.concatenate([[0], lengths[order].reshape(total, -1).sum(axis=1).cumsum()]),
        cut_off_rows=cut_off,
    )
    progress(0, total, f"{'downloading and ' if chosen.revision else ''}loading the base model")
    tokenizer = modeling.load_tokenizer(chosen.base, chosen.revision, token)
    base = modeling.load_base(chosen.base, chosen.revision, token=token)
    if chosen.revision is not None:
        run.write_model_revision(chosen.revision)
    recorder = Recorder(run, plan, progress)
    sampler = Sampler(run, plan, tokenizer, (held or examples)[:SAMPLES])
    trainer = AnswerTrainer(
        model=base,
        arguments=arguments(training, run.checkpoints, total, base),
        train_rows=_columns(learnt).select(order),
        validation_rows=_columns(watched) if watched else None,
        tokenizer=tokenizer,
        lora=build.lora_config(training),
        callbacks=[recorder, sampler, Keeper(run, plan, validates=bool(watched))],
    )
    return trainer, recorder


def arguments(spec: TrainSpec, folder: Path, steps: int, base: PreTrainedModel) -> SFTConfig:
    """The trainer's arguments on this machine for this base model."""
    on_gpu = modeling.device() == "cuda"
    dtype = str(base.get_input_embeddings().weight.dtype).removeprefix("torch.")
    return build.sft_arguments(
        spec,
        folder,
        steps,
        dtype,
        use_cpu=not on_gpu,
        gradient_checkpointing=on_gpu and base.num_parameters() >= _CHECKPOINTING_FROM,
    )


def save_adapter(model: PeftModel, tokenizer: PreTrainedTokenizerFast, folder: Path, base: ModelSpec) -> str:
    """Write the adapter and its tokenizer, replacing `folder` only when they are complete. Returns the SHA-256 of the weights."""
    if catalog.base_folder(base.base) is None:
        config = model.peft_config["default"]
        config.base_model_name_or_path, config.revision = base.base, base.revision
    temporary = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    model.save_pretrained(str(temporary), save_embedding_layers=False)
    tokenizer.save_pretrained(temporary)
    (temporary / "README.md").unlink(
        missing_ok=True
    )  # peft's card names a local path; ours is written when the run is shared
    if folder.exists():
        old = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
        folder.rename(old)
        temporary.rename(folder)
        shutil.rmtree(old)
    else:
        temporary.rename(folder)
    return checkpoints.sha256(folder / "adapter_model.safetensors")


def _columns(token_rows: list[rows.TokenRow]) -> Rows:
    return Rows.from_dict({"input_ids": [row.ids for row in token_rows], "labels": [row.labels for row in token_rows]})


def _result(run: Run, trainer: AnswerTrainer, recorder: Recorder, adapter_sha256: str) -> dict[str, Any]:
    """`train_loss` is the mean over the last tenth of the steps, `validation_loss` the newest one."""
    plan, step = recorder.plan, trainer.state.global_step
    measured = [row for row in run.metrics() if row["step"] <= step]
    memory = [row["memory_gb"] for row in measured if row["kind"] == "train"]
    train_losses = [
        row["loss"] for row in measured if row["kind"] == "train" and row["step"] > step - max(1, plan.steps // 10)
    ]
    validation_losses = [row["loss"] for row in measured if row["kind"] == "validation"]
    speeds = [row["tokens_per_second"] for row in measured if row["kind"] == "train"]
    return {
        "status": "done" if step >= plan.steps else "stopped",
        "steps": step,
        "total_steps": plan.steps,
        "epochs": plan.epoch(step),
        "train_loss": sum(train_losses) / len(train_losses),
        "validation_loss": validation_losses[-1] if validation_losses else None,
        "tokens_per_second": round(recorder.tokens / recorder.step_seconds, 1) if recorder.tokens else speeds[-1],
        "peak_memory_gb": max([recorder.peak_memory_gb, *memory]),
        "seconds": round(plan.seconds(), 1),
        "trainable_parameters": sum(p.numel() for p in trainer.peft_model.parameters() if p.requires_grad),
        "cut_off_rows": plan.cut_off_rows,
        "adapter_sha256": adapter_sha256,
    }
