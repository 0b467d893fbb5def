"""A report as pages to read: Markdown, and HTML that prints. Both are made of the same sections. Without torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ft_core import amounts

CONTESTANTS = {"base": "Base", "few_shot": "Base with examples", "tuned": "Tuned"}
_MARKDOWN = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|~"})


@dataclass(frozen=True)
class Table:
    """A heading for each column, and the rows as text; numbers are all columns but the first, or none where all are `texts`."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    caption: str = ""
    texts: bool = False


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs, tables."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def sections(report: dict[str, Any]) -> list[Section]:
    """Everything the report holds, in the order in which one reads it."""
    makers: tuple[Callable[[dict[str, Any]], Iterator[Section]], ...] = (
        _verdict, _scores, _contestants, _labels, _benchmarks, _forgetting, _errors, _judging, _notes,
    )  # fmt: skip
    return [section for maker in makers for section in maker(report)]


def markdown(report: dict[str, Any], name: str) -> str:
    """The report as Markdown; `name` is the run's."""
    return written(f"Evaluation of {name}", sections(report))


def written(title: str, parts: Sequence[Section]) -> str:
    """A page of sections as Markdown."""
    lines = [f"# {_plain(title)}", ""]
    for section in parts:
        lines += [f"## {_plain(section.title)}", ""]
        lines += [line for paragraph in section.paragraphs for line in (_plain(paragraph), "")]
        for table in section.tables:
            if table.caption:
                lines += [f"**{_plain(table.caption)}**", ""]
            lines.append(f"| {' | '.join(map(_plain, table.columns))} |")
            lines.append(f"|---|{('---|' if table.texts else '--:|') * (len(table.columns) - 1)}")
            lines += [f"| {' | '.join(map(_plain, row))} |" for row in table.rows] + [""]
    return "\n".join(lines)


def html(report: dict[str, Any], name: str) -> str:
    """The report as one HTML page without scripts, images or fonts from elsewhere: it opens from a folder, and prints."""
    headline = report["metrics"][report["headline"]]
    most = max(abs(value) for key in CONTESTANTS if (value := headline[key]) is not None) or 1.0
    bars = [
        (title, amounts.score(headline[key]), round(100 * abs(headline[key]) / most))
        for key, title in CONTESTANTS.items()
        if headline[key] is not None
    ]
    return printed(f"Evaluation of {name}", sections(report), headline["title"], bars)


