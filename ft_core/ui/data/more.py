"""After the result: make more examples out of those that there are, beside the page. What becomes of them is in `review`."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.augment.augment import way_of
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.ui import command, show, uploads, writers
from ft_core.ui.data import draft, generated, review
from ft_core.ui.guard import token_of
from ft_core.ui.shared import QUIET, Shared, follow
from ft_core.workspace import Workspace

DEFAULT, MOST = 10, 1_000  # rows at once
WAYS = {
    "synonyms": "Synonyms: other words for the same (English)",
    "typos": "Typos: as somebody in a hurry writes",
    "recombine": "Recombine: halves of two texts of one label",
    "rephrase": "Rephrase: a language model says it in other words",
}
ALL = ""  # stands for all labels
# What the command calls its options, and what the controls here are called.
_CONTROLS = {
    "--label": "Of which label",
    "--way": "How",
    "run the same command again": "press Make examples again",
}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion(
        "Make more examples", open=False, visible=False, elem_id="data-more", elem_classes=["step", "fold"]
    ) as step:
        gr.Markdown(
            "New rows are made out of the training rows and keep their answers. Each is checked, none is learnt from before you "
            "have accepted it, and none ever joins the validation or the test rows.",
            elem_classes="quiet",
        )
        holds = gr.Markdown(visible=False, elem_classes="notice", elem_id="data-more-holds")
        way = gr.Radio([(words, way) for way, words in WAYS.items()], value="synonyms", label="How", elem_id="data-more-way")  # fmt: skip
        with gr.Row():
            count = gr.Number(
                DEFAULT,
                label="How many",
                info=f"1 to {MOST:,}. Fewer are made when the checks refuse too many.",
                precision=0,
                elem_id="data-more-count",
            )
            label = gr.Dropdown(
                [("All labels", ALL)],
                value=ALL,
                label="Of which label",
                info="A rare label gains most.",
                elem_id="data-more-label",
            )
        with gr.Column(visible=False, elem_classes="card") as writing:
            who = gr.Radio([(words, who) for who, words in writers.WRITERS.items()], value="endpoint", label="Who writes", elem_id="data-more-who")  # fmt: skip
            written_by = writers.inputs("data-more", "The model that writes")
        with gr.Row(elem_classes="actions"):
            make = gr.Button("Make examples", variant="primary", elem_id="data-more-make")
            end = gr.Button("Stop", visible=False, elem_id="data-more-stop")
        progress = gr.HTML(visible=False, elem_classes="looking")
        told = gr.Markdown(visible=False, elem_classes="notice", elem_id="data-more-told")
        review.build(shared)

    telling = [step, holds, way, label, told]
    follow([shared.page.load, shared.dataset_id.change], shared.quiet(show_more), [shared.dataset_id], telling)
    follow([way.change, who.change], show_writer, [way, who], [writing, *written_by[:-1]])
    making = make.click(
        shared.private(make_rows),
        [shared.dataset_id, way, count, label, who, *written_by],
        [progress, end, told],
        concurrency_limit=4,
        **QUIET,
    )
    end.click(shared.quiet(stopped), None, [progress, end], cancels=[making], **QUIET)


def show_more(workspace: Workspace, dataset_id: str) -> list[Any]:
    """The step, once there is a version to make rows of, and what it can be asked for; what was told of another one is put away."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return [gr.update(visible=False), *[gr.skip()] * 4]
    holds = _holds(dataset)
    ways = [(words, way) for way, words in WAYS.items() if way != "recombine" or dataset.labels]
    labels = [("All labels", ALL), *((label, label) for label in dataset.labels)]
    return [
        gr.update(visible=True),
        gr.update(value=holds, visible=bool(holds)),
        gr.update(choices=ways, value="synonyms"),
        gr.update(choices=labels, value=ALL, visible=bool(dataset.labels)),
        gr.update(visible=False),
    ]


def show_writer(way: str, who: str) -> list[Any]:
    """The inputs that this way and this writer need."""
    return [gr.update(visible=way == "rephrase"), *writers.visible_for(who)]


