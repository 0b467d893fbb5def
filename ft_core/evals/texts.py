"""Evaluate a run that continues texts: how well the base and the tuned model foretell texts that neither was trained on."""

import time
from contextlib import nullcontext
from typing import Any

import numpy

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.evals import about, answers, beyond, compare, free_text, keep, table
from ft_core.jobs import Progress
from ft_core.prompts import text_ids
from ft_core.run import Run

_NAMES = {"base": "the base model", "tuned": "the tuned model"}


def evaluate(run: Run, dataset: Dataset, progress: Progress, token: str | None) -> dict[str, Any]:
    """The report of `report.evaluate` for plain texts: loss and perplexity alone, no written answers. Raises as that does."""
    began, weights = time.monotonic(), keep.measured(run)
    spec, asked = run.spec(), run.evaluation_spec()
    test = dataset.examples("test")
    examples = answers.subset(test, asked.limit, stratified=False)
    progress(0, 2 * len(examples), "loading the model")
    modeling.set_threads(spec.training.threads)
    pair = modeling.load_run_model(run, token)
    wanted_questions = beyond.questions(run, pair, token)
    drawn = len(examples)
    examples = [example for example in examples if len(text_ids(pair.tokenizer, example.answer)) > 1]
    answers.require_two(
        examples, "Raise the Test share of the data, or the Limit of the evaluation, in the project file."
    )
    longest = min(spec.training.max_length, generate.context_length(pair.tuned))
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
                longest,
                on_progress=advance,
                should_stop=lambda: run.stop_requested() is not None,
            )
        losses[name] = numpy.array([total for total, _ in found])
        tokens = numpy.array([count for _, count in found])
    report = _report(losses["base"], losses["tuned"], tokens)
    report |= {"dataset": dataset.id, "notes": _notes(len(examples), drawn, len(test), longest)}
    report |= beyond.sections(run, pair, dataset, examples, 2 * len(examples), progress, wanted_questions)
    return keep.keep(run, report, [], weights, began)


def _report(base: numpy.ndarray, tuned: numpy.ndarray, tokens: numpy.ndarray) -> dict[str, Any]:
    """`base` and `tuned` are the summed losses of each text in nats, `tokens` how many they are of: float64 and int64 [texts]."""
    total = len(tokens)
    weights = compare.resampled(total)
    scores, draws = table.losses({"base": base, "tuned": tuned}, tokens, weights)
    interval, values = scores["loss"].interval, scores["loss"].values
    outcome = compare.result(interval, "lower", scores["loss"].p_value)
    sentence = compare.loss_sentence(outcome, values["base"], values["tuned"], total, interval, "the texts")
    return {
        "version": 1,
        "task": "text",
        "n": total,
        "metrics": table.table(about.PLAIN_TEXT, scores, "loss"),
        "headline": "loss",
        "verdict": {"result": outcome, "sentence": sentence, **free_text.signs(base / tokens, tuned / tokens, draws)},
        "contestants": {
            name: {
                "title": title,
                "loss": values[name],
                "perplexity": scores["perplexity"].values[name],
                "tokens": int(tokens.sum()),
                "words": None,
                "cut_off": 0,
                "tokens_per_second": None,
                "latency": None,
            }
            for name, title in _NAMES.items()
        },
        "per_label": {},
        "confusion": None,
        "few_shot_examples": 0,
        "few_shot_rows": [],
        "few_shot_tried": [],
        "decoding": "none are written, the texts themselves are scored",
        "seed": compare.SEED,
    }


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
