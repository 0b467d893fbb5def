"""Evaluate a run on pairs: how often the better answer is the likelier one, where the training started and where it ended."""

import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.evals import about, answers, beyond, compare, keep, table
from ft_core.evals.answers import Contestant
from ft_core.evals.table import Scored
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example

_PASSES = 3  # over the examples, for each contestant: answers, better answers, worse answers


@dataclass(frozen=True)
class Judged:
    """A contestant on n pairs. `margins` float64 [n] are log p(better answer) - log p(worse answer), in nats."""

    contestant: Contestant
    margins: numpy.ndarray

    @property
    def preferred(self) -> numpy.ndarray:
        """Where the better answer is the likelier one: bool [n]."""
        return self.margins > 0


def evaluate(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Score a run of the task preference; writes what `report.evaluate` writes, and returns its report.

    `base` is the run that the training started from, or else the base model; `few_shot` is None throughout. Log-probabilities are
    summed over an answer's tokens, not divided by their number: the sum is what the training moves, and what the model draws by.
    Raises what `report.evaluate` raises, and what `Run.start` raises.
    """
    began, weights = time.monotonic(), keep.measured(run)
    spec, asked, start = run.spec(), run.evaluation_spec(), run.start()
    dataset = Dataset.open(run.folder / run.data()["folder"])
    test = dataset.examples("test")
    pairs = [example for example in test if len(example.rejected) == 1]
    drawn = answers.subset(pairs, asked.limit, stratified=False)
    answers.require_two(drawn, "Raise the Test share of the data, or the Limit of the evaluation, in the project file.")
    progress(0, 2 * _PASSES * len(drawn), "loading the model")
    modeling.set_threads(spec.training.threads)
    pair = modeling.load_run_model(run, token, start)
    wanted_questions = beyond.questions(run, pair, token)
    context, most = generate.context_length(pair.tuned), asked.max_new_tokens
    examples = [
        example
        for example in answers.fitting(pair.tokenizer, drawn, context, most)
        if answers.fitting(pair.tokenizer, [worse(example)], context, most)
    ]
    answers.require_two(examples, f"Shorten the examples: this base model reads {context:,} tokens, answer included.")
    names = {"base": f"its start, run {start.id}," if start else "the base model", "tuned": "the tuned model"}
    found: dict[str, Judged] = {}
    for turn, (name, title) in enumerate(names.items()):

        def advance(done: int, before: int = turn * _PASSES * len(examples), message: str = title) -> None:
            progress(before + done, 2 * _PASSES * len(examples), f"answers of {message}")

        with nullcontext(pair.tuned) if name == "tuned" else pair.base() as model:
            found[name] = _judged(run, model, pair.tokenizer, examples, most, advance)
    report = _report(examples, found, names) | {
        "few_shot_examples": 0,
        "few_shot_rows": [],
        "few_shot_tried": [],
        "decoding": f"greedy, at most {most} new tokens",
        "seed": compare.SEED,
        "dataset": dataset.id,
        "start": start.id if start else None,
        "notes": _notes(f"run {start.id}" if start else None, found, len(test), len(pairs), len(drawn), len(examples)),
    }
    report |= beyond.sections(run, pair, dataset, examples, 2 * _PASSES * len(examples), progress, wanted_questions)
    return keep.keep(run, report, _rows(examples, found), weights, began)


def worse(example: Example) -> Example:
    """The same conversation with its worse answer."""
    return replace(example, messages=(*example.prompt, *example.rejected))


def _judged(run: Run, model: Any, tokenizer: Any, examples: list[Example], most: int, advance: Any) -> Judged:
    def asked_to_stop() -> bool:
        return run.stop_requested() is not None

    contestant = answers.ask(model, tokenizer, examples, [], [], most, advance, asked_to_stop)
    losses = generate.answer_losses(
        model,
        tokenizer,
        [worse(example) for example in examples],
        on_progress=lambda done, _: advance(2 * len(examples) + done),
        should_stop=asked_to_stop,
    )
    return Judged(contestant, numpy.array([loss for loss, _ in losses]) - contestant.losses)


def _report(examples: list[Example], found: dict[str, Judged], names: dict[str, str]) -> dict[str, Any]:
    base, tuned, total = found["base"], found["tuned"], len(examples)
    weights = compare.resampled(total)
    sums = {name: one.contestant.losses for name, one in found.items()}
    scores, _ = table.losses(sums, base.contestant.tokens, weights)
    scores["preferred"] = table.shares({name: one.preferred for name, one in found.items()})
    scores["margin"] = table.means({name: one.margins for name, one in found.items()}, weights)
    return {
        "version": 1,
        "task": "preference",
        "n": total,
        "metrics": table.table(about.PREFERENCE, scores, "preferred"),
        "headline": "preferred",
        "verdict": _verdict(base, tuned, scores["preferred"], names["base"]),
        "contestants": {name: judged.contestant.as_dict(names[name]) for name, judged in found.items()},
        "per_label": {},
        "confusion": None,
    }


def _verdict(base: Judged, tuned: Judged, scored: Scored, started: str) -> dict[str, Any]:
    interval, total = scored.interval, len(base.margins)
    outcome = compare.result(interval, "higher", scored.p_value)
    return {
        "result": outcome,
        "sentence": compare.preference_sentence(
            outcome, int(base.preferred.sum()), int(tuned.preferred.sum()), total, interval, started
        ),
        "detectable": compare.smallest_detectable_share(total),
        "detectable_unit": "share",
        "p_value": scored.p_value,
        "test": "exact McNemar test",
        "gained": int((tuned.preferred & ~base.preferred).sum()),
        "lost": int((base.preferred & ~tuned.preferred).sum()),
    }


def _notes(started: str | None, found: dict[str, Judged], test: int, pairs: int, drawn: int, total: int) -> list[str]:
    cut = sum(not answer.finished for answer in found["tuned"].contestant.answers)
    notes = {
        f"Base stands here for {started}, not for the base model.": started is not None,
        "An answer's log-probability is the sum over its tokens and its end, not divided by their number: it is what the training moves. "
        "Of two answers that are equally likely word by word, the shorter one counts as preferred.": True,
        "The loss is that of the better answers alone. It may rise while they are preferred more often: the training widens the distance "
        "between the two answers, and often makes both less likely.": True,
        compare.noticed(total, "pairs"): True,
        f"{total} test pairs are a small test set: the intervals are wide.": total < compare.SMALL,
        f"{test - pairs} of {test} test examples have no single worse answer and were left out.": pairs < test,
        f"{drawn} of {pairs} test pairs were used (Limit).": drawn < pairs,
        f"{drawn - total} of {drawn} test pairs are longer than the model's context and were left out.": total < drawn,
        f"{cut} of {total} answers of the tuned model were cut off at the longest answer.": cut > 0,
    }
    return [note for note, holds in notes.items() if holds]


def _rows(examples: list[Example], found: dict[str, Judged]) -> list[dict[str, Any]]:
    """The answers side by side; see `rows.read_answers`. Correct is where the better answer is preferred."""
    table = []
    for i, example in enumerate(examples):
        row: dict[str, Any] = {"row": example.row, "part": example.part, "prompt": example.question}
        row |= {"expected": example.answer, "rejected": example.rejected[-1].text}
        row |= dict.fromkeys(f"few_shot{ending}" for ending in ("", "_written", "_correct", "_loss", "_finished"))
        for name, judged in found.items():
            contestant = judged.contestant
            answer = contestant.answers[i]
            row |= {
                name: answer.text,
                f"{name}_written": answer.text,
                f"{name}_correct": bool(judged.preferred[i]),
                f"{name}_loss": float(contestant.losses[i] / contestant.tokens[i]),
                f"{name}_finished": answer.finished,
                f"{name}_margin": float(judged.margins[i]),
            }
        table.append(row)
    return table
