"""Part of step 4: why one answer was given, as far as numbers can say."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import gradio as gr
import pandas

from ft_core.errors import FTError
from ft_core.ui import command, show, theme
from ft_core.ui.guard import token_of
from ft_core.ui.shared import QUIET, Shared, selected_run
from ft_core.worker import launch
from ft_core.workspace import Workspace

STRONG, WEAK, AGAINST = "leaned on strongly", "leaned on", "spoke against it"
COLOURS = {STRONG: theme.LEARNT, WEAK: theme.READ, AGAINST: theme.REMOVED}
_STRONG, _SEEN = 0.5, 0.15  # of the heaviest word's weight
_LEAST = 0.1  # nats: a word that matters less has no colour, however light the others are


@dataclass(frozen=True)
class Why:
    """The button, and what it opens: `area`, closed when another answer is opened, and in it `found`."""

    ask: gr.Button
    end: gr.Button
    progress: gr.HTML
    area: gr.Column
    found: list[Any]


def components() -> Why:
    """Beside the answers of the row that is open."""
    with gr.Row(elem_classes="actions"):
        ask = gr.Button("Why this answer?", size="sm", elem_id="why-ask")
        end = gr.Button("Stop", size="sm", visible=False, elem_id="why-stop")
    progress = gr.HTML(visible=False, elem_classes="looking", elem_id="why-progress")
    with gr.Column(visible=False, elem_classes="card", elem_id="why") as area:
        words = gr.Markdown(elem_id="why-sentence")
        prompt = gr.HighlightedText(
            color_map=COLOURS, show_inline_category=False, combine_adjacent=False, show_legend=True,
            label="The prompt, by what the tuned model's answer leaned on", elem_id="why-words",
        )  # fmt: skip
        with gr.Accordion("Word by word, in numbers", open=False):
            numbers = gr.Dataframe(
                label="What each word adds to the answer, in nats",
                interactive=False,
                wrap=True,
                buttons=[],
                max_height=360,
            )
        tokens = gr.Dataframe(
            label="The answer, token by token: how likely each was", interactive=False, wrap=True, buttons=[], max_height=360,
            column_widths=["120px", "110px", "110px", "500px"], elem_id="why-tokens",
        )  # fmt: skip
        layers = gr.BarPlot(
            x="layer", y="change", x_title="layer, from the input on", y_title="change / size", height=260, sort=None, buttons=[],
            title="Change of each layer", show_label=False, label="Change of each layer", elem_id="why-layers",
        )  # fmt: skip
        with gr.Accordion("What such pictures cannot tell", open=False):
            notes = gr.Markdown(elem_classes="quiet")
    return Why(ask, end, progress, area, [words, prompt, numbers, tokens, layers, notes])


def wire(shared: Shared, made: Why, row: gr.State) -> None:
    """The events; `row` is {"row", "part"} of the answer that is open, or None."""
    view = [made.progress, made.end, made.area, *made.found]
    asked = made.ask.click(shared.private(explain), [shared.run_id, row], view, concurrency_limit=2, **QUIET)
    hidden = [made.progress, made.end]
    made.end.click(lambda: [gr.update(visible=False)] * 2, None, hidden, cancels=[asked], queue=False, **QUIET)


def explain(
    workspace: Workspace, run_id: str, row: dict[str, Any] | None, signed_in: gr.OAuthToken | None
) -> Iterator[list[Any]]:
    """Progress, then what was found, in the order of `view`. Raises FTError `why.none`, `run.busy` and those of the command."""
    run, hidden = selected_run(workspace, run_id), gr.update(visible=False)
    if run is None or not row:
        raise FTError("why.none", "No answer is open.", "There is nothing to explain.", "Click a row of the answers.")
    launch.require_idle(workspace)
    arguments = ["explain", str(run.folder), "--row", str(int(row["row"])), *command.place(workspace)]
    arguments += [f"--part={row['part']}"] if row.get("part") else []
    began, said = time.monotonic(), "loading the models"
    for line in command.run(arguments, token_of("", signed_in)):
        if isinstance(line, dict):
            yield [hidden, hidden, gr.update(visible=True), *_found(line)]
            return
        said = line or said
        words = show.waiting(said, time.monotonic() - began)
        yield [gr.update(value=words, visible=True), gr.update(visible=True), hidden, *[gr.skip()] * 6]


def _found(found: dict[str, Any]) -> list[Any]:
    tuned, base = found["tuned"]["words"], found["base"]["words"]
    numbers = pandas.DataFrame(
        [
            [text.strip(), f"{value:+.2f}", f"{other:+.2f}"]
            for (text, value), (_, other) in zip(tuned, base, strict=True)
        ],
        columns=["Word", "Tuned model", "Base model"],
    )
    tokens = pandas.DataFrame(
        [
            [one["token"], _percent(one["base"]), _percent(one["tuned"]), _top(one["base_top"])]
            for one in found["tokens"]
        ],
        columns=["Token", "Base model", "Tuned model", "Base model's likeliest"],
    )
    layers = _by_layer(found["layers"])
    return [
        f"**{show.plain(found['sentence'])}**",
        _marked(tuned),
        numbers,
        tokens,
        gr.update(visible=False)
        if layers is None
        else gr.update(value=layers, y_lim=[0, 1.1 * max(layers["change"]) or 1], visible=True),
        "\n".join(f"- {show.plain(note)}" for note in found["notes"]),
    ]


def _marked(words: list[list[Any]]) -> list[tuple[str, str | None]]:
    """Each word with how much it weighs beside the heaviest."""
    most = max((abs(value) for _, value in words), default=0.0) or 1.0
    return [(text, _weight(value / most) if abs(value) >= _LEAST else None) for text, value in words]


def _weight(share: float) -> str | None:
    if share <= -_SEEN:
        return AGAINST
    return STRONG if share >= _STRONG else WEAK if share >= _SEEN else None


def _by_layer(rows: list[dict[str, Any]]) -> pandas.DataFrame | None:
    """The mean over the changed matrices of each layer; None where none changed."""
    changes: dict[int, list[float]] = {}
    for row in rows:
        if row["layer"] is not None:
            changes.setdefault(row["layer"], []).append(row["change"])
    if not changes:
        return None
    return pandas.DataFrame(
        {"layer": [str(one) for one in changes], "change": [fmean(one) for one in changes.values()]}
    )


def _percent(log_p: float) -> str:
    return f"{100 * math.exp(log_p):.1f} %"


def _top(likely: list[list[Any]]) -> str:
    return ", ".join(f"{text!r} {_percent(log_p)}" for text, log_p in likely)
