"""The preparation of a dataset version beside the page, as two steps of the tab show it."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.settings.project import ProjectSpec
from ft_core.ui import command, show, uploads
from ft_core.ui.data import draft
from ft_core.ui.guard import token_of
from ft_core.workspace import Workspace

Shown = tuple[Any, Any, Any, Any]


def preparing(workspace: Workspace, spec: ProjectSpec, typed: str, signed_in: gr.OAuthToken | None) -> Iterator[Shown]:
    """Progress, then the id of the stored version or why there is none: (progress, end button, refusal, dataset id).

    `typed` is the person's token for the Hub off a Space; it goes along only where the Hub is asked.
    """
    token = token_of(typed, signed_in) if uploads.on_hub(spec.data) else None
    began = time.monotonic()
    hidden = gr.update(visible=False)
    try:
        with draft.file(workspace, spec) as path:
            for said in command.run(["prepare", str(path), *command.place(workspace)], token):
                if isinstance(said, dict):
                    uploads.remember(workspace, said["dataset"], spec)
                    yield hidden, hidden, hidden, said["dataset"]
                    return
                words = show.waiting(said or "at work", time.monotonic() - began)
                yield gr.update(value=words, visible=True), gr.update(visible=True), hidden, gr.skip()
    except FTError as error:
        told = gr.update(value=uploads.titled(show.problem(error)), visible=True)
        yield hidden, hidden, told, gr.skip()


def stopped() -> list[Any]:
    """After the preparation was ended, as (progress, end button): what was there before is as it was."""
    return [
        gr.update(value=show.caption("Stopped. What was prepared before is as it was."), visible=True),
        gr.update(visible=False),
    ]
