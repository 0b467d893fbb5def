"""After the result: make more examples out of those that there are, beside the page. What becomes of them is in `review`."""

import re
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.augment.augment import way_of
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.ui import command, endpoint, show, uploads
from ft_core.ui.data import draft, generated, review
from ft_core.ui.guard import token_of
from ft_core.ui.shared import QUIET, Shared, follow, own_token
from ft_core.workspace import Workspace

DEFAULT, MOST = 10, 1_000  # rows at once
WAYS = {
    "synonyms": "Synonyms: other words for the same (English)",
    "typos": "Typos: as somebody in a hurry writes",
    "recombine": "Recombine: halves of two texts of one label",
    "rephrase": "Rephrase: a language model says it in other words",
}
WRITERS = {"endpoint": "An endpoint that speaks OpenAI's protocol", "provider": "A Hugging Face Inference Provider"}
ALL = ""  # stands for all labels
# What the command calls its options, and what the controls here are called.
_CONTROLS = {
    "--endpoint": "Endpoint",
    "--provider": "Provider",
    "--model": "Model",
    "--label": "Of which label",
    "--way": "How",
    "FT_API_KEY": "Key",
    "HF_TOKEN": "Access token",
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
            who = gr.Radio([(words, who) for who, words in WRITERS.items()], value="endpoint", label="Who writes", elem_id="data-more-who")  # fmt: skip
            with gr.Row():
                address = gr.Textbox(
                    label="Endpoint",
                    info="Where it answers, such as https://api.example.com/v1."
                    + ("" if on_space() else " A model that you serve on this computer: http://127.0.0.1:8000/v1."),
                    elem_id="data-more-endpoint",
                )
                key = gr.Textbox(type="password", label="Key", info="Of this endpoint; empty: it asks for none. It is not kept.", elem_id="data-more-key")  # fmt: skip
                provider = gr.Textbox("auto", label="Provider", info="auto: the first that has the model.", visible=False, elem_id="data-more-provider")  # fmt: skip
                token = gr.Textbox(
                    type="password", label="Access token", info="One that may call Inference Providers; they cost. Empty: the one of `hf auth login`. It is not kept.",
                    visible=False, elem_id="data-more-token",
                )  # fmt: skip
                model = gr.Textbox(label="Model", info="The model that writes, as the endpoint or the Hub calls it.", elem_id="data-more-model")  # fmt: skip
        with gr.Row(elem_classes="actions"):
            make = gr.Button("Make examples", variant="primary", elem_id="data-more-make")
            end = gr.Button("Stop", visible=False, elem_id="data-more-stop")
        progress = gr.HTML(visible=False, elem_classes="looking")
        told = gr.Markdown(visible=False, elem_classes="notice", elem_id="data-more-told")
        review.build(shared)

    telling = [step, holds, way, label, told]
    follow([shared.page.load, shared.dataset_id.change], shared.quiet(show_more), [shared.dataset_id], telling)
    follow([way.change, who.change], show_writer, [way, who], [writing, address, key, provider, token])
    making = make.click(
        shared.private(make_rows),
        [shared.dataset_id, way, count, label, who, address, key, provider, model, token],
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
    asked = who == "endpoint"
    return [
        gr.update(visible=way == "rephrase"),
        gr.update(visible=asked),
        gr.update(visible=asked),
        gr.update(visible=not asked),
        gr.update(visible=not asked and not on_space()),
    ]


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
    model: str,
    token: str,
    signed_in: gr.OAuthToken | None,
) -> Iterator[Any]:
    """Progress, then what was made, in the order (progress, end button, what is told). Raises FTError `augment.*`, `writer.*`, `hub.token`."""
    dataset, spec = generated.source(workspace, dataset_id)
    options = [f"--way={way_of(way)}", f"--count={_count(count)}", *_label(dataset, label)]
    own, environment = None, {}
    if way == "rephrase":
        options.append(f"--model={_model(model)}")
        if who == "provider":
            options.append(f"--provider={_provider(provider)}")
            own = own_token(token, signed_in)
        else:
            options.append(f"--endpoint={endpoint.require(address)}")
            environment = {"FT_API_KEY": _key(key)} if key.strip() else {}
    began = time.monotonic()
    hidden = gr.update(visible=False)
    if own is None and uploads.on_hub(spec.data):
        own = token_of("", signed_in)
    try:
        with draft.file(workspace, spec) as path, generated.making(workspace, dataset) as out:
            for said in command.run(
                ["augment", str(path), *options, f"--out={out}", *command.place(workspace)], own, environment
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
        yield hidden, hidden, gr.update(value=uploads.titled(show.problem(_here(error))), visible=True)


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
        stopped = _here(FTError(**made["stopped"]))
        parts.append(f"\n\nIt ended early. {uploads.titled(show.problem(stopped))}")
    return " ".join(parts)


def _here(error: FTError) -> FTError:
    """The same with the command's options called what the controls here are called."""
    fix = error.fix
    for word, control in _CONTROLS.items():
        fix = fix.replace(word, control)
    return FTError(error.code, error.what, error.why, fix)


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


def _model(name: str) -> str:
    if not (1 <= len(name.strip()) <= 200 and name.strip().isprintable()):
        why = "It takes the name of a model, such as Qwen/Qwen2.5-7B-Instruct."
        raise FTError("augment.writer", "It is not clear which model is to write.", why, "Fill in Model.")
    return name.strip()


def _provider(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name.strip()):
        why = "A provider's name has small letters, digits and hyphens."
        raise FTError("writer.provider", "There is no such Inference Provider.", why, "Write auto in Provider.")
    return name.strip()


def _key(key: str) -> str:
    if len(key) > 2_000 or not key.strip().isascii() or not key.strip().isprintable():
        raise FTError("writer.key", "The key cannot be sent.", "It holds signs that no key has.", "Copy Key once more.")
    return key.strip()
