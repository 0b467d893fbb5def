"""Step 1: choose data. An upload or the example becomes the draft."""

import re
from pathlib import Path
from typing import Any

import gradio as gr

from ft_core.data.read.hub_dataset import is_id
from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.ui import show, uploads
from ft_core.ui.data.draft import Draft, draft_of
from ft_core.ui.shared import Shared
from ft_core.workspace import Workspace


def build(shared: Shared) -> gr.Textbox:
    """Components, then events. Returns where the person's token for the Hub is typed."""
    with gr.Column(elem_classes="step"):
        gr.HTML(
            show.step(
                1,
                "Choose data",
                "A spreadsheet is fine: one row per example, one column with the text, one with the answer or label. "
                "Several files of the same kind are read together. Your files are copied, never changed.",
            )
        )
        with gr.Row(equal_height=True):
            file = gr.File(label="Your files", height=150, file_count="multiple", elem_id="data-file", scale=2)
            with gr.Column(scale=1, elem_classes="aside"):
                gr.Markdown(
                    "No file at hand? The example holds customer messages to sort into six kinds. It trains in a few minutes on two processor cores.",
                    elem_classes="quiet",
                )
                example = gr.Button("Use the example", variant="primary", elem_id="data-use-example")
        gr.Markdown(f"Files that can be read: {uploads.ENDINGS}", elem_classes="quiet")
        with gr.Accordion("A dataset on the Hugging Face Hub", open=False):
            with gr.Row():
                repo = gr.Textbox(label="Dataset", info="Its id: owner/name.", elem_id="data-hub-id")
                configuration = gr.Textbox(
                    label=DataSpec.model_fields["configuration"].title,
                    info=f"{DataSpec.model_fields['configuration'].description} May be empty.",
                    elem_id="data-hub-configuration",
                )
                token = gr.Textbox(
                    type="password",
                    label="Access token",
                    info="Only for private and gated datasets, from huggingface.co/settings/tokens. It is not kept.",
                    visible=not on_space(),
                    elem_id="data-hub-token",
                )
            with gr.Row(elem_classes="actions"):
                get = gr.Button("Get the dataset", elem_id="data-hub-get")
        refused = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="data-refused")

    outputs = [shared.draft, refused, example]
    file.upload(shared.private(take), [file], outputs, api_visibility="private")
    example.click(shared.private(use_example), None, outputs, api_visibility="private")
    gr.on(
        [get.click, repo.submit],
        shared.private(take_from_hub),
        [repo, configuration],
        outputs,
        api_visibility="private",
    )
    return token


def take(workspace: Workspace, files: list[str] | None) -> list[Any]:
    """Uploads become the draft, everything in them found by itself; what cannot be used says why."""
    try:
        if not files:
            raise FTError(
                "data.missing",
                "No file was chosen.",
                "The upload holds no file.",
                "Choose a file, or press Use the example.",
            )
        sources = [uploads.keep(workspace, Path(file)) for file in files]
    except FTError as error:
        return _refused(error)
    name = sources[0].rsplit("-", 1)[0]
    return _chosen(ProjectSpec(name=name, data=DataSpec(source=sources[0] if len(sources) == 1 else tuple(sources))))


def take_from_hub(workspace: Workspace, repo: str, configuration: str) -> list[Any]:
    """A dataset on the Hub becomes the draft; it is downloaded when it is looked at."""
    identity = repo.strip().removeprefix("https://huggingface.co/").removeprefix("datasets/").rstrip("/")
    if not is_id(identity):
        why = f"{repo.strip() or 'Nothing'} is no id of a dataset."
        fix = "Write Dataset as owner/name, as its page on the Hub shows it."
        return _refused(FTError("data.hub_id", "There is no such dataset.", why, fix))
    name = re.sub(r"[^A-Za-z0-9 ._-]", "-", identity.split("/")[1])[:60].lstrip(" ._-") or "dataset"
    return _chosen(ProjectSpec(name=name, data=DataSpec(source=identity, configuration=configuration.strip() or None)))


def use_example(workspace: Workspace) -> list[Any]:
    """The shipped example becomes the draft, with the columns and the system prompt that its project chooses."""
    return _chosen(uploads.keep_example(workspace))


def _chosen(spec: ProjectSpec) -> list[Draft | dict[str, Any]]:
    return [draft_of(spec), gr.update(visible=False), gr.update(variant="secondary")]


def _refused(error: FTError) -> list[Draft | dict[str, Any]]:
    return [{}, gr.update(value=show.problem(error), visible=True), gr.update(variant="primary")]
