"""More rows out of those there are: one way at a time, each row checked, none learnt from before a person has accepted it.

Only the training split is a source: a rewritten test row in training would tell the model the answer that it is tested on. What they
are worth is measured by two runs of one project, with `data.generated` naming the file and with `generated: null`.
"""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from ft_core.data.augment import checks, recombine, rephrase, synonyms, typos
from ft_core.data.augment.agreement import Judge
from ft_core.data.augment.generated import Generated, Made, Way
from ft_core.data.augment.repeats import Repeats
from ft_core.data.augment.writer import Writer
from ft_core.data.similar import word_set
from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset
from ft_core.data.tell import Tell, silent
from ft_core.errors import FTError
from ft_core.settings.example import Example, Message
from ft_core.settings.project import Task

_TRIES = 20  # for each row that is wanted; a writer, who is paid, gets fewer
_WRITER_TRIES = 3


@dataclass(frozen=True)
class _Work:
    """What each try needs."""

    way: Way
    task: Task
    sources: Sequence[Example]
    partners: dict[str, list[Example]]
    judge: Judge | None
    shown: Sequence[Example]
    writer: Writer | None
    chance: random.Random


def augment(
    dataset: Dataset,
    way: Way,
    count: int,
    label: str | None = None,
    writer: Writer | None = None,
    writer_name: str | None = None,
    known: Sequence[Generated] = (),
    seed: int = 42,
    tell: Tell = silent,
) -> Made:
    """Up to `count` new rows from the dataset's training split, of `label` alone when it is given; fewer when the tries run out.

    `known` are generated rows that there are already, accepted or not: none of them is made again. The answers are those of the
    sources. A writer that fails after the first row, or Ctrl-C, ends it early and keeps what there is.
    Raises FTError `augment.label`, `augment.way`, `augment.writer`, `augment.sources`, and the writer's own before there is any row.
    """
    train = [example for example in dataset.examples("train") if not example.generated]
    work = _work(dataset, train, way, label, writer, random.Random(seed + len(known)))
    tell("looking at the rows that are there")
    there = [example.prompt_text for split in SPLITS for example in dataset.examples(split)]
    repeats = Repeats([*there, *(row.example(None).prompt_text for row in known)])
    made = Made()
    limit = count * (_TRIES if writer is None else _WRITER_TRIES)
    with made.keeping():
        for source in _endless(work.sources, work.chance):
            if len(made.rows) == count or made.tried == limit:
                break
            made.tried += 1
            found = _try(work, source, repeats, dataset.spec.system)
            if isinstance(found, str):
                made.refused[found] += 1
                continue
            row = replace(found, writer=writer_name)
            repeats.add(row.example(None).prompt_text)
            made.rows.append(row)
            tell(f"row {len(made.rows):,} of {count:,}")
    return made


def way_of(name: str) -> Way:
    """A way by its name. Raises FTError `augment.way`."""
    for way in get_args(Way):
        if way == name:
            return way
    raise FTError(
        "augment.way",
        f"There is no way {name!r} to make rows.",
        f"The ways are {', '.join(get_args(Way))}.",
        "Choose one of these with --way.",
    )


