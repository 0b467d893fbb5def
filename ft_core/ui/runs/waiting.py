"""What waits to be done, in its order, which can be changed."""

from typing import Any

import gradio as gr

from ft_core.jobs import WORK, Work
from ft_core.run import Run
from ft_core.ui import show
from ft_core.ui.runs import names
from ft_core.ui.shared import QUIET, Shared
from ft_core.worker import launch
from ft_core.worker.queue import Entry, require_waiting
from ft_core.workspace import Workspace


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(visible=False, elem_classes="card", elem_id="queue") as queue:
        at_work = gr.Markdown(elem_id="queue-at-work")
        with gr.Column(visible=False) as list_part:
            order = gr.Radio([], label="Waiting, in this order", info="Choose one, and press a button below.", elem_id="queue-order", elem_classes="lines")  # fmt: skip
            with gr.Row(elem_classes="actions"):
                earlier = gr.Button("Earlier", elem_id="queue-earlier")
                later = gr.Button("Later", elem_id="queue-later")
                first = gr.Button("Do it next", elem_id="queue-next")
                cancel = gr.Button("Take out of the queue", elem_id="queue-cancel")
            with gr.Column(visible=False, elem_classes="notice", elem_id="queue-sure") as sure:
                question = gr.Markdown()
                with gr.Row(elem_classes="actions"):
                    yes = gr.Button("Yes, take it out", variant="stop", elem_id="queue-cancel-yes")
                    no = gr.Button("No, let it wait", elem_id="queue-cancel-no")

    seen = gr.State("")
    quick: dict[str, Any] = {"queue": False, **QUIET}
    inputs, outputs = [seen, order], [seen, queue, at_work, list_part, order, sure]
    shared.follow(watch_queue, inputs, outputs)
    for event in (
        earlier.click(shared.private(move_earlier), [order], None, **quick),
        later.click(shared.private(move_later), [order], None, **quick),
        first.click(shared.private(move_first), [order], None, **quick),
        yes.click(shared.private(cancel_waiting), [order], None, **quick),
    ):
        event.success(shared.quiet(watch_queue), inputs, outputs, **quick)
    cancel.click(shared.private(ask_cancel), [order], [sure, question], **quick)
    no.click(lambda: gr.update(visible=False), None, [sure], **quick)
    order.input(lambda: gr.update(visible=False), None, [sure], **quick)  # the question was about another one


def watch_queue(workspace: Workspace, seen: str, chosen: str | None) -> Any:
    """The queue in the order (seen, queue, at work, list, order, question). The chosen place stays chosen wherever it goes."""
    titles = names.titles(workspace.runs())
    at_work, waits = [], []
    for entry in launch.entries(workspace.home):
        if entry.over:
            continue
        other = "settings not trained yet" if entry.job == "measure" else "a run of somebody else"
        words = f"{titles.get(entry.run.id, other)} · {launch.JOB_NAMES.get(entry.job, entry.job)}"
        if entry.taken is not None:
            at_work.append(words)
        else:
            waits.append((f"{len(waits) + 1}. {words}", _key(entry)))
    found = repr((at_work, waits))
    if found == seen:
        return gr.skip()
    own = [(words, key) for words, key in waits if key.split()[0] in titles]
    keys = [key for _, key in own]
    value = chosen if chosen in keys else next(iter(keys), None)
    asked = gr.skip() if value == chosen else gr.update(visible=False)
    said = f"**At work:** {show.plain(', '.join(at_work))}" if at_work else "**The queue**"
    shown = gr.update(visible=bool(own))
    return [found, gr.update(visible=bool(at_work or waits)), said, shown, gr.update(choices=own, value=value), asked]


def move_earlier(workspace: Workspace, chosen: str | None) -> None:
    """One place nearer to its turn. Raises FTError `queue.not_waiting`."""
    launch.move(workspace.home, *_waiting(workspace, chosen), -1)


def move_later(workspace: Workspace, chosen: str | None) -> None:
    """One place further from its turn. Raises FTError `queue.not_waiting`."""
    launch.move(workspace.home, *_waiting(workspace, chosen), 1)


def move_first(workspace: Workspace, chosen: str | None) -> None:
    """Next in line. Raises FTError `queue.not_waiting`."""
    launch.move(workspace.home, *_waiting(workspace, chosen), -len(launch.entries(workspace.home)))


def ask_cancel(workspace: Workspace, chosen: str | None) -> list[Any]:
    """The question before it is taken out. Raises FTError `queue.not_waiting`."""
    run, job = _waiting(workspace, chosen)
    title = show.plain(names.titles(workspace.runs())[run.id])
    words = f"Take {title} ({launch.JOB_NAMES.get(job, job)}) out of the queue? The run stays in the table, and its work so far is kept."
    return [gr.update(visible=True), words]


def cancel_waiting(workspace: Workspace, chosen: str | None) -> None:
    """Take it out of the queue. Raises FTError `queue.not_waiting`."""
    launch.cancel(workspace, *_waiting(workspace, chosen))


def _key(entry: Entry) -> str:
    return f"{entry.run.id} {entry.job}"


def _waiting(workspace: Workspace, chosen: str | None) -> tuple[Run, Work]:
    """One of the person's own runs and its job. Raises FTError `queue.not_waiting` for a job that does not wait, `run.missing`."""
    identity, _, job = (chosen or "").partition(" ")
    run = workspace.run(identity)
    named: dict[str, Work] = {name: name for name in WORK}
    found = named.get(job, "train")
    require_waiting(workspace.home, run, found)
    return run, found
