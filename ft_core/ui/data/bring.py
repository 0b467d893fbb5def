"""Step 1: choose data. An upload or the example becomes the draft."""

from pathlib import Path
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.ui import show, uploads
from ft_core.ui.data.draft import Draft, draft_of
from ft_core.ui.shared import Shared
from ft_core.workspace import Workspace


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step"):
        gr.HTML(
            show.step(
                1,
                "Choose data",
                "A spreadsheet saved as CSV is fine: one row per example, one column with the text, one with the answer or "
                "label. Your file is copied, never changed.",
            )
        )
        with gr.Row(equal_height=True):
            file = gr.File(label=f"Your file ({uploads.ENDINGS})", height=150, elem_id="data-file", scale=2)
            with gr.Column(scale=1, elem_classes="aside"):
                gr.Markdown(
                    "No file at hand? The example holds customer messages to sort into six kinds. It trains in a few minutes on two processor cores.",
                    elem_classes="quiet",
                )
                example = gr.Button("Use the example", variant="primary", elem_id="data-use-example")
        refused = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="data-refused")

    outputs = [shared.draft, refused, example]
    file.upload(shared.private(take), [file], outputs, api_visibility="private")
    example.click(shared.private(use_example), None, outputs, api_visibility="private")


def take(workspace: Workspace, file: str | None) -> list[Any]:
    """An upload becomes the draft, everything in it found by itself; one that cannot be used says why."""
    try:
        if not file:
            raise FTError(
                "data.missing",
                "No file was chosen.",
                "The upload holds no file.",
                "Choose a file, or press Use the example.",
            )
        source = uploads.keep(workspace, Path(file))
    except FTError as error:
        return [{}, gr.update(value=show.problem(error), visible=True), gr.update(variant="primary")]
    name = source.rsplit("-", 1)[0]
    return _chosen(ProjectSpec(name=name, data=DataSpec(source=source)))


def use_example(workspace: Workspace) -> list[Any]:
    """The shipped example becomes the draft, with the columns and the system prompt that its project chooses."""
    return _chosen(uploads.keep_example(workspace))


def _chosen(spec: ProjectSpec) -> list[Draft | dict[str, Any]]:
    return [draft_of(spec), gr.update(visible=False), gr.update(variant="secondary")]
