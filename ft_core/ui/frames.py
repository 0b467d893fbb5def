"""What a run and its report hold, as the tables and charts the page shows: pandas frames, at most 500 points per chart."""

from collections.abc import Sequence
from typing import Any

import pandas

from ft_core.data.lengths import Bar

POINTS = 500
LABELS = 60  # bars whose names can be read

CONTESTANTS = {"base": "Base model", "few_shot": "Base model with examples", "tuned": "Tuned model"}


def samples(rows: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """Sample answers: one row a prompt, what was expected, the base model's answer beside the newest one."""
    prompts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        prompts.setdefault(row["prompt"], []).append(row)
    newest = max((row["step"] for row in rows), default=0)
    table = []
    for prompt, answers in prompts.items():
        base = next((row["answer"] for row in answers if row["step"] == 0), "")
        now = answers[-1]["answer"] if answers[-1]["step"] > 0 else "not yet"
        table.append([prompt, answers[0]["expected"], base, now])
    return pandas.DataFrame(
        table, columns=["Prompt", "Expected", "Base model (step 0)", f"Now (step {newest:,})" if newest else "Now"]
    )


def samples_over_time(rows: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """Every sample answer of every evaluation, newest first."""
    table = [
        [row["step"], row["prompt"], row["expected"], row["answer"]]
        for row in sorted(rows, key=lambda row: -row["step"])
    ]
    return pandas.DataFrame(table, columns=["Step", "Prompt", "Expected", "Answer"])


def label_counts(report: dict[str, Any]) -> pandas.DataFrame:
    """Examples per label and split of a dataset report: columns label, examples, split; labels in order of size, at most LABELS of them."""
    rows = [
        (label, split_counts.get(label, 0), split)
        for split, split_counts in report["label_counts"].items()
        for label in both_ends(report["labels"])
    ]
    return pandas.DataFrame(rows, columns=["label", "examples", "split"])


def label_sizes(counts: dict[str, int]) -> pandas.DataFrame:
    """Examples per label of all splits together: columns label, examples; in the order of `counts`, at most LABELS of them."""
    return pandas.DataFrame(
        [(label, counts[label]) for label in both_ends(list(counts))], columns=["label", "examples"]
    )


def both_ends(labels: Sequence[str]) -> list[str]:
    """At most LABELS of the labels, given in order of size: the most frequent and the rarest ones."""
    half = LABELS // 2
    return list(labels) if len(labels) <= LABELS else [*labels[:half], *labels[-half:]]


def lengths(bars: Sequence[Bar], last_is_open: bool = False) -> pandas.DataFrame:
    """Examples per stretch of token lengths: columns tokens, examples, part ("fits" or "cut"). `tokens` is where a stretch ends, as text.

    `last_is_open`: the last bar holds longer ones too.
    """
    rows = []
    for bar in bars:
        # The chart sorts bars by their text, hence the spaces, which do not show: told another order together with new values, Gradio
        # 6.31 draws the old values. Both parts are always there, because it knows only the colours of the first values it got.
        name = "more" if last_is_open and bar is bars[-1] else f"{bar.end:>9,}"
        rows += [(name, bar.count - bar.cut, "fits"), (name, bar.cut, "cut")]
    return pandas.DataFrame(rows, columns=["tokens", "examples", "part"])


def topics(found: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """Groups of alike prompts, largest first."""
    table = [[row["rows"], f"{row['share']:.0%}", ", ".join(row["words"])] for row in found]
    return pandas.DataFrame(table, columns=["Prompts", "Share", "Words that tell them apart"])


def strange(rows: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """The strangest rows, each with the reasons."""
    table = [[row["row"], row["text"], row["answer"], " ".join(row["reasons"]).replace("`", "")] for row in rows]
    return pandas.DataFrame(table, columns=["Row", "Text", "Answer", "Why it is strange"])


def steps(done: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """What was found in the data and done about it, in rows, one line for each step that found something."""
    counted = [
        (row["title"], row.get("found", row["changed"] + row["removed"]), row["changed"], row["removed"])
        for row in done
    ]
    table = [row for row in counted if row[1]]
    return pandas.DataFrame(table, columns=["What", "Rows found", "Rows changed", "Rows removed"])


def step_samples(done: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """Texts before and after every step that changed or removed rows."""
    table = [
        [row["title"], *pair] for row in done if row["changed"] or row["removed"] for pair in row.get("samples", [])
    ]
    return pandas.DataFrame(table, columns=["What", "Before", "After"])


def problems(found: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """Problems of a file: what, how many rows, which, why it matters, and what is or should be done."""
    table = [
        [
            row["title"],
            row["count"],
            row_numbers(row["rows"], row["count"]),
            row["why"].replace("`", ""),
            row["fix"].replace("`", ""),
        ]
        for row in found
    ]
    return pandas.DataFrame(
        table, columns=["Problem", "Rows affected", "Row numbers", "Why it matters", "What is or should be done"]
    )


def before_after(samples: Sequence[Sequence[str]]) -> pandas.DataFrame:
    """Texts before and after a treatment."""
    return pandas.DataFrame([list(pair) for pair in samples], columns=["Before", "After"])


def metrics(report: dict[str, Any], number: Any) -> pandas.DataFrame:
    """The metrics of an evaluation: one row each, `number` writes a value."""
    table = []
    for name, row in metrics_in_order(report):
        sign = "+" if (row["difference"] or 0) > 0 else ""
        interval = "–" if row.get("low") is None else f"{number(row['low'])} to {number(row['high'])}"
        better = "higher is better" if row["better"] == "higher" else "lower is better"
        title = f"{row['title']}{' (decides)' if name == report['headline'] else ''}"
        table.append(
            [
                title,
                number(row["base"]),
                number(row["few_shot"]),
                number(row["tuned"]),
                f"{sign}{number(row['difference'])}",
                interval,
                row.get("result", "–"),
                f"{row['meaning']} {better.capitalize()}.",
            ]
        )
    columns = ["Metric", *CONTESTANTS.values(), "Difference", "95 % interval", "Tuned model is", "Meaning"]
    return pandas.DataFrame(table, columns=columns)


def metrics_in_order(report: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The metrics, the one that decides first."""
    return sorted(report["metrics"].items(), key=lambda item: item[0] != report["headline"])


def headline(report: dict[str, Any]) -> pandas.DataFrame:
    """The headline metric of the contestants: columns contestant, value."""
    row = report["metrics"][report["headline"]]
    return pandas.DataFrame(
        [(words, row[name]) for name, words in CONTESTANTS.items() if row.get(name) is not None],
        columns=["contestant", "value"],
    )


def per_label(report: dict[str, Any], number: Any) -> pandas.DataFrame:
    """F1 per label of base and tuned model, with precision and recall of the tuned one; `number` writes a value."""
    table = [
        [
            label,
            row["support"],
            number(row["base"]["f1"]),
            number(row["tuned"]["f1"]),
            number(row["tuned"]["precision"]),
            number(row["tuned"]["recall"]),
        ]
        for label, row in report["per_label"].items()
    ]
    return pandas.DataFrame(
        table,
        columns=["Label", "Test examples", "F1, base model", "F1, tuned model", "Precision, tuned", "Recall, tuned"],
    )


def confusion(report: dict[str, Any]) -> pandas.DataFrame:
    """The tuned model's confusion matrix: a row per true label, a column per answer."""
    matrix = report["confusion"]
    table = [[label, *counts] for label, counts in zip(matrix["labels"], matrix["tuned"], strict=True)]
    return pandas.DataFrame(table, columns=["True label ↓  answered as →", *matrix["labels"]])


def mistakes(checks: Sequence[tuple[str, dict[str, Any]]]) -> pandas.DataFrame:
    """How many answers have each mistake; the right answers beside them, for checks are wrong at times."""
    table = [
        [
            one["title"],
            *("–" if one[who] is None else f"{one[who]:,}" for who in (*CONTESTANTS, "expected")),
            one["meaning"],
        ]
        for _, one in checks
    ]
    return pandas.DataFrame(table, columns=["Mistake", *CONTESTANTS.values(), "Right answers", "Meaning"])


def answers_table(rows: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    """Test answers side by side."""
    marks = {True: "✓ ", False: "✗ ", None: ""}
    table = [
        [
            row["row"],
            row["prompt"],
            row["expected"],
            *(
                f"{marks[row.get(f'{name}_correct')]}{row[name]}" if row.get(name) is not None else "–"
                for name in CONTESTANTS
            ),
        ]
        for row in rows
    ]
    return pandas.DataFrame(table, columns=["Row", "Prompt", "Expected", *CONTESTANTS.values()])


def row_numbers(rows: Sequence[int], count: int) -> str:
    """The first of `count` rows, or "the whole file"."""
    if not rows:
        return "the whole file"
    shown = ", ".join(str(row) for row in rows[:8])
    return f"{shown}, …" if count > len(rows[:8]) else shown
