"""The review: one generated row at a time beside what it was made of, decided with one key; then a preparation with those accepted."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.augment import review as file
from ft_core.data.augment.generated import Generated
from ft_core.data.store import Dataset
from ft_core.ui import keys, show, uploads
from ft_core.ui.data import draft, generated
from ft_core.ui.data.preparing import preparing, stopped
from ft_core.ui.shared import QUIET, Shared
from ft_core.workspace import Workspace

CHECKS = {
    "new": "it repeats no row that is there",
    "length": "it is about as long as its source",
    "numbers": "its numbers, addresses and links are those of its source",
    "format": "its format is the same",
    "language": "its language is the same",
    "answer": "the answer still fits, as far as a program can tell",
}
KEYS = {"y": "accept", "n": "reject", "u": "undo"}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(visible=False, elem_classes="card", elem_id="data-review") as area:
        counter = gr.Markdown(elem_id="data-review-counter")
        with gr.Column(visible=False) as row:
            with gr.Row():
                source = gr.Textbox(label="Its source", lines=3, max_lines=12, interactive=False, elem_id="data-review-source")  # fmt: skip
                text = gr.Textbox(label="The new row", lines=3, max_lines=12, interactive=False, elem_id="data-review-text")  # fmt: skip
            answer = gr.Textbox(label="Its answer", max_lines=8, interactive=False, elem_id="data-review-answer")
            checks = gr.Markdown(elem_classes="quiet", elem_id="data-review-checks")
        # What is decided about is the row that the browser shows, also when two keys are pressed faster than it is told of the next.
        identity = gr.Textbox(label="Row", elem_id="data-review-row", elem_classes="unseen")
        with gr.Row(elem_classes="actions"):
            accept = gr.Button("Accept (y)", variant="primary", elem_id="data-review-accept")
            reject = gr.Button("Reject (n)", elem_id="data-review-reject")
            undo = gr.Button("Undo (u)", elem_id="data-review-undo")
            rest = gr.Button("Accept all that are left", elem_id="data-review-accept-left")
        gr.Markdown(
            "Press **y** to accept, **n** to reject and **u** to take the last decision back, while no text field is in use.",
            elem_classes="quiet",
        )
        with gr.Row(elem_classes="actions"):
            again = gr.Button("Prepare again", visible=False, variant="primary", elem_id="data-prepare-again")
            end = gr.Button("Stop", visible=False, elem_id="data-stop-preparing-again")
        progress = gr.HTML(visible=False, elem_classes="looking")
        refused = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="data-not-prepared-again")

    seen = gr.State("")
    view = [seen, area, counter, row, identity, source, text, answer, checks, accept, reject, undo, rest, again]
    shared.page.load(None, None, None, js=keys.pressing("data-review-", KEYS), queue=False, **QUIET)
    shared.follow(watch_review, [seen, shared.dataset_id], view)
    decided = [
        accept.click(shared.private(accept_row), [shared.dataset_id, identity], view, **QUIET),
        reject.click(shared.private(reject_row), [shared.dataset_id, identity], view, **QUIET),
        undo.click(shared.private(undo_row), [shared.dataset_id], view, **QUIET),
    ]
    keys.in_turn("data-review-", decided)
    rest.click(shared.private(accept_left), [shared.dataset_id], view, queue=False, **QUIET)
    preparing = again.click(
        shared.private(prepare_again),
        [shared.dataset_id],
        [progress, end, refused, shared.draft, shared.dataset_id],
        concurrency_limit=4,
        **QUIET,
    )
    end.click(shared.quiet(stopped_again), None, [progress, end], cancels=[preparing], **QUIET)


def watch_review(workspace: Workspace, seen: str, dataset_id: str) -> Any:
    """The next row to decide about, in the order of `view`; left as it is while nothing has changed."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip() if seen == "none" else ["none", gr.update(visible=False), *[gr.skip()] * 12]
    return gr.skip() if seen == generated.fingerprint(workspace, dataset) else _view(workspace, dataset)


