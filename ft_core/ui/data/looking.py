"""Looking for problems: the whole source is inspected beside the page, with its progress shown and a way to end it."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.ui import command, show, uploads
from ft_core.ui.data import draft
from ft_core.ui.data.draft import Draft
from ft_core.ui.guard import token_of
from ft_core.ui.shared import QUIET, Shared, follow
from ft_core.workspace import Workspace

KEPT = 20  # answers that are remembered, so that a reload or a step back costs nothing

_known: dict[str, dict[str, Any]] = {}


def build(shared: Shared, token: gr.Textbox) -> None:
    """Components, then events. `token` is where the person's token for the Hub is typed."""
    progress = gr.HTML(visible=False, elem_id="data-looking", elem_classes="looking")
    with gr.Row(elem_classes="actions"):
        end = gr.Button("Stop looking", visible=False, elem_id="data-stop-looking")
    view = [progress, end, shared.seen]
    begun = [shared.page.load, shared.draft.change]
    looking = follow(begun, shared.quiet(look), [shared.draft, token], view, concurrency_limit=4)
    end.click(shared.quiet(stopped), None, view, cancels=[looking], **QUIET)


def look(workspace: Workspace, values: Draft, typed: str, signed_in: gr.OAuthToken | None = None) -> Iterator[Any]:
    """Progress while the source is inspected, then what was found, in the order (progress, end button, seen)."""
    spec = draft.opened(workspace, values)
    if spec is None:
        yield gr.update(visible=False), gr.update(visible=False), None
        return
    key = f"{workspace.folder}\n{project.dump(spec)}"
    if key not in _known:
        began = time.monotonic()
        with draft.file(workspace, spec) as path:
            try:
                for said in command.run(
                    ["inspect", str(path), *command.place(workspace)], _token(spec, typed, signed_in)
                ):
                    if isinstance(said, dict):
                        _remember(key, said)
                        break
                    yield _progress(said, time.monotonic() - began), gr.update(visible=True), gr.skip()
            except FTError as error:
                shown = gr.update(value="", visible=False)
                yield (
                    shown,
                    gr.update(visible=False),
                    {"error": uploads.titled(show.problem(error)), "code": error.code},
                )
                return
    yield gr.update(value="", visible=False), gr.update(visible=False), _known[key]


def _token(spec: ProjectSpec, typed: str, signed_in: gr.OAuthToken | None) -> str | None:
    """A token goes along only where the Hub is asked."""
    return token_of(typed, signed_in) if uploads.on_hub(spec.data) else None


def stopped(workspace: Workspace) -> Any:
    """After the look was ended: nothing is known, and nothing is lost."""
    words = show.caption("Stopped. Change something above, or reload the page, to look again.")
    return gr.update(value=words, visible=True), gr.update(visible=False), None


def _progress(said: str | None, seconds: float) -> Any:
    return gr.update(value=show.waiting(said or "", seconds), visible=True) if said or seconds > 1 else gr.skip()


def _remember(key: str, found: dict[str, Any]) -> None:
    while len(_known) >= KEPT:
        _known.pop(next(iter(_known)))
    _known[key] = found
