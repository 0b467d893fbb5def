"""Supervised fine-tuning: everything from a run's settings up to the first step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy
from datasets import Dataset as Rows
from peft import PeftModel
from transformers import PreTrainedModel, TrainerCallback

from ft_core import download, modeling
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer
from ft_core.fit import plan_steps
from ft_core.fit.architecture import of_folder
from ft_core.fit.choose import fitted, without_validation
from ft_core.fit.memory import is_lean
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.methods import in_four_bits
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import build, results, rows
from ft_core.train.answer_trainer import AnswerTrainer
from ft_core.train.callbacks import Keeper, Plan, Recorder, Sampler, beginnings, continued
from ft_core.train.fast.fasten import PLAIN, fasten
from ft_core.train.head_trainer import HeadTrainer
from ft_core.train.kto_trainer import KtoTrainer
from ft_core.train.methods.adapt import adapt
from ft_core.train.methods.initialise import initialise
from ft_core.train.preference_trainer import PreferenceTrainer
from ft_core.train.profiling import Profiling
from ft_core.train.reporting import Reporting

SAMPLES = 3


@dataclass
class Prepared:
    """A trainer at its first step. `lengths` are the tokens of every row in order; `beginning` and `labels` see results.save."""

    trainer: AnswerTrainer | HeadTrainer | PreferenceTrainer | KtoTrainer
    recorder: Recorder
    plan: Plan
    lengths: numpy.ndarray
    beginning: Path | None
    labels: tuple[str, ...] = ()


def prepare(run: Run, progress: Progress, token: str | None, micro_batch_size: int) -> Prepared:
    """Tokenised rows in order, the base model with what is to learn in it, the trainer.

    A Hub model's commit is recorded in the run once everything of it is loaded: a model that cannot be used binds no run.
    """
    spec = run.spec()
    training = spec.training
    dataset = Dataset.open(run.folder / run.data()["folder"])
    examples = rows.share(dataset.examples("train"), training.training_share, training.seed)
    held = dataset.examples("validation")
    plain = dataset.task == "text"
    progress(0, plan_steps(training, len(dataset.examples("train"))), "reading the data")
    chosen = modeling.pinned(run, token)
    folder = modeling.model_folder(chosen.base, chosen.revision, token, weights=False)
    training = within_context(run, folder, chosen.base)
    chat = ChatTokenizer.load(folder, chosen.base, plain)
    learnt = rows.tokenise(examples, chat, training.max_length)
    # A long text gives several rows: they are what an epoch sees.
    total = plan_steps(training.model_copy(update={"training_share": 1.0}), len(learnt))
    run.write_log(rows.check(learnt, chat, training.max_length))
    part_names = rows.part_names([*examples, *held])
    watched = sorted(rows.tokenise(held, chat, training.max_length), key=lambda row: len(row.ids))
    require_known_tokens(folder, chosen.base, (row.ids for row in (*learnt, *watched)))
    lengths = numpy.array([len(row.ids) for row in learnt])
    order = rows.order(lengths, total, training.batch_size, training.seed)
    plan = Plan(
        steps=total,
        batch_size=training.batch_size,
        rows=len(learnt),
        epochs=training.epochs,
        milestones=frozenset(build.milestones(training, total)),
        tokens_after=numpy.concatenate([[0], lengths[order].reshape(total, -1).sum(axis=1).cumsum()]),
        cut_off_rows=sum(row.cut_off for row in learnt),
    )
    progress(0, total, f"{'downloading and ' if chosen.revision else ''}loading the base model")
    tokenizer = modeling.load_tokenizer(chosen.base, chosen.revision, token, plain)
    model = first_model(run, chosen, token)
    beginning = None
    if isinstance(model, PeftModel) and training.initialisation != "default":
        progress(0, total, "looking for a good beginning")
        by_length = sorted(learnt, key=lambda row: len(row.ids))
        initialise(model, training, modeling.model_folder(chosen.base, chosen.revision, token), by_length)
        beginning = results.keep_beginning(run, model) if training.initialisation == "pissa" else None
    fast = PLAIN
    if training.fused and modeling.device() == "cpu":
        fast = fasten(model, unpack=is_lean(training) and modeling.fits_unpacked(model))
    run.write_log(str(fast))
    if fast.padding_free:
        order = rows.balanced(order, training.batch_size, micro_batch_size)
    recorder = Recorder(run, plan, progress)
    shown = (held or examples)[:SAMPLES]
    sampler = (
        Sampler(run, plan, tokenizer, beginnings(tokenizer, shown), continued)
        if plain
        else Sampler(run, plan, tokenizer, shown)
    )
    trainer = AnswerTrainer(
        model=model,
        arguments=build.sft_arguments(
            training, run.checkpoints, total, micro_batch_size, dtype_name(model), use_cpu=modeling.device() == "cpu"
        ),
        train_rows=_columns(learnt, part_names).select(order),
        validation_rows=_columns(watched, part_names) if watched else None,
        tokenizer=tokenizer,
        part_names=part_names,
        callbacks=watching(run, recorder, sampler, validates=bool(watched)),
        fast=fast,
    )
    return Prepared(trainer, recorder, plan, lengths[order], beginning)


def within_context(run: Run, folder: Path, base: str) -> TrainSpec:
    """The run's settings with a Longest example that its base model can read, whose files are here only now; the log says what was lowered.

    Raises FTError `settings.too_long` for one that was asked for, and `model.broken`.
    """
    asked = run.spec().training
    training = fitted(asked, of_folder(folder, base))
    if training.max_length < asked.max_length:
        run.write_log(
            f"Longest example is lowered from {asked.max_length} to {training.max_length} tokens: the base model can read no more"
        )
    return training


def require_known_tokens(folder: Path, base: str, rows_of_ids: Iterable[Sequence[int]]) -> None:
    """Raise FTError `model.broken` for rows with a token that the base model's embedding, as its config.json has it, holds no row for."""
    sizes = of_folder(folder, base)
    most = max((max(ids) for ids in rows_of_ids if ids), default=0)
    if sizes is not None and most >= sizes.vocabulary:
        raise download.broken(
            base,
            f"Its tokenizer makes token {most} of your examples, and its embedding knows {sizes.vocabulary} tokens, counted from 0.",
        )