def accept_row(workspace: Workspace, dataset_id: str, identity: str) -> list[Any]:
    """The row is to be learnt from. Raises FTError `generated.row`."""
    dataset, _ = generated.source(workspace, dataset_id)
    generated.decide(workspace, dataset, identity, "accepted")
    return _view(workspace, dataset)


def reject_row(workspace: Workspace, dataset_id: str, identity: str) -> list[Any]:
    """The row is not to be learnt from, nor made again. Raises FTError `generated.row`."""
    dataset, _ = generated.source(workspace, dataset_id)
    generated.decide(workspace, dataset, identity, "rejected")
    return _view(workspace, dataset)


def undo_row(workspace: Workspace, dataset_id: str) -> list[Any]:
    """The last decision is taken back, and its row shown again."""
    dataset, _ = generated.source(workspace, dataset_id)
    generated.undo(workspace, dataset)
    return _view(workspace, dataset)


def accept_left(workspace: Workspace, dataset_id: str) -> list[Any]:
    """Every row that is left is accepted."""
    dataset, _ = generated.source(workspace, dataset_id)
    generated.accept_left(workspace, dataset)
    return _view(workspace, dataset)


def prepare_again(workspace: Workspace, dataset_id: str, signed_in: gr.OAuthToken | None = None) -> Iterator[Any]:
    """Progress, then the version with the accepted rows, in the order (progress, end button, refusal, draft, dataset id)."""
    dataset, spec = generated.source(workspace, dataset_id)
    spec = draft.with_data(spec, generated=generated.keep(workspace, dataset))
    for progress, end, refused, made in preparing(workspace, spec, "", signed_in):
        changed = draft.draft_of(spec) if isinstance(made, str) else gr.skip()
        yield progress, end, refused, changed, made


def stopped_again(_workspace: Workspace) -> Any:
    """After the preparation was ended."""
    return stopped()


def _view(workspace: Workspace, dataset: Dataset) -> list[Any]:
    seen = generated.fingerprint(workspace, dataset)
    rows = generated.load(workspace, dataset)
    counts = file.counts(rows)
    left = next((row for row in rows if row.status == "pending"), None)
    learnt = {row.id for row in generated.prepared(workspace, dataset) if row.status == "accepted"}
    accepted = {row.id for row in rows if row.status == "accepted"}
    some = gr.update(visible=left is not None)
    words = f"Prepare again with {amounts.count(len(accepted), 'accepted row')}"
    return [
        seen,
        gr.update(visible=bool(rows)),
        f"**{len(rows) - counts['pending']:,} of {len(rows):,} decided** · {counts['accepted']:,} accepted · {counts['rejected']:,} rejected",
        some,
        left.id if left else "",
        *(_texts(left) if left else [gr.skip()] * 4),
        some,
        some,
        gr.update(visible=len(rows) > counts["pending"]),
        some,
        gr.update(visible=accepted != learnt, value=words, variant="secondary" if left else "primary"),
    ]


def _texts(row: Generated) -> list[Any]:
    """Source, new text, answer and checks of a row."""
    last = max(place for place, message in enumerate(row.messages) if message.role == "user")
    before = [f"[{message.role}] {message.content}" for message in row.messages[:last]]
    answer = "\n".join(message.content for message in row.messages[last + 1 :])
    numbers = " and ".join(f"{number:,}" for number in row.rows)
    where = f"Its source: {'row' if len(row.rows) == 1 else 'rows'} {numbers}" if row.rows else "Its source"
    return [
        gr.update(value=row.source, label=where),
        "\n".join([*before, row.messages[last].content]),
        answer,
        _checks(row),
    ]


def _checks(row: Generated) -> str:
    """What was checked, and what only a person can tell."""
    writer = f" by {show.plain(row.writer)}" if row.writer else ""
    passed = "; ".join(words for name, words in CHECKS.items() if name in row.checks)
    words = f"Made by {show.plain(row.how)}{writer}. Checked: {passed}."
    return words if "answer" in row.checks else f"{words} **Not checked: whether the answer still fits. Please look.**"
