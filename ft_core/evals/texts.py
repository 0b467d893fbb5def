"""Evaluate a run that continues texts: how well the base and the tuned model foretell texts that neither was trained on."""

import math
import time
from contextlib import nullcontext
from typing import Any

import numpy

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.evals import answers, compare, metrics, rows
from ft_core.jobs import Progress
from ft_core.prompts import text_ids
from ft_core.run import Run

_NAMES = {"base": "the base model", "tuned": "the tuned model"}


def evaluate(run: Run, dataset: Dataset, progress: Progress, token: str | None) -> dict[str, Any]:
    """The report of `report.evaluate` for plain texts: loss and perplexity alone, no written answers. Raises as that does."""
    began, spec = time.monotonic(), run.spec()
    test = dataset.examples("test")
    examples = answers.subset(test, spec.evaluation.limit, stratified=False)
    progress(0, 2 * len(examples), "loading the model")
    modeling.set_threads(spec.training.threads)
    pair = modeling.load_run_model(run, token)
    drawn = len(examples)
    examples = [example for example in examples if len(text_ids(pair.tokenizer, example.answer)) > 1]
    answers.require_two(
        examples, "Raise the Test share of the data, or the Limit of the evaluation, in the project file."
    )
    losses, tokens = {}, numpy.empty(0)
    for turn, name in enumerate(_NAMES):

        def advance(
            done: int, total: int, before: int = turn * len(examples), message: str = f"texts read by {_NAMES[name]}"
        ) -> None:
            progress(before + done, 2 * total, message)

        with nullcontext(pair.tuned) if name == "tuned" else pair.base() as model:
            found = generate.text_losses(
                model,
                pair.tokenizer,
                [example.answer for example in examples],
                min(spec.training.max_length, generate.context_length(pair.tuned)),
                on_progress=advance,
                should_stop=lambda: run.stop_requested() is not None,
            )
        losses[name] = numpy.array([total for total, _ in found])
        tokens = numpy.array([count for _, count in found])
    report = _report(losses["base"], losses["tuned"], tokens)
    report |= {"dataset": dataset.id, "notes": _notes(len(examples), drawn, len(test), spec.training.max_length)}
    report["seconds"] = round(time.monotonic() - began, 1)
    rows.write_answers(run, [])
    run.write_report(report)
    return report


def _report(base: numpy.ndarray, tuned: numpy.ndarray, tokens: numpy.ndarray) -> dict[str, Any]:
    """`base` and `tuned` are the summed losses of each text in nats, `tokens` how many they are of: float64 and int64 [texts]."""
    total = len(tokens)
    weights = compare.resampled(total)
    draws = {name: compare.ratio_draws(weights, sums, tokens) for name, sums in (("base", base), ("tuned", tuned))}
    loss = {"base": float(base.sum() / tokens.sum()), "tuned": float(tuned.sum() / tokens.sum())}
    scores = {"loss": loss, "perplexity": {name: _perplexity(value) for name, value in loss.items()}}
    changes = {
        "loss": draws["tuned"] - draws["base"],
        "perplexity": numpy.exp(numpy.minimum(draws["tuned"], 100)) - numpy.exp(numpy.minimum(draws["base"], 100)),
    }
    intervals = {
        name: compare.bootstrapped(values["tuned"] - values["base"], changes[name], total)
        for name, values in scores.items()
    }
    outcome, each = compare.result(intervals["loss"], "lower"), tuned / tokens - base / tokens
    gained, lost = int((each < 0).sum()), int((each > 0).sum())
    return {
        "version": 1,
        "task": "text",
        "n": total,
        "metrics": {
            name: info.model_dump()
            | {"base": scores[name]["base"], "few_shot": None, "tuned": scores[name]["tuned"]}
            | {"difference": intervals[name].difference, "low": intervals[name].low, "high": intervals[name].high}
            for name, info in metrics.PLAIN_TEXT.items()
        },
        "headline": "loss",
        "verdict": {
            "result": outcome,
            "sentence": compare.loss_sentence(
                outcome, loss["base"], loss["tuned"], total, intervals["loss"], "the texts"
            ),
            "detectable": compare.smallest_detectable(changes["loss"]),
            "detectable_unit": "nats per token",
            "p_value": compare.exact_sign_test(gained, lost),
            "test": "exact sign test",
            "gained": gained,
            "lost": lost,
        },
        "contestants": {
            name: {
                "title": title,
                "loss": loss[name],
                "perplexity": scores["perplexity"][name],
                "tokens": int(tokens.sum()),
                "cut_off": 0,
                "tokens_per_second": None,
            }
            for name, title in _NAMES.items()
        },
        "per_label": {},
        "confusion": None,
        "few_shot_examples": 0,
        "few_shot_rows": [],
        "decoding": "none are written, the texts themselves are scored",
        "seed": compare.SEED,
    }


def _perplexity(loss: float) -> float:
    return math.exp(min(loss, 100.0))  # JSON knows no infinity


def _notes(total: int, drawn: int, available: int, max_length: int) -> list[str]:
    notes = [
        "Every token of the texts but the first is scored, and the end of each text. A lower loss says that the model foretells texts "
        "of this kind better; whether what it writes is true or useful, no number here says.",
        f"Long texts are read in pieces of at most {max_length} tokens, as in training.",
    ]
    if total < compare.SMALL:
        notes.append(f"{total} texts are a small test set: the intervals are wide.")
    if drawn < available:
        notes.append(f"{drawn} of {available} texts were used (Limit).")
    if total < drawn:
        notes.append(f"{drawn - total} texts of a single token were left out: nothing in them can be foretold.")
    return notes
