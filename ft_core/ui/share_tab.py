"""Share: the model card, the push to the Hub, and everything as one download."""

from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.hub.card import model_card
from ft_core.hub.pack import pack
from ft_core.run import Run
from ft_core.settings.share import ShareSpec
from ft_core.ui import fields, show, uploads
from ft_core.ui.shared import QUIET, TO_TOP, Shared, own_token, selected_run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace


def build(shared: Shared) -> None:
    """Components, then events."""
    gr.Markdown(
        "Put your tuned model on the Hugging Face Hub with a card that says what it is for and how it was measured.",
        elem_classes="lead",
    )
    with gr.Column(elem_classes=["step", "empty"], visible=False) as empty:
        gr.Markdown("### There is no trained model yet\n\nTrain one first; then it can be shared from here.")
        go_back = gr.Button("Go to Training", variant="primary")
    with gr.Column(elem_classes="step", visible=False) as card_step:
        gr.HTML(
            show.step(
                1,
                "Read the model card",
                "It is written from the run itself: data, settings, measured results, limits. It shows no row of your data.",
            )
        )
        unmeasured = gr.Markdown(
            "This model has not been evaluated yet: the card will hold no results. Evaluate it first in the Evaluation tab.",
            visible=False,
            elem_classes="notice",
        )
        with gr.Accordion("Model card", open=True, elem_id="share-card"):
            card = gr.Markdown(max_height=460)
    with gr.Column(elem_classes="step", visible=False) as push_step:
        gr.HTML(
            show.step(
                2, "Push to the Hub", "The trained weights, the card and the settings are uploaded; the data is not."
            )
        )
        with gr.Row():
            repo, private = fields.inputs(ShareSpec, ("repo", "private"), "share")
            token = gr.Textbox(
                type="password", label="Access token",
                info="With write access, from huggingface.co/settings/tokens. Empty: the one of `hf auth login`. It is not kept.",
                visible=not on_space(), elem_id="share-token",
            )  # fmt: skip
        with gr.Row(elem_classes="actions"):
            push = gr.Button("Push to the Hub", variant="primary", elem_id="share-push")
        progress = gr.HTML(elem_id="share-progress")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="share-failure")
        link = gr.Markdown(visible=False, elem_id="share-link", elem_classes="notice")
    with gr.Column(elem_classes="step", visible=False) as download_step:
        gr.HTML(show.step(3, "Or download everything", "One zip file for your own machine or a colleague."))
        gr.Markdown(
            "Inside: the **model** with its card, ready to load anywhere, **project.yaml** and the **data file** you uploaded "
            "(run it again with `python -m ft_core run project.yaml`), "
            "notes on the dataset and the **environment**, "
            "the **evaluation report** with every test answer, the **measurements** and **sample answers** of the training, and the **log**. "
            "It holds your data: share it only with people who may see it."
        )
        with gr.Row(elem_classes="actions"):
            collect = gr.Button("Make the zip file", elem_id="share-collect")
            download = gr.DownloadButton(
                "Save the zip file", visible=False, variant="primary", elem_id="share-download"
            )

    quick: dict[str, Any] = {"queue": False, **QUIET}
    seen_card, seen_job = gr.State(""), gr.State("")
    shared.follow(
        show_card,
        [seen_card, shared.run_id, repo],
        [seen_card, empty, card_step, push_step, download_step, card, unmeasured, download],
    )
    watching = [seen_job, progress, failure, link, push]
    shared.follow(watch_job, [seen_job, shared.run_id], watching)
    go_back.click(lambda: gr.Tabs(selected="training"), None, shared.tabs, js=TO_TOP, **quick)
    pushed = push.click(
        shared.private(start_push),
        [shared.run_id, repo, private, token],
        [push, progress],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )
    pushed.success(lambda: "", None, [token], **quick)
    collect.click(shared.private(collect_everything), [shared.run_id], [download], api_visibility="private")


def show_card(workspace: Workspace, seen: str, run_id: str, repo: str) -> Any:
    """The card of the selected run; a new download is offered only when asked for."""
    run = selected_run(workspace, run_id)
    ready = run is not None and run.is_trained
    found = f"{run.fingerprint() if run else ''} {ready} {repo}"
    if found == seen:
        return gr.skip()
    visible = gr.update(visible=ready)
    if run is None or not ready:
        return [
            found,
            gr.update(visible=True),
            visible,
            visible,
            visible,
            "",
            gr.update(visible=False),
            gr.update(visible=False),
        ]
    text = model_card(run, repo.strip() or None)
    return [
        found,
        gr.update(visible=False),
        visible,
        visible,
        visible,
        _without_front_matter(text),
        gr.update(visible=run.report() is None),
        gr.update(visible=False),
    ]


def watch_job(workspace: Workspace, seen: str, run_id: str) -> Any:
    """How the push stands, in the order of `watching`."""
    run = selected_run(workspace, run_id)
    view = launch.view(workspace, run, "push") if run else JobView("none")
    result = run.hub() if run else None
    found = f"{run and run.id} {view} {result}"
    if found == seen:
        return gr.skip()
    done = view.status == "done" and result is not None
    words = ""
    if done and result:
        kind = "Private" if result["private"] else "Public"
        words = f"**Shared.** {kind} repository: [{show.plain(result['repo'])}]({result['url']})\n\nCommit `{str(result['commit'])[:12]}`"
    at_work = view.status == "running"
    return [
        found,
        show.progress(view, "part") if at_work or view.status == "interrupted" else "",
        gr.update(value=show.problem(view.error) if view.error else "", visible=view.status == "failed"),
        gr.update(value=words, visible=done),
        gr.update(
            interactive=not at_work,
            value="Pushing" if at_work else ("Push again" if done else "Push to the Hub"),
            variant="secondary" if done else "primary",
        ),
    ]


def start_push(
    workspace: Workspace, run_id: str, repo: str, private: bool, typed: str, signed_in: gr.OAuthToken | None
) -> list[Any]:
    """Push in a process of its own. Raises FTError `run.no_adapter`, `settings.invalid` or `hub.token`."""
    run = _run(workspace, run_id)
    share = fields.collect(ShareSpec, ("repo", "private"), (repo.strip(), private))
    if share.repo is None:
        raise FTError(
            "hub.name", "The repository has no name yet.", "Repository is empty.", "Write Repository as owner/name."
        )
    token = own_token(typed, signed_in)
    if launch.view(workspace, run, "push").status != "running":
        launch.start(run, "push", {"repo": share.repo, "private": share.private}, token)
    return [
        gr.update(interactive=False, value="Pushing"),
        show.progress(JobView("running", message="preparing"), "part"),
    ]


def collect_everything(workspace: Workspace, run_id: str) -> Any:
    """Zip the run for download."""
    run = _run(workspace, run_id)
    return gr.update(value=str(pack(run, uploads.downloads(), uploads.source_of(workspace, run))), visible=True)


def _run(workspace: Workspace, run_id: str) -> Run:
    run = selected_run(workspace, run_id)
    if run is None or not run.is_trained:
        raise FTError(
            "run.no_adapter",
            "There is no trained model yet.",
            "The run has no trained model.",
            "Press Start training in the Training tab first.",
        )
    return run


def _without_front_matter(card: str) -> str:
    """The card as the Hub shows it."""
    parts = card.split("---\n", 2)
    return parts[2] if card.startswith("---\n") and len(parts) == 3 else card
