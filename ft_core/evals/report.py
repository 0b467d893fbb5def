"""Evaluate a run: base model, base model with examples in its prompt, tuned model, on the frozen test split."""

import math
import time
from collections import Counter
from contextlib import nullcontext
from typing import Any

import numpy
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals import answers, compare, metrics, preferences, rows, texts
from ft_core.evals.answers import Contestant
from ft_core.evals.compare import Interval
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example
from ft_core.settings.methods import WHOLE_MODEL, in_four_bits
from ft_core.settings.train import TrainSpec

_NAMES = {
    "base": "the base model",
    "few_shot": "the base model with examples in the prompt",
    "tuned": "the tuned model",
}
Contestants = dict[str, Contestant | None]
_USABLE = 90  # percent of written answers that are labels, below which a classifier is of no use by itself
_HEAD_NOTE = (
    "The tuned model writes nothing: the layer on top of it chooses the label, so the loss of written answers and what else needs "
    "them are not measured. The base model has no such layer, and is asked by the likelihood of its answers."
)
Scores = dict[str, dict[str, float]]


def evaluate(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Score the run, write evaluation/answers.jsonl and evaluation/report.json, and return the report.

    Two evaluations of one run give the same report but for `seconds` and `tokens_per_second`. `token` is for gated Hub models. Raises FTError
    `evaluation.no_adapter` or `evaluation.too_few`, every FTError of loading model and data, and `generate.Stopped`.
    """
    began = time.monotonic()
    spec = run.spec()
    if not run.is_trained:
        raise FTError(
            "evaluation.no_adapter",
            "There is nothing to evaluate yet.",
            "The run has no trained model.",
            "Start the training first.",
        )
    if spec.task == "preference":
        return preferences.evaluate(run, progress, token)
    dataset = Dataset.open(run.folder / run.data()["folder"])
    if dataset.task == "text":
        return texts.evaluate(run, dataset, progress, token)
    labels = list(dataset.labels)
    test = dataset.examples("test")
    examples = answers.subset(test, spec.evaluation.limit, stratified=bool(labels))
    answers.require_two(
        examples, "Raise the Test share of the data, or the Limit of the evaluation, in the project file."
    )
    progress(0, 6 * len(examples), "loading the model")
    modeling.set_threads(spec.training.threads)
    pair = modeling.load_run_model(run, token)
    tokenizer = pair.tokenizer
    most = answers.longest_answer(tokenizer, labels, spec.evaluation.max_new_tokens)
    wanted = answers.choose_shots(dataset.examples("train"), labels, spec.evaluation.few_shot)
    context = generate.context_length(pair.tuned)
    drawn, examples = len(examples), answers.fitting(tokenizer, examples, context, most)
    answers.require_two(examples, f"Shorten the examples: this base model reads {context:,} tokens, answer included.")
    shots = answers.fitting_shots(tokenizer, wanted, examples, context - most)
    found: Contestants = {}
    playing = [name for name in _NAMES if name != "few_shot" or shots]
    for turn, name in enumerate(playing):

        def advance(
            done: int, before: int = turn * 2 * len(examples), message: str = f"answers of {_NAMES[name]}"
        ) -> None:
            progress(before + done, len(playing) * 2 * len(examples), message)

        advance(0)
        if name == "tuned" and pair.labels:
            found[name] = answers.choose(pair, examples, labels, advance, lambda: run.stop_requested() is not None)
            continue
        with nullcontext(pair.tuned) if name == "tuned" else pair.base() as model:
            found[name] = answers.ask(
                model,
                tokenizer,
                examples,
                labels,
                shots if name == "few_shot" else [],
                most,
                advance,
                lambda: run.stop_requested() is not None,
            )
    found.setdefault("few_shot", None)
    table = _rows(examples, labels, found)
    report = _report(dataset.task, examples, labels, found)
    report |= {
        "few_shot_examples": len(shots),
        "few_shot_rows": [shot.row for shot in shots],
        "decoding": f"greedy, at most {most} new tokens",
        "seed": compare.SEED,
        "dataset": dataset.id,
        "notes": [
            *([] if pair.labels else [_precision(spec.training)]),
            *_notes(examples, len(test), drawn, labels, found, len(wanted) - len(shots)),
        ],
    }
    report["seconds"] = round(time.monotonic() - began, 1)
    rows.write_answers(run, table)
    run.write_report(report)
    return report


def _report(task: str, examples: list[Example], labels: list[str], found: Contestants) -> dict[str, Any]:
    base, few_shot, tuned = _required(found, "base"), found["few_shot"], _required(found, "tuned")
    infos = (metrics.CLASSIFICATION if tuned.writes else metrics.HEAD) if labels else metrics.TEXT
    scores = {name: _scores(contestant, examples, labels) for name, contestant in found.items() if contestant}
    weights = compare.resampled(len(examples))
    draws = _loss_draws(weights, base, tuned)
    intervals = (
        _label_intervals(weights, examples, labels, found, scores)
        if labels
        else _text_intervals(weights, examples, found, scores)
    )
    for name in ("loss", "perplexity"):
        intervals[name] = compare.bootstrapped(scores["tuned"][name] - scores["base"][name], draws[name], len(examples))
    headline = "accuracy" if labels else "loss"
    report: dict[str, Any] = {
        "version": 1,
        "task": task,
        "n": len(examples),
        "metrics": {
            name: info.model_dump()
            | {
                "base": scores["base"][name],
                "few_shot": scores["few_shot"][name] if few_shot else None,
                "tuned": scores["tuned"][name],
            }
            | {"difference": intervals[name].difference, "low": intervals[name].low, "high": intervals[name].high}
            for name, info in infos.items()
        },
        "headline": headline,
        "verdict": _verdict(headline, examples, labels, found, scores, intervals[headline], draws["loss"]),
        "contestants": {
            name: {
                "title": _NAMES[name],
                "loss": scores[name]["loss"] if contestant.writes else None,
                "perplexity": scores[name]["perplexity"] if contestant.writes else None,
                "tokens": sum(answer.tokens for answer in contestant.answers),
                "cut_off": sum(not answer.finished for answer in contestant.answers),
                "tokens_per_second": round(contestant.tokens_per_second, 1) if contestant.writes else None,
            }
            for name, contestant in found.items()
            if contestant
        },
        "per_label": {},
        "confusion": None,
    }
    if labels:
        report["per_label"] = _per_label(examples, labels, base, tuned)
        report["confusion"] = {
            "labels": labels,
            "base": confusion_matrix(_expected(examples, labels), _likeliest(base), labels=range(len(labels))).tolist(),
            "tuned": confusion_matrix(
                _expected(examples, labels), _likeliest(tuned), labels=range(len(labels))
            ).tolist(),
        }
    return report


# Scores of one contestant.


def _scores(contestant: Contestant, examples: list[Example], labels: list[str]) -> dict[str, float]:
    written = [answer.text for answer in contestant.answers]
    if labels:
        found = metrics.label_scores(
            _likeliest(contestant).tolist(), _written(contestant, labels).tolist(), _expected(examples, labels).tolist()
        )
    else:
        found = metrics.text_scores(written, [example.answer for example in examples])
    return found | {"loss": contestant.loss, "perplexity": _perplexity(contestant.loss)}


def _perplexity(loss: float) -> float:
    return math.exp(min(loss, 100.0))  # JSON knows no infinity


def _likeliest(contestant: Contestant) -> numpy.ndarray:
    assert contestant.likelihoods is not None
    return contestant.likelihoods.argmax(1)


def _written(contestant: Contestant, labels: list[str]) -> numpy.ndarray:
    return numpy.array([metrics.written_label(answer.text, labels) for answer in contestant.answers])


def _expected(examples: list[Example], labels: list[str]) -> numpy.ndarray:
    return numpy.array([labels.index(example.answer) for example in examples])


def _required(found: Contestants, name: str) -> Contestant:
    contestant = found[name]
    assert contestant is not None
    return contestant


# Differences, tuned - base.


def _loss_draws(weights: numpy.ndarray, base: Contestant, tuned: Contestant) -> dict[str, numpy.ndarray]:
    before = compare.ratio_draws(weights, base.losses, base.tokens)
    after = compare.ratio_draws(weights, tuned.losses, tuned.tokens)
    return {
        "loss": after - before,
        "perplexity": numpy.exp(numpy.minimum(after, 100.0)) - numpy.exp(numpy.minimum(before, 100.0)),
    }


def _label_intervals(
    weights: numpy.ndarray, examples: list[Example], labels: list[str], found: Contestants, scores: Scores
) -> dict[str, Interval]:
    base, tuned, expected = _required(found, "base"), _required(found, "tuned"), _expected(examples, labels)
    written_base, written_tuned = _written(base, labels), _written(tuned, labels)
    intervals = {
        "accuracy": compare.paired_shares(_likeliest(base) == expected, _likeliest(tuned) == expected),
        "accuracy_written": compare.paired_shares(written_base == expected, written_tuned == expected),
        "label_validity": compare.paired_shares(written_base != metrics.NO_LABEL, written_tuned != metrics.NO_LABEL),
    }
    before, after = (compare.macro_draws(weights, _likeliest(contestant), expected) for contestant in (base, tuned))
    for name in before:
        intervals[name] = compare.bootstrapped(
            scores["tuned"][name] - scores["base"][name], after[name] - before[name], len(examples)
        )
    return intervals


def _text_intervals(
    weights: numpy.ndarray, examples: list[Example], found: Contestants, scores: Scores
) -> dict[str, Interval]:
    def each(name: str, score: Any) -> numpy.ndarray:
        pairs = zip(_required(found, name).answers, examples, strict=True)
        return numpy.array([score(answer.text, example.answer) for answer, example in pairs])

    draws = compare.mean_draws(weights, each("tuned", metrics.token_f1) - each("base", metrics.token_f1))
    return {
        "exact_match": compare.paired_shares(
            each("base", metrics.exact_match) == 1, each("tuned", metrics.exact_match) == 1
        ),
        "token_f1": compare.bootstrapped(
            scores["tuned"]["token_f1"] - scores["base"]["token_f1"], draws, len(examples)
        ),
    }


# What follows.


def _verdict(
    headline: str,
    examples: list[Example],
    labels: list[str],
    found: Contestants,
    scores: Scores,
    interval: Interval,
    loss_draws: numpy.ndarray,
) -> dict[str, Any]:
    base, tuned, total = _required(found, "base"), _required(found, "tuned"), len(examples)
    if labels:
        expected = _expected(examples, labels)
        right = {name: _likeliest(contestant) == expected for name, contestant in found.items() if contestant}
        outcome = compare.result(interval, "higher")
        sentence = compare.accuracy_sentence(
            outcome, int(right["base"].sum()), int(right["tuned"].sum()), total, interval
        )
        gained, lost = int((right["tuned"] & ~right["base"]).sum()), int((right["base"] & ~right["tuned"]).sum())
        detectable, unit, test = compare.smallest_detectable_share(total), "share", "exact McNemar test"
    else:
        outcome = compare.result(interval, "lower")
        sentence = compare.loss_sentence(outcome, base.loss, tuned.loss, total, interval)
        change = tuned.losses / tuned.tokens - base.losses / base.tokens
        gained, lost = int((change < 0).sum()), int((change > 0).sum())
        detectable, unit, test = compare.smallest_detectable(loss_draws), "nats per token", "exact sign test"
    few_shot = scores.get("few_shot")
    if few_shot and (
        few_shot[headline] >= scores["tuned"][headline] if labels else few_shot[headline] <= scores["tuned"][headline]
    ):
        value = (
            f"it labels {100 * few_shot[headline]:.0f} % right" if labels else f"its loss is {few_shot[headline]:.2f}"
        )
        sentence += f" The base model with examples in its prompt does at least as well as the tuned model: {value}."
    return {
        "result": outcome,
        "sentence": sentence,
        "detectable": detectable,
        "detectable_unit": unit,
        "p_value": compare.exact_sign_test(gained, lost),
        "test": test,
        "gained": gained,
        "lost": lost,
    }


def _per_label(examples: list[Example], labels: list[str], base: Contestant, tuned: Contestant) -> dict[str, Any]:
    """{label: {"support", "base": {precision, recall, f1}, "tuned": {...}}}"""
    found: dict[str, Any] = {
        label: {"support": sum(example.answer == label for example in examples)} for label in labels
    }
    for name, contestant in (("base", base), ("tuned", tuned)):
        values: Any = precision_recall_fscore_support(
            _expected(examples, labels),
            _likeliest(contestant),
            labels=range(len(labels)),
            zero_division=0,  # pyright: ignore[reportArgumentType]
        )
        for label, precision, recall, f1 in zip(labels, *values[:3], strict=True):
            found[label][name] = {"precision": float(precision), "recall": float(recall), "f1": float(f1)}
    return found


def _precision(training: TrainSpec) -> str:
    if training.method in WHOLE_MODEL:
        return "The tuned model and its base are two whole models, both in full precision."
    if in_four_bits(training.method, training.four_bit):
        return "The base model is the same 4-bit model with the adapter switched off, so 4-bit rounding counts for neither side."
    return "The base model is the same model in full precision with the adapter switched off."


def _notes(
    examples: list[Example], available: int, drawn: int, labels: list[str], found: Contestants, dropped_shots: int
) -> list[str]:
    total = len(examples)
    tuned = _required(found, "tuned")
    notes = []
    if labels:
        label, count = Counter(example.answer for example in examples).most_common(1)[0]
        notes += [
            "The answer of a model that writes is the label that it finds likelier than all others (by the log-probability of the label and the end of the "
            "answer, not divided by length). What it writes by itself can be another text, and is scored apart.",
            f"Always answering {label!r} would be right for {100 * count / total:.0f} % of these examples.",
            _by_itself(_written(tuned, labels)) if tuned.writes else _HEAD_NOTE,
            f"With {total} examples, a difference under {100 * compare.smallest_detectable_share(total):.0f} points is likely to stay unseen "
            "(80 % power, one answer in five changing sides).",
        ]
    else:
        notes.append(
            "The verdict rests on the loss of the right answers: the other scores do not know a good answer in other words."
        )
    if total < compare.SMALL:
        notes.append(f"{total} test examples are a small test set: the intervals are wide.")
    if drawn < available:
        notes.append(f"{drawn} of {available} test examples were used (Limit).")
    if total < drawn:
        notes.append(f"{drawn - total} of {drawn} test examples are longer than the model's context and were left out.")
    if dropped_shots:
        notes.append(
            f"{dropped_shots} of the examples for the prompt did not fit into the model's context and were left out."
        )
    cut = sum(not answer.finished for answer in tuned.answers)
    if cut:
        notes.append(f"{cut} of {total} answers of the tuned model were cut off at the longest answer.")
    return notes


def _by_itself(written: numpy.ndarray) -> str:
    """How often the tuned model writes a label when nobody offers it any: what people meet in use."""
    share = 100 * float((written != metrics.NO_LABEL).mean())
    advice = "" if share >= _USABLE else " Train longer before you use it: more epochs, or more examples."
    return f"Writing by itself, the tuned model answered with a label in {share:.0f} % of these examples.{advice}"


def _rows(examples: list[Example], labels: list[str], found: Contestants) -> list[dict[str, Any]]:
    """The answers side by side; see `rows.read_answers`."""
    table: list[dict[str, Any]] = [
        {"row": example.row, "part": example.part, "prompt": example.question, "expected": example.answer}
        for example in examples
    ]
    for name, contestant in found.items():
        for i, row in enumerate(table):
            row |= _cells(name, contestant, i, row["expected"], labels)
    return table


def _cells(name: str, contestant: Contestant | None, i: int, expected: str, labels: list[str]) -> dict[str, Any]:
    if contestant is None:
        return dict.fromkeys((name, f"{name}_written", f"{name}_correct", f"{name}_loss", f"{name}_finished"))
    answer = contestant.answers[i]
    scored = labels[int(_likeliest(contestant)[i])] if labels else answer.text
    return {
        name: scored,
        f"{name}_written": answer.text,
        f"{name}_correct": scored == expected if labels else bool(metrics.exact_match(answer.text, expected)),
        f"{name}_loss": float(contestant.losses[i] / contestant.tokens[i]),
        f"{name}_finished": answer.finished,
    }