def _work(
    dataset: Dataset,
    train: list[Example],
    way: Way,
    label: str | None,
    writer: Writer | None,
    chance: random.Random,
) -> _Work:
    task = dataset.task
    if task == "text":
        raise FTError(
            "augment.task",
            "These rows cannot be varied.",
            "The task is text: they have no prompt that could be said in another way.",
            "Add more texts to the file instead, or set the Task to instruction for rows with answers.",
        )
    if way == "recombine" and task != "classification":
        raise FTError(
            "augment.way",
            "These rows cannot be recombined.",
            f"The task is {task}: the halves of two questions have no one answer.",
            "Choose another --way: synonyms, typos or rephrase.",
        )
    if way == "rephrase" and writer is None:
        raise FTError(
            "augment.writer",
            "There is no language model to rephrase with.",
            "Neither an endpoint nor a provider is named.",
            "Add --endpoint URL --model NAME, or --provider NAME --model NAME; or choose another --way.",
        )
    labels = list(dict.fromkeys(example.answer for example in train)) if task == "classification" else []
    if label is not None and label not in labels:
        there = f"The labels are {', '.join(labels[:20])}." if labels else "Only classification has labels."
        raise FTError(
            "augment.label",
            f"No training row has the label {label!r}.",
            there,
            "Choose one of these with --label." if labels else "Leave out --label.",
        )
    sources = [example for example in train if label is None or example.answer == label]
    partners: dict[str, list[Example]] = {}
    if way == "recombine":
        sources = [example for example in sources if recombine.can(example.question)]
        for example in sources:
            partners.setdefault(example.answer, []).append(example)
        sources = [example for example in sources if len(partners[example.answer]) > 1]
    if not sources:
        raise FTError(
            "augment.sources",
            "There is no row to make new ones of.",
            "Recombination needs two texts of several sentences with one label.",
            "Choose another --way.",
        )
    judge = Judge(list(dict.fromkeys(train))) if task == "classification" and writer is None else None
    shown = rephrase.shown_examples(train) if task == "classification" and writer is not None else []
    return _Work(way, task, sources, partners, judge, shown, writer, chance)


def _endless(sources: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """The sources in a new order each time round."""
    while True:
        yield from chance.sample(sources, len(sources))


def _try(work: _Work, source: Example, repeats: Repeats, system: str | None) -> Generated | str:
    """A new row, or the reason why there is none. The cheap checks come first."""
    text, sources = _text(work, source)
    questions = [example.question for example in sources]
    refused = checks.refuses(text, questions, all_of_it=work.way != "recombine")
    if refused:
        return refused
    messages = _messages(source, text, system)
    row = Generated(
        messages,
        work.way,
        tuple(example.row for example in sources),
        questions[0],
        checks.NAMES,
        others=tuple(questions[1:]),
        tools=source.tools,
        rejected=source.rejected,
    )
    prompt = row.example(None).prompt_text
    if repeats.find(prompt) is not None:
        return checks.REPEATS
    agrees = _agrees(work, source, text, prompt)
    if agrees is None:
        return replace(row, checks=tuple(name for name in checks.NAMES if name != "answer"))
    return row if agrees else checks.ANSWER


def _text(work: _Work, source: Example) -> tuple[str, list[Example]]:
    """A new question, and the rows it is made of."""
    if work.way == "recombine":
        first, second = work.chance.sample(work.partners[source.answer], 2)
        other = second if first is source else first
        return recombine.recombine(source.question, other.question, work.chance), [source, other]
    if work.way == "rephrase" and work.writer is not None:
        return rephrase.rephrase(source.question, work.writer, work.chance), [source]
    vary = synonyms.vary if work.way == "synonyms" else typos.vary
    return vary(source.question, work.chance, _kept(work.task, source)), [source]


def _kept(task: Task, source: Example) -> Collection[str]:
    """The words that an answer takes from its question must stay in it; a label takes none."""
    return () if task == "classification" else word_set(source.answer)


def _messages(source: Example, text: str, system: str | None) -> tuple[Message, ...]:
    """The source's conversation with its last question in new words, without the project's system prompt."""
    messages = list(source.messages)
    place = max(index for index, message in enumerate(messages) if message.role == "user")
    messages[place] = Message("user", text)
    if messages[0].role == "system" and messages[0].content == system:
        messages = messages[1:]
    return tuple(messages)


def _agrees(work: _Work, source: Example, text: str, prompt: str) -> bool | None:
    """Whether the answer stays right; None where nobody can be asked but the person."""
    if work.judge is not None:
        agrees = work.judge.agrees(prompt, source.answer, source)
        # Half a text may have lost what its label stands for: it takes a classifier that says it has not.
        return bool(agrees) if work.way == "recombine" else agrees
    if work.writer is None:
        return None
    if work.task == "classification":
        shown = [example for example in work.shown if example is not source]
        return rephrase.gives_label(text, source.answer, shown, work.writer)
    return rephrase.means_the_same(text, source.question, work.writer)
