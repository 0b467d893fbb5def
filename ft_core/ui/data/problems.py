"""Step 3: the problems that were found, one card each: what, how many, which rows, and what is to be done about it."""

import json
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.clean.show import Change, changes
from ft_core.settings.data import CleanSpec, treatments
from ft_core.ui import frames, show, theme
from ft_core.ui.data.draft import Draft, opened
from ft_core.ui.shared import QUIET, Shared, follow
from ft_core.workspace import Workspace

WORDS = {"fix": "Fix", "mask": "Mask", "drop": "Leave out", "keep": "Keep as it is"}
CODES = tuple(CleanSpec.model_fields)
PARTS = 6  # of a card
# In the browser, so that presses on several cards, one soon after the other, all count; what comes of it is checked wherever it is used.
TREAT = "(draft, way) => ({...draft, data: {...draft.data, clean: {...draft.data.clean, CODE: way}}})"
# The other way, also in the browser: an answer that is late must not undo a press made since it was asked for.
TREATED = "(draft) => Object.entries(DEFAULTS).map(([code, way]) => draft?.data?.clean?.[code] ?? way)"


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False, elem_id="data-problems") as step:
        gr.HTML(
            show.step(
                3,
                "Problems found",
                "Untidy data teaches untidy answers, and copies of one row in two splits make a score look better than it is.",
            )
        )
        summary = gr.Markdown(elem_id="data-problem-summary")
        cards = [_card(code) for code in CODES]
        others = gr.Dataframe(
            interactive=False, wrap=True, buttons=[], visible=False, label="To be mended in the file itself",
            column_widths=["150px", "90px", "180px", "260px", "260px"], elem_id="data-other-problems",
        )  # fmt: skip

    view = [step, summary, *(part for card in cards for part in card), others]
    radios = [card[2] for card in cards]
    defaults = json.dumps({code: field.default for code, field in CleanSpec.model_fields.items()})
    shown = follow([shared.seen.change], shared.quiet(show_problems), [shared.draft, shared.seen], view)
    shown.then(None, [shared.draft], radios, js=TREATED.replace("DEFAULTS", defaults), queue=False, **QUIET)
    for code, treatment in zip(CODES, radios, strict=True):
        treatment.input(
            None,
            [shared.draft, treatment],
            [shared.draft],
            js=TREAT.replace("CODE", code),
            api_visibility="private",
        )


def _card(code: str) -> tuple[Any, ...]:
    title = str(CleanSpec.model_fields[code].title)
    identity = f"data-problem-{code.replace('_', '-')}"
    with gr.Column(visible=False, elem_classes="card", elem_id=identity) as card:
        words = gr.Markdown()
        treatment = gr.Radio(
            [(WORDS[way], way) for way in treatments(code)],
            label=title,
            show_label=False,
            elem_id=f"{identity}-treatment",
        )
        with gr.Accordion("Rows before and after", open=False, visible=False) as accordion:
            difference = gr.HighlightedText(
                color_map={"removed": theme.REMOVED, "added": theme.ADDED}, show_inline_category=False, combine_adjacent=False,
                show_legend=True, label=f"{title}: what changes in the first of these rows", elem_classes="changes",
            )  # fmt: skip
            samples = gr.Dataframe(
                interactive=False, wrap=True, buttons=[], show_label=False, label=f"{title}: before and after",
                column_widths=["400px", "400px"],
            )  # fmt: skip
    return card, words, treatment, accordion, difference, samples


def show_problems(workspace: Workspace, draft: Draft, seen: dict[str, Any] | None) -> list[Any]:
    """The cards of what was found, in the order of `view`."""
    spec = opened(workspace, draft)
    hidden = gr.update(visible=False)
    if spec is None or not seen or "error" in seen or seen["task"] is None:
        words = gr.update(value=(seen or {}).get("error", ""))
        return [gr.update(visible=bool(seen and "error" in seen)), words, *[hidden] * (PARTS * len(CODES)), hidden]
    found = {problem["code"]: problem for problem in seen["problems"]}
    updates: list[Any] = [gr.update(visible=True), _summary(seen)]
    for code in CODES:
        updates += _shown(found[code]) if code in found else [hidden] * PARTS
    others = [problem for code, problem in found.items() if code not in CODES]
    return [*updates, gr.update(value=frames.problems(others), visible=bool(others))]


def _shown(problem: dict[str, Any]) -> list[Any]:
    rows = frames.row_numbers(problem["rows"], problem["count"])
    words = f"**{show.plain(problem['title'])}** · {amounts.count(problem['count'], 'row')} ({rows})\n\n{show.quoted(problem['why'])}"
    samples, mends = problem["samples"], problem["mends"]
    choices = [(_words(way, problem["does"]), way) for way in treatments(problem["code"])]
    return [
        gr.update(visible=True),
        gr.update(value=words, visible=True),  # hidden with its card before
        gr.update(choices=choices, visible=True),
        gr.update(visible=bool(samples)),
        gr.update(value=_changes(samples) if mends else [], visible=mends),
        gr.update(value=frames.before_after(samples), visible=not mends),
    ]


def _changes(samples: list[list[str]]) -> list[tuple[str, str | None]]:
    """The samples as one text, a paragraph each, with the words that go and the words that come."""
    pieces: list[tuple[str, str | None]] = []
    for before, after in samples:
        found = changes(before, after)
        if before.endswith("…") or after.endswith("…"):
            found = [*_both_reach(found), (" …", None)]
        pieces += [*found, ("\n\n", None)]
    return pieces[:-1]


def _both_reach(found: list[Change]) -> list[Change]:
    """The pieces of two texts that were cut, as far as both go: what one alone holds at its end may well be in the other, too."""
    while len(found) > 1 and (found[-1][1] is not None or found[-1][0].split()[-1:] == [found[-1][0].strip()]):
        found = found[:-1]
    return found


def _words(way: str, does: dict[str, str]) -> str:
    return f"{WORDS[way]}: {does[way][0].lower()}{does[way][1:]}" if way in does else WORDS[way]


def _summary(seen: dict[str, Any]) -> str:
    problems = seen["problems"]
    if not problems:
        return "No problems found. The rows can be used as they are."
    left = seen["kept"]
    return (
        f"{amounts.count(len(problems), 'kind')} of problem. With the choices below, **{left:,} of {amounts.count(seen['rows'], 'row')}** "
        "are left to learn from. Your file stays as it is."
    )
