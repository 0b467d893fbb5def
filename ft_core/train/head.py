"""Training a classification head: everything from a run's settings up to the first step.

The model reads the conversation up to where its answer begins, and the state of the last token is what the head classifies.
"""

from collections.abc import Sequence
from functools import partial

import numpy
from datasets import Dataset as Rows
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer
from ft_core.fit import plan_steps
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example
from ft_core.settings.methods import in_four_bits
from ft_core.settings.project import require_head
from ft_core.train import build, rows
from ft_core.train.callbacks import Plan, Recorder, Sampler
from ft_core.train.head_trainer import HeadTrainer
from ft_core.train.methods.adapt import adapt
from ft_core.train.sft import SAMPLES, Prepared, dtype_name, require_known_tokens, watching, within_context


def prepare(run: Run, progress: Progress, token: str | None, micro_batch_size: int) -> Prepared:
    """Tokenised prompts in order, the base model with a new head and what is to learn in it, the trainer.

    Raises FTError `settings.head` for a task without labels, `model.head`, and what `sft.prepare` raises.
    """
    spec = run.spec()
    training = spec.training
    dataset = Dataset.open(run.folder / run.data()["folder"])
    require_head(spec, dataset.task)
    labels = tuple(dataset.labels)
    examples = rows.share(dataset.examples("train"), training.training_share, training.seed)
    held = dataset.examples("validation")
    total = plan_steps(training, len(dataset.examples("train")))
    progress(0, total, "reading the data")
    chosen = modeling.pinned(run, token)
    folder = modeling.model_folder(chosen.base, chosen.revision, token, weights=False)
    training = within_context(run, folder, chosen.base)
    chat = ChatTokenizer.load(folder, chosen.base)
    prompts, cut_off = tokenise(examples, chat, training.max_length)
    watched = _shortest_first(held, chat, training.max_length)
    require_known_tokens(folder, chosen.base, (*prompts, *watched[0]))
    run.write_log(_said(prompts, labels, cut_off, training.max_length))
    lengths = numpy.array([len(ids) for ids in prompts])
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
    quantised = in_four_bits(training.method, training.four_bit)
    base = modeling.load_base(chosen.base, chosen.revision, quantised=quantised, token=token, labels=labels)
    if chosen.revision is not None:
        run.write_model_revision(chosen.revision)
    model = adapt(modeling.with_padding(base, tokenizer), training)
    recorder = Recorder(run, plan, progress)
    part_names = rows.part_names([*examples, *held])
    sampler = Sampler(
        run, plan, tokenizer, (held or examples)[:SAMPLES], partial(chosen_labels, labels, training.max_length)
    )
    trainer = HeadTrainer(
        model=model,
        arguments=build.sft_arguments(
            training, run.checkpoints, total, micro_batch_size, dtype_name(model), use_cpu=modeling.device() == "cpu"
        ),
        train_rows=_columns(prompts, examples, labels, part_names).select(order),
        validation_rows=_columns(*watched, labels, part_names) if held else None,
        tokenizer=tokenizer,
        part_names=part_names,
        callbacks=watching(run, recorder, sampler, validates=bool(held)),
    )
    return Prepared(trainer, recorder, plan, lengths[order], None, labels)


def tokenise(examples: Sequence[Example], chat: ChatTokenizer, max_length: int) -> tuple[list[list[int]], int]:
    """The last `max_length` tokens of each prompt, which end where the answer begins; and how many prompts were longer."""
    prompts = [chat.prompt_ids(example.prompt, example.tools) for example in examples]
    return [ids[-max_length:] for ids in prompts], sum(len(ids) > max_length for ids in prompts)


def chosen_labels(
    labels: Sequence[str],
    max_length: int,
    model: PreTrainedModel | PeftModel,
    tokenizer: PreTrainedTokenizerFast,
    examples: Sequence[Example],
) -> list[str]:
    """The likeliest label of each example, whose prompt is cut as `tokenise` does."""
    found = generate.label_log_probabilities(
        model,
        tokenizer,
        [example.prompt for example in examples],
        tools=[example.tools for example in examples],
        max_length=max_length,
    )
    return [labels[int(place)] for place in found.argmax(axis=1)]


def _said(prompts: Sequence[list[int]], labels: Sequence[str], cut_off: int, max_length: int) -> str:
    """What will be learnt, in one line for the log."""
    said = f"{len(prompts)} training examples, {sum(map(len, prompts)):,} tokens, one of {len(labels)} labels for each"
    return f"{said}; {cut_off} lose their beginning: Longest example is {max_length} tokens" if cut_off else said


def _shortest_first(
    held: Sequence[Example], chat: ChatTokenizer, max_length: int
) -> tuple[list[list[int]], list[Example]]:
    prompts, _ = tokenise(held, chat, max_length)
    order = sorted(range(len(held)), key=lambda place: len(prompts[place]))
    return [prompts[place] for place in order], [held[place] for place in order]


def _columns(
    prompts: Sequence[list[int]], examples: Sequence[Example], labels: Sequence[str], part_names: Sequence[str]
) -> Rows:
    columns = {"input_ids": list(prompts), "label": [labels.index(example.answer) for example in examples]}
    return Rows.from_dict(columns | rows.part_column([example.part for example in examples], part_names))