def printed(title: str, parts: Sequence[Section], headline: str = "", bars: Sequence[tuple[str, str, int]] = ()) -> str:
    """A page of sections as HTML; of the first one, the verdict, only the paragraphs. `bars`: title, value, width in percent."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    first, *others = parts
    return environment.get_template("report.html.j2").render(
        title=title, verdict=first.paragraphs, headline=headline, bars=bars, sections=others
    )


def _verdict(report: dict[str, Any]) -> Iterator[Section]:
    verdict = report["verdict"]
    found = verdict["detectable"]
    smallest = (
        f"{100 * found:.1f} points"
        if verdict["detectable_unit"] == "share"
        else f"{found:.3f} {verdict['detectable_unit']}"
    )
    yield Section(
        "Verdict",
        [
            verdict["sentence"],
            f"{verdict['test'][0].upper()}{verdict['test'][1:]}: p = {verdict['p_value']:.2g}; {verdict['gained']:,} examples gained, "
            f"{verdict['lost']:,} lost. "
            f"The smallest difference that this test set shows four times in five: {smallest}.",
        ],
    )


def _scores(report: dict[str, Any]) -> Iterator[Section]:
    rows = []
    for metric in report["metrics"].values():
        values = [amounts.score(metric[key]) for key in CONTESTANTS]
        change = [amounts.score(metric[key], "+") for key in ("difference", "low", "high")]
        title = metric["title"] + (" (lower is better)" if metric["better"] == "lower" else "")
        rows.append((title, *values, change[0], f"{change[1]} to {change[2]}", metric.get("result", "–")))
    columns = ("Score", *CONTESTANTS.values(), "Difference", "95 % interval", "")
    yield Section(
        "Scores",
        [
            f"{amounts.count(report['n'], 'test example')}. {report['metrics'][report['headline']]['title']} decides the verdict; it was chosen beforehand. "
            "The other scores are called better or worse only when they stay so after all of them are looked at together (Holm 1979)."
        ],
        [Table(columns, rows)],
    )
    meanings = [(metric["title"], metric["meaning"]) for metric in report["metrics"].values()]
    yield Section("What the scores mean", [f"{title}: {meaning}" for title, meaning in meanings])


def _contestants(report: dict[str, Any]) -> Iterator[Section]:
    rows = []
    for key, one in report["contestants"].items():
        speed, latency = one.get("tokens_per_second"), one.get("latency")
        rows.append(
            (
                CONTESTANTS[key],
                "–" if one.get("words") is None else f"{one['words']:g}",
                f"{one['cut_off']:,}",
                "–" if speed is None else f"{speed:,.0f}",
                "–" if latency is None else f"{latency:.3f}",
            )
        )
    columns = ("Contestant", "Words of an answer (median)", "Cut off", "Tokens per second", "Seconds for an answer")
    yield Section(
        "How they answered", [f"Decoding: {report['decoding']}. Seed {report['seed']}."], [Table(columns, rows)]
    )


def _labels(report: dict[str, Any]) -> Iterator[Section]:
    if not report.get("per_label"):
        return
    rows = [
        (
            label,
            f"{one['support']:,}",
            *(f"{one[who][score]:.3f}" for score in ("precision", "recall", "f1") for who in ("base", "tuned")),
        )
        for label, one in report["per_label"].items()
    ]
    columns = (
        "Label",
        "Examples",
        *(f"{score}, {who}" for score in ("Precision", "Recall", "F1") for who in ("base", "tuned")),
    )
    tables = [Table(columns, rows)]
    labels = report["confusion"]["labels"]
    for who, title in (("base", "Base"), ("tuned", "Tuned")):
        counts = [(label, *map(str, row)) for label, row in zip(labels, report["confusion"][who], strict=True)]
        tables.append(Table(("Right label", *labels), counts, f"{title}: which label was found likeliest"))
    yield Section("Labels", tables=tables)


def _benchmarks(report: dict[str, Any]) -> Iterator[Section]:
    found = report.get("benchmarks")
    if not found:
        return
    rows = [
        (
            one["title"],
            f"{one['n']:,}",
            f"{one['chance']:.3f}",
            f"{one['base']:.3f}",
            f"{one['tuned']:.3f}",
            f"{one['difference']:+.3f}",
            f"{one['low']:+.3f} to {one['high']:+.3f}",
            one["result"],
        )
        for one in found["benchmarks"].values()
    ]
    columns = ("Benchmark", "Questions", "By guessing", "Base", "Tuned", "Difference", "95 % interval", "")
    paragraphs = [f"{one['title']}. {one['sentence']}" for one in found["benchmarks"].values()]
    if found["unmeasured"]:
        paragraphs.append(f"Not measured, because it was stopped: {', '.join(found['unmeasured'])}.")
    yield Section("Benchmarks", paragraphs, [Table(columns, rows)])


def _forgetting(report: dict[str, Any]) -> Iterator[Section]:
    found = report.get("forgetting")
    if not found:
        return
    if not found["measured"]:
        yield Section("Forgetting", [found["reason"]])
        return
    probes, tables = found["probes"], []
    kinds = [
        (
            one["says"],
            str(one["n"]),
            f"{one['base']:.2f}",
            f"{one['tuned']:.2f}",
            f"{one['difference']:+.2f}",
            "–" if one["low"] is None else f"{one['low']:+.2f} to {one['high']:+.2f}",
        )
        for one in probes["kinds"]
    ]
    columns = ("General answers", "Number", "Base", "Tuned", "Difference", "95 % interval")
    tables.append(Table(columns, kinds, "Loss in nats per token, by kind"))
    strength = found["strength"] or {}
    if "rows" in strength:
        rows = [
            (f"{one['scale']:g}", f"{one['loss']:.2f}", "–" if one["task_loss"] is None else f"{one['task_loss']:.2f}")
            for one in strength["rows"]
        ]
        tables.append(
            Table(("Strength of the adapter", "Loss of general answers", "Loss on the task"), rows, "A weaker adapter")
        )
    drift = probes["drift"]
    paragraphs = [text for one in found["verdicts"].values() for text in (one["sentence"], one["advice"]) if text]
    paragraphs.append(
        f"Drift: {drift['mean']:.2f} nats per token ({drift['low']:.2f} to {drift['high']:.2f}); {drift['says']}"
    )
    yield Section("What it has cost elsewhere", paragraphs + list(found["notes"]), tables)


def _errors(report: dict[str, Any]) -> Iterator[Section]:
    found = report.get("errors")
    if not found:
        return
    rows = [
        (
            one["title"],
            *("–" if one[who] is None else f"{one[who]:,}" for who in (*CONTESTANTS, "expected")),
            f"{100 * one['difference']:+.1f} points",
            f"{100 * one['low']:+.1f} to {100 * one['high']:+.1f}",
        )
        for one in found["checks"].values()
    ]
    columns = ("Answers that are", *CONTESTANTS.values(), "Right answers", "Difference", "95 % interval")
    paragraphs = [one["sentence"] for one in found["clusters"]]
    paragraphs += [f"Not checked: {why}" for why in found["not_checked"].values()]
    yield Section("What is wrong with the answers", paragraphs, [Table(columns, rows)])


def _judging(report: dict[str, Any]) -> Iterator[Section]:
    """What people preferred, and what models did: whether one is to be trusted stands before what it says."""
    found = report.get("judging")
    if not found:
        return
    people, models = found["people"], found["models"]
    told = [people["sentence"], people["position"]["sentence"], *people["notes"]] if people else []
    told += [f"{' and '.join(one['reviewers'])}: {one['words']}" for one in (people or {"agreement": []})["agreement"]]
    rows = [_tally_row("People", people["judged"], people["overall"])] if people else []
    for one in models:
        told += [f"Judged by {one['judge']}. {one['agreement']['words']} {one['trust']}", one["position"]["sentence"]]
        missing = sum(one["no_verdict"].values())
        told += [f"{one['judge']} gave no verdict on {amounts.count(missing, 'pair')}: no score."] if missing else []
        rows.append(_tally_row(one["judge"], one["judged"], one["overall"], "yes" if one["trusted"] else "no"))
    columns = (
        "Judge",
        "Trusted",
        "Pairs",
        "Tuned better",
        "Base better",
        "Neither",
        "Tuned preferred",
        "95 % interval",
    )
    yield Section("Judged blind, two answers at a time", list(dict.fromkeys(told)), [Table(columns, rows)])


def _tally_row(name: str, pairs: int, tally: dict[str, Any], trusted: str = "–") -> tuple[str, ...]:
    counts = (pairs, tally["tuned"], tally["base"], pairs - tally["decided"])
    rate, interval = "–", "–"
    if tally["win_rate"] is not None:
        rate = f"{100 * tally['win_rate']:.0f} %"
        interval = f"{100 * tally['low']:.0f} to {100 * tally['high']:.0f} %"
    return (name, trusted, *(f"{count:,}" for count in counts), rate, interval)


def _notes(report: dict[str, Any]) -> Iterator[Section]:
    yield Section("To keep in mind", list(report["notes"]))


def _plain(text: str) -> str:
    """Text as Markdown that shows exactly that text."""
    return " ".join(text.split()).translate(_MARKDOWN)