def watching(run: Run, recorder: Recorder, sampler: Sampler, validates: bool) -> list[TrainerCallback]:
    """What watches every training, whatever it learns from; `validates` is true where there are validation rows."""
    training = run.spec().training
    if not validates and (said := without_validation(training)):
        run.write_log(said)
    reports = [] if training.report_to == "none" else [Reporting(run, training.report_to)]
    profiling = [Profiling(run, recorder.plan)] if training.profile else []
    keeper = Keeper(run, recorder.plan, training, validates, recorder.progress)
    return [recorder, *profiling, sampler, keeper, *reports]


def first_model(run: Run, chosen: ModelSpec, token: str | None) -> PreTrainedModel | PeftModel:
    """The model as it is before the first step, from the base model or from the run that this one starts from.

    The base's commit is recorded in the run. Raises what `modeling.load_base`, `adapt` and `Run.start` raise.
    """
    training, start = run.spec().training, run.start()
    if start is not None and not start.has_adapter:
        base = modeling.load_base(str(start.model), quantised=False)
    else:
        quantised = in_four_bits(training.method, training.four_bit)
        base = modeling.load_base(chosen.base, chosen.revision, quantised=quantised, token=token)
    if chosen.revision is not None:
        run.write_model_revision(chosen.revision)
    return adapt(base, training, start.adapter if start is not None and start.has_adapter else None)


def dtype_name(model: PreTrainedModel | PeftModel) -> str:
    """What the frozen part is computed in: `float32`, `bfloat16` or `float16`; a model that learns as a whole is held in float32."""
    dtype = modeling.compute_dtype(int(model.config.hidden_size))
    return str(dtype).removeprefix("torch.")


def _columns(token_rows: Sequence[rows.TokenRow], part_names: Sequence[str]) -> Rows:
    columns = {"input_ids": [row.ids for row in token_rows], "labels": [row.labels for row in token_rows]}
    return Rows.from_dict(columns | rows.part_column([row.part for row in token_rows], part_names))
