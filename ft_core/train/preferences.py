"""Preference tuning: everything from a run's settings up to the first step, for pairs of a better and a worse answer."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy
from datasets import Dataset as Rows
from peft import PeftModel

from ft_core import modeling
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.fit import plan_steps
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example
from ft_core.settings.train import TrainSpec
from ft_core.train import build, rows
from ft_core.train.callbacks import Plan, Recorder, Sampler
from ft_core.train.kto_trainer import KtoTrainer, answer_start, separate
from ft_core.train.preference_trainer import PreferenceTrainer
from ft_core.train.rows import TokenRow
from ft_core.train.sft import (
    SAMPLES,
    Prepared,
    dtype_name,
    first_model,
    require_known_tokens,
    watching,
    within_context,
)

_SHOWN = 20  # row numbers in an error


@dataclass(frozen=True)
class PairRow:
    """One pair, tokenised: the same prompt with its better and with its worse answer; only the answers have labels."""

    chosen: TokenRow
    rejected: TokenRow

    @property
    def prompt(self) -> tuple[int, ...]:
        return tuple(self.chosen.ids[: answer_start(self.chosen.labels)])

    @property
    def longest(self) -> int:
        return max(len(self.chosen.ids), len(self.rejected.ids))

    @property
    def tokens(self) -> int:
        return len(self.chosen.ids) + len(self.rejected.ids)


def prepare(run: Run, progress: Progress, token: str | None, micro_batch_size: int) -> Prepared:
    """Tokenised pairs in order, the model that the training starts from, the trainer; `micro_batch_size` counts pairs.

    Raises FTError `train.no_pairs`, `train.nothing_to_learn`, with KTO `train.one_prompt`, and what `sft.prepare` raises.
    """
    spec = run.spec()
    training = spec.training
    dataset = Dataset.open(run.folder / run.data()["folder"])
    all_examples, held = dataset.examples("train"), dataset.examples("validation")
    require_pairs([*all_examples, *held])
    examples = rows.share(all_examples, training.training_share, training.seed)
    total = plan_steps(training, len(all_examples))
    progress(0, total, "reading the data")
    chosen = modeling.pinned(run, token)
    folder = modeling.model_folder(chosen.base, chosen.revision, token, weights=False)
    training = within_context(run, folder, chosen.base)
    chat = ChatTokenizer.load(folder, chosen.base)
    learnt = tokenise_pairs(examples, chat, training.max_length)
    run.write_log(f"pairs: {rows.check([pair.chosen for pair in learnt], chat, training.max_length)}")
    run.write_log(f"worse answers: {rows.check([pair.rejected for pair in learnt], chat, training.max_length)}")
    watched = sorted(tokenise_pairs(held, chat, training.max_length), key=lambda pair: pair.longest)
    both = (end.ids for pair in (*learnt, *watched) for end in (pair.chosen, pair.rejected))
    require_known_tokens(folder, chosen.base, both)
    lengths = numpy.array([pair.longest for pair in learnt])
    order = rows.order(lengths, total, training.batch_size, training.seed)
    columns = _columns([*learnt, *watched])
    train_rows, held_rows = _in_order(learnt, watched, columns, order, training)
    read = numpy.array([pair.tokens for pair in learnt])[order]
    plan = Plan(
        steps=total,
        batch_size=training.batch_size,
        rows=len(examples),
        epochs=training.epochs,
        milestones=frozenset(build.milestones(training, total)),
        tokens_after=numpy.concatenate([[0], read.reshape(total, -1).sum(axis=1).cumsum()]),
        cut_off_rows=sum(pair.chosen.cut_off or pair.rejected.cut_off for pair in learnt),
    )
    progress(0, total, f"{'downloading and ' if chosen.revision else ''}loading the base model")
    tokenizer = modeling.load_tokenizer(chosen.base, chosen.revision, token)
    model = first_model(run, chosen, token)
    recorder = Recorder(run, plan, progress)
    sampler = Sampler(run, plan, tokenizer, (held or examples)[:SAMPLES])
    given: dict[str, Any] = {
        "model": model,
        "reference": None if isinstance(model, PeftModel) else deepcopy(model).requires_grad_(False),
        "continued": run.start() is not None,
        "train_rows": train_rows,
        "validation_rows": held_rows if watched else None,
        "tokenizer": tokenizer,
        "callbacks": watching(run, recorder, sampler, validates=bool(watched)),
    }
    settings = (training, run.checkpoints, total, micro_batch_size, dtype_name(model), modeling.device() == "cpu")
    trainer = (
        KtoTrainer(arguments=build.kto_arguments(*settings), pairs=columns, **given)
        if training.preference_loss == "kto"
        else PreferenceTrainer(arguments=build.preference_arguments(*settings), **given)
    )
    return Prepared(trainer, recorder, plan, lengths[order], None)


def require_pairs(examples: Sequence[Example]) -> None:
    """Raise FTError `train.no_pairs`, with all row numbers, unless every example has one worse answer in place of its last message."""
    without = [example.place for example in examples if len(example.rejected) != 1]
    if without:
        more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
        raise FTError(
            "train.no_pairs",
            f"{len(without)} example{'s have' if len(without) > 1 else ' has'} no worse answer to compare with (row {', '.join(without[:_SHOWN])}{more}).",
            "A training on pairs needs one message as the better and one as the worse answer to the same prompt in every row.",
            "Give these rows a worse answer, or remove them from the file and prepare it again; or choose the Task instruction.",
        )


def tokenise_pairs(examples: Sequence[Example], tokenizer: ChatTokenizer, max_length: int) -> list[PairRow]:
    """Every pair, both answers as the token view would show them, cut to `max_length` tokens.

    Raises FTError `train.nothing_to_learn`, with row numbers, when the cut leaves nothing of an answer.
    """
    worse = [replace(example, messages=(*example.prompt, *example.rejected)) for example in examples]
    ends = (rows.tokenise(one, tokenizer, max_length, last_answer_alone=True) for one in (examples, worse))
    return [PairRow(chosen, rejected) for chosen, rejected in zip(*ends, strict=True)]


def _in_order(
    learnt: Sequence[PairRow], watched: Sequence[PairRow], columns: Rows, order: numpy.ndarray, training: TrainSpec
) -> tuple[Rows, Rows]:
    """The rows of the whole training and those of a validation, as the trainer of the Preference loss wants them."""
    held = numpy.arange(len(learnt), len(columns))
    if training.preference_loss != "kto":
        return columns.select(order), columns.select(held)
    prompts = [pair.prompt for pair in (*learnt, *watched)]
    return separate(prompts, order, training.batch_size), separate(prompts, held, len(prompts))


def _columns(pairs: Sequence[PairRow]) -> Rows:
    return Rows.from_dict(
        {
            "chosen_ids": [pair.chosen.ids for pair in pairs],
            "chosen_labels": [pair.chosen.labels for pair in pairs],
            "rejected_ids": [pair.rejected.ids for pair in pairs],
            "rejected_labels": [pair.rejected.labels for pair in pairs],
        }
    )
