"""Evaluate a run: base model, base model with examples in its prompt, tuned model, on the frozen test split."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals import (
    about,
    answers,
    beyond,
    classification,
    compare,
    free_text,
    keep,
    metrics,
    preferences,
    rows,
    rules,
    shots,
    table,
    texts,
)
from ft_core.evals.about import MetricInfo
from ft_core.evals.answers import Contestant
from ft_core.evals.errors.analyse import analyse
from ft_core.evals.shots import Tried
from ft_core.evals.table import Scored
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.evaluation import RuleSpec
from ft_core.settings.example import Example
from ft_core.settings.methods import WHOLE_MODEL, in_four_bits
from ft_core.settings.train import TrainSpec

_NAMES = {
    "base": "the base model",
    "few_shot": "the base model with examples in the prompt",
    "tuned": "the tuned model",
}


def evaluate(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Score the run, write evaluation/answers.jsonl and evaluation/report.json, and return the report.

    Two evaluations of one run give the same report but for `seconds` and `tokens_per_second`. `token` is for gated Hub models. Raises FTError
    `evaluation.no_adapter` or `evaluation.too_few`, every FTError of loading model and data, and `generate.Stopped`.
    """
    began, weights = time.monotonic(), keep.measured(run)
    spec, asked = run.spec(), run.evaluation_spec()
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
    examples = answers.subset(test, asked.limit, stratified=bool(labels))
    answers.require_two(
        examples, "Raise the Test share of the data, or the Limit of the evaluation, in the project file."
    )
    progress(0, 6 * len(examples), "loading the model")
    modeling.set_threads(spec.training.threads)
    pair = modeling.load_run_model(run, token)
    wanted_questions = beyond.questions(run, pair, token)
    most = answers.longest_answer(pair.tokenizer, labels, asked.max_new_tokens)
    context = generate.context_length(pair.tuned)
    drawn, examples = len(examples), answers.fitting(pair.tokenizer, examples, context, most)
    answers.require_two(examples, f"Shorten the examples: this base model reads {context:,} tokens, answer included.")
    held = answers.subset(dataset.examples("validation"), shots.TRIED_ON, stratified=bool(labels))
    held = answers.fitting(pair.tokenizer, held, context, most)
    wanted = shots.candidates(dataset.examples("train"), labels, asked.few_shot)
    fitted = [shots.fitting_shots(pair.tokenizer, one, [*examples, *held], context - most) for one in wanted]
    progress(0, 6 * len(examples), "choosing the examples for the prompt")
    tried = _tried(run, pair, shots.different(fitted), held, labels)
    shown = tried[0].shots if tried else []
    found = _contest(run, pair, examples, labels, shown, most, progress)
    side_by_side = _rows(examples, labels, found)
    report = _report(dataset.task, examples, labels, found, _own(asked.rules, side_by_side))
    report |= {
        "few_shot_examples": len(shown),
        "few_shot_rows": [shot.row for shot in shown],
        "few_shot_tried": [one.as_dict() for one in tried],
        "decoding": f"greedy, at most {most} new tokens",
        "seed": compare.SEED,
        "dataset": dataset.id,
        "notes": [
            *([] if pair.labels else [_precision(spec.training)]),
            *(classification.notes(examples, labels, found["base"], found["tuned"]) if labels else free_text.notes()),
            *_notes(len(examples), len(test), drawn, found["tuned"], sum(map(len, wanted)) - sum(map(len, fitted))),
        ],
    }
    report["errors"] = _flagged(
        analyse(side_by_side, [one.answer for one in dataset.examples("train")], labels), side_by_side
    )
    report |= beyond.sections(run, pair, dataset, examples, 2 * len(found) * len(examples), progress, wanted_questions)
    return keep.keep(run, report, side_by_side, weights, began)


def _tried(
    run: Run, pair: modeling.Pair, candidates: Sequence[list[Example]], held: Sequence[Example], labels: Sequence[str]
) -> list[Tried]:
    """The candidates for the prompt, best first; untried where there is no choice, or nothing but the test split to choose on."""
    if len(candidates) < 2 or not held:
        return [Tried(one, None) for one in candidates[:1]]
    with pair.base() as model:
        return shots.best(model, pair.tokenizer, candidates, held, labels, lambda: run.stop_requested() is not None)


def _contest(
    run: Run,
    pair: modeling.Pair,
    examples: list[Example],
    labels: list[str],
    shown: list[Example],
    most: int,
    progress: Progress,
) -> dict[str, Contestant]:
    """Let each contestant answer all examples."""
    found: dict[str, Contestant] = {}
    playing = [name for name in _NAMES if name != "few_shot" or shown]

    def asked_to_stop() -> bool:
        return run.stop_requested() is not None

    for turn, name in enumerate(playing):

        def advance(
            done: int, before: int = turn * 2 * len(examples), message: str = f"answers of {_NAMES[name]}"
        ) -> None:
            progress(before + done, len(playing) * 2 * len(examples), message)

        advance(0)
        if name == "tuned" and pair.labels:
            found[name] = answers.choose(pair, examples, labels, advance, asked_to_stop)
            continue
        before = shown if name == "few_shot" else []
        with nullcontext(pair.tuned) if name == "tuned" else pair.base() as model:
            found[name] = answers.ask(model, pair.tokenizer, examples, labels, before, most, advance, asked_to_stop)
    return found


