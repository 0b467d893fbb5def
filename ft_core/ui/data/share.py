"""Sharing the selected dataset version on the Hub, beside the page."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.settings.share import ShareSpec
from ft_core.ui import command, fields, show, uploads
from ft_core.ui.shared import QUIET, Shared, own_token
from ft_core.workspace import Workspace

LICENCES = {
    "unknown": "Not decided (unknown)",
    "cc-by-4.0": "Creative Commons BY 4.0: use it and name me",
    "cc-by-sa-4.0": "Creative Commons BY-SA 4.0: name me and share alike",
    "cc-by-nc-4.0": "Creative Commons BY-NC 4.0: not for money",
    "cc0-1.0": "Creative Commons Zero 1.0: no conditions",
    "odc-by": "Open Data Commons BY: use it and name me",
    "mit": "MIT",
    "apache-2.0": "Apache 2.0",
}


def build(shared: Shared) -> tuple[gr.Checkbox, gr.Markdown, gr.Markdown]:
    """Components, then events. Gives back what was said about a push: the question, the failure and the link."""
    with gr.Column(elem_classes="card"):
        gr.Markdown(
            "**Share the selected version on the Hub** as a dataset with its card. Its rows are uploaded, the file you brought is not."
        )
        with gr.Row():
            repo, private = fields.inputs(ShareSpec, ("repo", "private"), "data-share")
        with gr.Row():
            licence = gr.Dropdown(
                [(f"{words} ({identity})" if identity not in words else words, identity) for identity, words in LICENCES.items()],
                value="unknown", label="Licence", info="What others may do with the rows. It is yours to decide only where the rows are yours.",
                elem_id="data-share-licence",
            )  # fmt: skip
            token = gr.Textbox(
                type="password", label="Access token",
                info="With write access, from huggingface.co/settings/tokens. Empty: the one of `hf auth login`. It is not kept.",
                visible=not on_space(), elem_id="data-share-token",
            )  # fmt: skip
        anyway = gr.Checkbox(
            False, label="It may hold private data: push it anyway", visible=False, elem_id="data-share-anyway"
        )
        with gr.Row(elem_classes="actions"):
            push = gr.Button("Push the dataset to the Hub", elem_id="data-share-push")
            end = gr.Button("Stop", visible=False, elem_id="data-share-stop")
        pushing = gr.HTML(visible=False, elem_classes="looking")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="data-share-failure")
        link = gr.Markdown(visible=False, elem_classes="notice", elem_id="data-share-link")

    sharing = push.click(
        shared.private(push_version),
        [shared.dataset_id, repo, private, licence, anyway, token],
        [pushing, end, failure, anyway, link],
        concurrency_id="push-dataset",
        concurrency_limit=1,
        **QUIET,
    )
    end.click(shared.quiet(stopped_push), None, [pushing, end], cancels=[sharing], **QUIET)
    return anyway, failure, link


def push_version(
    workspace: Workspace,
    dataset_id: str,
    repo: str,
    private: bool,
    licence: str,
    anyway: bool,
    typed: str,
    signed_in: gr.OAuthToken | None,
) -> Iterator[Any]:
    """Share the selected version, in the order (progress, end button, failure, "anyway", link).

    Raises FTError `data.missing`, `settings.invalid`, `hub.name`, `hub.licence` or `hub.token`.
    """
    dataset = uploads.required_dataset(workspace, dataset_id)
    share = fields.collect(ShareSpec, ("repo", "private"), (repo.strip(), private))
    if share.repo is None:
        raise FTError(
            "hub.name", "The repository has no name yet.", "Repository is empty.", "Write Repository as owner/name."
        )
    if licence not in LICENCES:
        raise FTError("hub.licence", "That licence is not offered.", "It is not in the list.", "Choose a Licence from its list.")  # fmt: skip
    token = own_token(typed, signed_in)
    options = [f"--repo={share.repo}", f"--license={licence}"]
    options += [] if share.private else ["--public"]
    options += ["--include-private-data"] if anyway else []
    hidden = gr.update(visible=False)
    began = time.monotonic()
    try:
        for said in command.run(["push-dataset", str(dataset.folder), *options], token):
            if isinstance(said, dict):
                yield hidden, hidden, hidden, gr.skip(), gr.update(value=_shared(said), visible=True)
                return
            words = show.waiting(said or "preparing", time.monotonic() - began)
            yield gr.update(value=words, visible=True), gr.update(visible=True), hidden, gr.skip(), hidden
    except FTError as error:
        asks = gr.update(visible=True) if error.code == "hub.private_data" else gr.skip()
        yield hidden, hidden, gr.update(value=show.problem(_here(error)), visible=True), asks, hidden


def stopped_push(workspace: Workspace) -> Any:
    """After the push was ended."""
    words = "Stopped. The repository may be there already; press Push the dataset to the Hub to complete it."
    return gr.update(value=show.caption(words), visible=True), gr.update(visible=False)


def _here(error: FTError) -> FTError:
    """The same with the way out that this page has."""
    if error.code != "hub.private_data":
        return error
    fix = "Set Private data and Secrets to Mask in step 3 and prepare again, or tick “push it anyway” below if everybody who can read it may know them."
    return FTError(error.code, error.what, error.why, fix)


def _shared(result: dict[str, Any]) -> str:
    kind = "Private" if result["private"] else "Public"
    return f"**Shared.** {kind} dataset: [{show.plain(result['repo'])}]({result['url']})\n\nCommit `{str(result['commit'])[:12]}`"
