"""Step 4: is it enough, is it fair: how many examples the task usually needs, how even and how varied they are, and which rows to read first."""

import math
from typing import Any, get_args

import gradio as gr

from ft_core import amounts
from ft_core.settings.data import Balance, DataSpec
from ft_core.ui import frames, show, theme
from ft_core.ui.data.draft import Draft, draft_of, opened, required
from ft_core.ui.shared import Shared, choose, follow
from ft_core.workspace import Workspace

BALANCE: dict[Balance, str] = {
    "keep": "Keep every row once",
    "oversample": "Repeat rows of rare labels (oversample)",
    "undersample": "Leave out rows of frequent labels (undersample)",
}
# The look, and what it is when it is good and when it is not.
LOOKS = {
    "distinct": ("Wording", "varied", "repetitive"),
    "lengths": ("Lengths", "spread", "all alike"),
    "topics": ("Topics", "spread", "one-sided"),
    "neighbours": ("Neighbours", "different", "much alike"),
}
SHOWN_LABELS = 5  # named in a sentence


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False, elem_id="data-enough") as step:
        gr.HTML(
            show.step(
                4,
                "Is it enough, is it fair?",
                "How many examples this kind of task usually needs, how even and how varied yours are, and which rows to read first.",
            )
        )
        verdict = gr.HTML(elem_id="data-verdict")
        following = gr.Markdown(elem_id="data-verdict-next")
        with gr.Row(visible=False, elem_id="data-labels") as labels:
            chart = gr.BarPlot(
                x="label", y="examples", title="Examples per label", x_title="label", y_title="examples", x_label_angle=-30, sort="-y", height=300, buttons=[],
                color="splits", color_map={"all": theme.TUNED}, colors_in_legend=[], show_label=False, label="Examples per label, all splits together", elem_id="data-label-sizes", scale=3,
            )  # fmt: skip
            with gr.Column(scale=2):
                words = gr.Markdown(elem_id="data-evenness")
                field = DataSpec.model_fields["balance"]
                balance = gr.Radio(
                    [(BALANCE[way], way) for way in get_args(Balance)],
                    label=field.title,
                    info=field.description,
                    elem_id="data-balance",
                )
        with gr.Accordion("How varied is it?", open=False, visible=False, elem_id="data-varied") as varied:
            looks = gr.HTML()
            topics = gr.Dataframe(
                label="Topics: groups of alike prompts, found by their words", interactive=False, wrap=True, buttons=[],
                column_widths=["100px", "90px", "770px"], elem_id="data-topics",
            )  # fmt: skip
        with gr.Accordion("Your strangest rows", open=False, visible=False, elem_id="data-strange") as odd:
            gr.Markdown(
                "Read these first. A strange row may be a mistake, or the one case that the others lack: mend what is wrong, and keep what is "
                "only rare. Nothing is changed by itself.",
                elem_classes="quiet",
            )
            strange = gr.Dataframe(
                label="The strangest first", interactive=False, wrap=True, buttons=[],
                column_widths=["70px", "390px", "160px", "340px"], max_height=600, elem_id="data-strange-rows",
            )  # fmt: skip

    view = [step, verdict, following, labels, chart, words, balance, varied, looks, topics, odd, strange]
    follow([shared.seen.change], shared.quiet(show_enough), [shared.draft, shared.seen], view)
    choose([balance.input], shared.private(choose_balance), [shared.draft, balance], [shared.draft])


def show_enough(workspace: Workspace, values: Draft, seen: dict[str, Any] | None) -> list[Any]:
    """What the clean rows are good for, in the order of `view`; hidden while nothing is known of them."""
    spec = opened(workspace, values)
    quality = (seen or {}).get("quality")
    if spec is None or not quality:
        return [gr.update(visible=False), *[gr.skip()] * 11]
    found = quality["verdict"]
    return [
        gr.update(visible=True),
        show.enough(found["level"], found["sentence"]),
        f"**What next:** {show.quoted(found['next'])}",
        *_labels(quality["balance"], spec.data.balance),
        *_varied(quality["diversity"]),
        *_strange(quality["strange"]),
    ]