def _flagged(errors: dict[str, Any], side_by_side: list[rows.Row]) -> dict[str, Any]:
    """What is wrong with each answer goes into its row, as `<who>_errors`; what is counted stays for the report."""
    for row, flags in zip(side_by_side, errors.pop("flags"), strict=True):
        row |= {f"{who}_errors": flags["found"].get(who, {}) for who in _NAMES}
    return errors


def _own(asked: Sequence[RuleSpec], side_by_side: list[rows.Row]) -> dict[str, tuple[MetricInfo, Scored]]:
    """The person's own rules as scores, by "rule: name"."""
    return {
        f"rule: {rule.name}": (
            MetricInfo(title=rule.name, meaning=rules.said(rule)),
            rules.scored(rule, side_by_side),
        )
        for rule in asked
    }


def _report(
    task: str,
    examples: list[Example],
    labels: list[str],
    found: dict[str, Contestant],
    own: dict[str, tuple[MetricInfo, Scored]],
) -> dict[str, Any]:
    tuned = found["tuned"]
    weights = compare.resampled(len(examples))
    sums, tokens = {name: one.losses for name, one in found.items()}, {name: one.tokens for name, one in found.items()}
    scores, draws = table.losses(sums, tokens, weights)
    if labels:
        infos, headline = about.CLASSIFICATION if tuned.writes else about.HEAD, classification.HEADLINE
        scores |= classification.scored(examples, labels, found, weights)
        verdict = classification.verdict(examples, labels, found, scores)
    else:
        infos, headline = about.TEXT, free_text.HEADLINE
        scores |= free_text.scored(examples, found, weights)
        verdict = free_text.verdict(found["base"], tuned, scores["loss"], draws)
    infos = infos | {name: info for name, (info, _) in own.items()}
    scores |= {name: one for name, (_, one) in own.items()}
    report: dict[str, Any] = {
        "version": 1,
        "task": task,
        "n": len(examples),
        "metrics": table.table(infos, scores, headline),
        "headline": headline,
        "verdict": verdict,
        "contestants": {name: one.as_dict(_NAMES[name]) for name, one in found.items()},
        "per_label": {},
        "confusion": None,
    }
    return report | (classification.by_label(examples, labels, found) if labels else {})


def _precision(training: TrainSpec) -> str:
    if training.method in WHOLE_MODEL:
        return "The tuned model and its base are two whole models, both in full precision."
    if in_four_bits(training.method, training.four_bit):
        return "The base model is the same 4-bit model with the adapter switched off, so 4-bit rounding counts for neither side."
    return "The base model is the same model in full precision with the adapter switched off."


def _notes(total: int, available: int, drawn: int, tuned: Contestant, dropped_shots: int) -> list[str]:
    cut = sum(not answer.finished for answer in tuned.answers)
    notes = {
        f"{total} test examples are a small test set: the intervals are wide.": total < compare.SMALL,
        f"{drawn} of {available} test examples were used (Limit).": drawn < available,
        f"{drawn - total} of {drawn} test examples are longer than the model's context and were left out.": total
        < drawn,
        f"{dropped_shots} of the examples for the prompt did not fit into the model's context and were left out.": dropped_shots
        > 0,
        f"{cut} of {total} answers of the tuned model were cut off at the longest answer.": cut > 0,
    }
    return [note for note, holds in notes.items() if holds]


def _rows(examples: list[Example], labels: list[str], found: dict[str, Contestant]) -> list[dict[str, Any]]:
    """The answers side by side; see `rows.read_answers`."""
    side_by_side: list[dict[str, Any]] = [
        {
            "row": example.row,
            "part": example.part,
            "prompt": example.question,
            "expected": example.answer,
            "expected_tokens": int(tokens),
        }
        for example, tokens in zip(examples, found["tuned"].tokens, strict=True)
    ]
    for name in _NAMES:
        for i, row in enumerate(side_by_side):
            row |= _cells(name, found.get(name), i, row["expected"], labels)
    return side_by_side


def _cells(name: str, contestant: Contestant | None, i: int, expected: str, labels: list[str]) -> dict[str, Any]:
    if contestant is None:
        return dict.fromkeys((name, f"{name}_written", f"{name}_correct", f"{name}_loss", f"{name}_finished"))
    answer = contestant.answers[i]
    scored = labels[int(classification.likeliest(contestant)[i])] if labels else answer.text
    return {
        name: scored,
        f"{name}_written": answer.text,
        f"{name}_correct": scored == expected if labels else bool(metrics.exact_match(answer.text, expected)),
        f"{name}_loss": float(contestant.losses[i] / contestant.tokens[i]),
        f"{name}_finished": answer.finished,
    }