def make_rows(
    workspace: Workspace,
    dataset_id: str,
    way: str,
    count: float,
    label: str | None,
    who: str,
    address: str,
    key: str,
    provider: str,
    token: str,
    model: str,
    signed_in: gr.OAuthToken | None,
) -> Iterator[Any]:
    """Progress, then what was made, in the order (progress, end button, what is told). Raises FTError `augment.*`, `writer.*`, `hub.token`."""
    dataset, spec = generated.source(workspace, dataset_id)
    options = [f"--way={way_of(way)}", f"--count={_count(count)}", *_label(dataset, label)]
    asked = writers.Asked((), None, {})
    if way == "rephrase":
        asked = writers.asked(who, address, key, provider, token, model, signed_in)
    own = asked.token
    began = time.monotonic()
    hidden = gr.update(visible=False)
    if own is None and uploads.on_hub(spec.data):
        own = token_of("", signed_in)
    try:
        with draft.file(workspace, spec) as path, generated.making(workspace, dataset) as out:
            for said in command.run(
                ["augment", str(path), *options, *asked.options, f"--out={out}", *command.place(workspace)],
                own,
                asked.environment,
            ):
                if isinstance(said, dict):
                    made = said
                    break
                words = show.waiting(said or "at work", time.monotonic() - began)
                yield gr.update(value=words, visible=True), gr.update(visible=True), hidden
            else:
                return
        yield hidden, hidden, gr.update(value=_made(made), visible=True)
    except FTError as error:
        yield (
            hidden,
            hidden,
            gr.update(value=uploads.titled(show.problem(writers.here(error, _CONTROLS))), visible=True),
        )


def stopped(workspace: Workspace) -> Any:
    """After the making was ended: rows that were ready are kept."""
    words = show.caption("Stopped. What was ready by then is kept and waits to be decided.")
    return gr.update(value=words, visible=True), gr.update(visible=False)


def _holds(dataset: Dataset) -> str:
    """What the version has of generated rows, and how to measure their worth."""
    joined = dataset.report.get("generated")
    if not joined:
        return ""
    used, train = joined["used"], dataset.counts["train"]
    left_out = [f"{amounts.count(rows, 'row')}: {reason}" for reason, rows in joined["left_out"].items()]
    words = [
        f"**{amounts.count(used, 'generated row')}** {'is' if used == 1 else 'are'} among the {train:,} training rows of this version."
    ]
    if left_out:
        words.append(f"Accepted, but left out: {'; '.join(left_out)}.")
    words.append(
        "To measure what they are worth, train once with this version and once with the one before it (choose it under Versions), "
        "then compare the two runs in Evaluation: both are tested on the same rows."
    )
    return " ".join(words)


def _made(made: dict[str, Any]) -> str:
    parts = [f"**{amounts.count(made['made'], 'new row')}** of {made['tried']:,} tried."]
    if made["refused"]:
        refused = sorted(made["refused"].items(), key=lambda item: -item[1])
        parts.append("Refused by the checks: " + "; ".join(f"{reason} ({count:,})" for reason, count in refused) + ".")
    if not made["made"]:
        parts.append("Choose another way under How, or Rephrase with a language model.")
    if made["stopped"]:
        stopped = writers.here(FTError(**made["stopped"]), _CONTROLS)
        parts.append(f"\n\nIt ended early. {uploads.titled(show.problem(stopped))}")
    return " ".join(parts)


# What comes in from the browser.


def _count(count: Any) -> int:
    if isinstance(count, int | float) and 1 <= count <= MOST:
        return int(count)
    raise FTError("augment.count", "That many rows cannot be made.", f"How many takes 1 to {MOST:,}.", "Change How many.")  # fmt: skip


def _label(dataset: Dataset, label: str | None) -> list[str]:
    if not label:
        return []
    if label not in dataset.labels:
        why = "It is not among the labels of the selected version."
        raise FTError(
            "augment.label", "The dataset does not have that label.", why, "Choose another one in Of which label."
        )
    return [f"--label={label}"]