def choose_balance(workspace: Workspace, values: Draft, balance: Any) -> Draft:
    """Something else is to be done about rare labels. Raises FTError `project.invalid`."""
    chosen = draft_of(required(workspace, values))
    return draft_of(required(workspace, chosen | {"data": chosen["data"] | {"balance": balance}}))


def _labels(found: dict[str, Any] | None, chosen: Balance) -> list[Any]:
    """The group of labels with its chart, words and remedies; hidden where there are no labels."""
    if found is None:
        return [gr.update(visible=False), *[gr.skip()] * 3]
    rows = {"oversample": (found["added"], "more"), "undersample": (found["removed"], "fewer")}
    choices = [(BALANCE["keep"], "keep"), *((_remedy(way, *rows[way]), way) for way in rows)]
    sizes = frames.label_sizes(found["counts"]).assign(splits="all")
    return [
        gr.update(visible=True),
        gr.update(value=sizes, visible=True),
        _evenness(found, len(sizes)),
        gr.update(choices=choices, value=chosen, visible=True),
    ]


def _remedy(way: Any, rows: dict[str, int], than: str) -> str:
    total = sum(rows.values())
    return f"{BALANCE[way]}: up to about {total:,} {than}" if total else f"{BALANCE[way]}: there is nothing to do"


def _evenness(found: dict[str, Any], shown: int) -> str:
    """How even the labels are and what would help most; with a note where not all labels have a bar."""
    counts, collect = found["counts"], sorted(found["collect"].items(), key=lambda item: -item[1])
    few = len(counts) > shown
    note = (
        f"\n\nShown are the {shown // 2} most frequent and the {shown // 2} rarest of {len(counts):,} labels."
        if few
        else ""
    )
    if found["good"] or not collect:
        return f"**{show.quoted(found['sentence'])}**\n\n{show.quoted(found['next'])}{note}"
    named = ", ".join(
        f"{amounts.count(more, 'row')} of “{show.plain(label)}”" for label, more in collect[:SHOWN_LABELS]
    )
    rest = f", and some of {len(collect) - SHOWN_LABELS:,} other labels" if len(collect) > SHOWN_LABELS else ""
    return (
        f"**{show.quoted(found['sentence'])}**\n\n**Collect more**, which is best: {named}{rest} would make them half as frequent as the "
        f"most frequent one.\n\nUntil then, choose below what is done about it. It changes the training rows only.{note}"
    )


def _varied(found: dict[str, Any] | None) -> list[Any]:
    """The four looks at variety; hidden for so few rows that nothing can be told."""
    if found is None:
        return [gr.update(visible=False), *[gr.skip()] * 2]
    doubtful = [LOOKS[name][0].lower() for name in LOOKS if not found[name]["good"]]
    told = f"look at {' and '.join(doubtful)}" if doubtful else "yes, in all four looks"
    groups = found["topics"]["figures"]["topics"]
    prompt = found["lengths"]["figures"]["prompt"]
    values = {
        "distinct": f"{found['distinct']['figures']['2']:.0%} distinct",
        "lengths": f"{prompt['p5']:,} to {prompt['p95']:,} words",
        "topics": amounts.count(len(groups), "topic"),
        "neighbours": f"{math.floor(found['neighbours']['figures']['median'] * 100)}% alike",
    }
    tiles = [
        (f"{name}: {good if found[look]['good'] else bad}", values[look], found[look]["sentence"])
        for look, (name, good, bad) in LOOKS.items()
    ]
    return [
        gr.update(visible=True, label=f"How varied is it? {told[0].upper()}{told[1:]}"),
        show.tiles(tiles, wide=True),
        gr.update(value=frames.topics(groups), visible=True),
    ]


def _strange(found: list[dict[str, Any]]) -> list[Any]:
    number = "twenty" if len(found) == 20 else f"{len(found)}"
    label = f"Your {number} strangest rows" if len(found) > 1 else "Your strangest row"
    return [
        gr.update(visible=bool(found), label=label),
        gr.update(value=frames.strange(found), visible=True),
    ]
