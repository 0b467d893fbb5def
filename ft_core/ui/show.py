"""How numbers of our own become words and small pieces of HTML. Text of the person or of a model goes through `plain` into Markdown instead."""

import html
import re
from collections.abc import Sequence

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.worker.launch import JobView

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$&])")

JOB_WORDS = {
    "none": "Not started",
    "queued": "Waiting",
    "running": "At work",
    "done": "Done",
    "stopped": "Stopped; the work is kept",
    "paused": "Paused; it can go on",
    "discarded": "Discarded",
    "failed": "Failed",
    "interrupted": "Interrupted; it can go on",
}
STOPPING_WORDS = {
    "pause": "Stopping, to go on later",
    "keep": "Stopping, keeping the work",
    "discard": "Stopping, to be discarded",
}

ENOUGH_WORDS = {
    "too few": ("worse", "Too few examples"),
    "a start": ("same", "A start"),
    "enough": ("better", "Enough examples"),
    "plenty": ("better", "Plenty of examples"),
}


def plain(text: str) -> str:
    """Text as Markdown that shows exactly that text."""
    return _MARKDOWN.sub(r"\\\1", text.replace("\n", " "))


def quoted(text: str) -> str:
    """The same for a sentence of ours with `names` of the person's in it: they show in quotation marks."""
    return plain(re.sub(r"`([^`]*)`", r"“\1”", text))


def step(number: int, title: str, text: str) -> str:
    """The head of a numbered step; our own words only."""
    return (
        f'<div class="step-title"><span class="number" aria-hidden="true">{number}</span><div><h2>'
        f'<span class="sr-only">Step {number}: </span>{html.escape(title)}</h2><p>{html.escape(text)}</p></div></div>'
    )


def tiles(values: Sequence[tuple[str, str, str]], wide: bool = False) -> str:
    """Number tiles from (name, value, unit); in `wide` ones the unit may be a sentence."""
    cells = (
        f'<div class="tile"><div class="name">{html.escape(name)}</div><div class="value">{html.escape(value)}'
        + (f'<span class="unit">{html.escape(unit)}</span>' if unit else "")
        + "</div></div>"
        for name, value, unit in values
    )
    return f'<div class="tiles{" wide" if wide else ""}">{"".join(cells)}</div>'


def caption(text: str) -> str:
    """A quiet line above a picture."""
    return f'<p class="caption">{html.escape(text)}</p>'


def waiting(words: str, seconds: float) -> str:
    """What is being done and for how long, where nobody can tell how much is left."""
    return (
        f'<div class="progress" role="status"><div class="words"><b>{html.escape(words[:1].upper() + words[1:])}</b>'
        f"<span>{html.escape(amounts.duration(seconds))}</span></div></div>"
    )


def progress(view: JobView, unit: str = "step", ended: str = "") -> str:
    """A progress bar in words and in a picture. `ended` is said of what was stopped or interrupted, where its work cannot go on."""
    share = min(1.0, view.step / view.total) if view.total else (1.0 if view.status == "done" else 0.0)
    detail = []
    if view.total and view.status != "none":
        detail.append(f"{unit} {view.step:,} of {view.total:,}")
    if view.status == "queued":
        detail.append({None: "starting", 1: "next in line"}.get(view.position, f"number {view.position} in line"))
    if view.status == "running":
        if view.message:
            detail.append(view.message)
        if view.seconds_left is not None:
            detail.append(f"{amounts.duration(view.seconds_left)} left")
    words = STOPPING_WORDS[view.how or "keep"] if view.status == "stopping" else JOB_WORDS[view.status]
    words = ended if ended and view.status in ("stopped", "paused", "interrupted") else words
    still = "" if view.status in ("running", "queued", "done") else " still"
    return (
        f'<div class="progress"><div class="words"><b>{html.escape(words)}</b><span>{html.escape(" · ".join(detail))}</span></div>'
        f'<div class="track" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}">'
        f'<div class="fill{still}" style="width:{share * 100:.1f}%"></div></div></div>'
    )


def verdict(result: str, sentence: str, more: str) -> str:
    """The verdict of an evaluation, large and coloured; sentences of our own."""
    kind = {"better": "better", "worse": "worse"}.get(result, "same")
    title = {"better": "Better than the base model", "worse": "Worse than the base model"}.get(
        result, "No clear change"
    )
    return (
        f'<div class="verdict {kind}" id="evaluation-verdict"><div class="result">{title}</div><div class="sentence">{html.escape(sentence)}</div>'
        f'<div class="more">{html.escape(more)}</div></div>'
    )


def cost(result: str, title: str, sentence: str, advice: str) -> str:
    """One verdict on what a training has cost, coloured; sentences of our own and of the model."""
    kind = {"better": "better", "worse": "worse"}.get(result, "same")
    return (
        f'<div class="verdict {kind}"><div class="result">{html.escape(title)}</div>'
        f'<div class="more">{html.escape(sentence)}</div><div class="more"><b>What next:</b> {html.escape(advice)}</div></div>'
    )


def enough(level: str, sentence: str) -> str:
    """Whether the examples are enough, large and coloured by the level of data.verdict; the first of our sentences large, the others below."""
    kind, title = ENOUGH_WORDS[level]
    first, _, rest = sentence.removeprefix(f"{level.capitalize()}: ").partition(". ")
    return (
        f'<div class="verdict {kind}"><div class="result">{title}</div><div class="sentence">{html.escape(first.rstrip("."))}.</div>'
        f'<div class="more">{html.escape(rest)}</div></div>'
    )


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """A colour legend from (colour, words)."""
    return (
        '<div class="legend">'
        + "".join(f'<span><i style="background:{colour}"></i>{html.escape(words)}</span>' for colour, words in entries)
        + "</div>"
    )


def problem(error: FTError) -> str:
    """What, why and fix as Markdown that shows the text as it is."""
    return f"**{quoted(error.what)}**\n\n{quoted(error.why)}\n\n**What to do:** {quoted(error.fix)}"


def number(value: float | None, digits: int = 3) -> str:
    """A number as a table shows it; a dash when there is none."""
    if value is None:
        return "–"
    if value and abs(value) < 10**-digits:
        return f"{value:.1e}"
    words = f"{value:.{digits}f}" if abs(value) < 1000 else f"{value:,.0f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def run_title(run: Run, title: str, words: str) -> str:
    """A run in the header's list: name and short id, date, status."""
    return f"{title} · {run.created:%d %b %Y %H:%M} UTC · {words}"


def escaped(text: str) -> str:
    """Text inside HTML of our own."""
    return html.escape(text)
