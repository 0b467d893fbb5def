"""The versions: all prepared datasets, one of them selected; two compared, and the selected one shared on the Hub."""

from typing import Any

import gradio as gr

from ft_core.data import store
from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset
from ft_core.ui import uploads
from ft_core.ui.data import comparison, share
from ft_core.ui.shared import Shared, choose, follow
from ft_core.workspace import Workspace

SHOWN = 50  # versions in the table and in the lists, the newest


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion(
        "Versions: choose, compare, download, share", open=False, visible=False, elem_id="data-versions", elem_classes=["step", "fold"]
    ) as step:  # fmt: skip
        gr.Markdown(
            "Every preparation with other rows or settings makes a version, which never changes. A new run learns from the selected one.",
            elem_classes="quiet",
        )
        table = gr.Dataframe(
            interactive=False, wrap=True, buttons=[], show_label=False, label="Versions", max_height=320,
            column_widths=["140px", "190px", "90px", "220px", "100px", "220px"], elem_id="data-versions-table",
        )  # fmt: skip
        with gr.Row(equal_height=True):
            choice = gr.Dropdown([], label="Selected version", info="For new runs, and for the steps above.", elem_id="data-version")  # fmt: skip
            other = gr.Dropdown([], label="Compare with", info="Another version.", elem_id="data-other-version")
        with gr.Row(elem_classes="actions"):
            compare = gr.Button("Compare", elem_id="data-compare")
            project = gr.DownloadButton("Download project.yaml", visible=False, elem_id="data-project")
            rows = gr.DownloadButton("Download its generated rows", visible=False, elem_id="data-project-rows")
        compared = comparison.build(shared, compare, other)
        said = share.build(shared)

    view = [step, table, choice, other, project, rows, compared, *said]
    follow([shared.page.load, shared.dataset_id.change], shared.quiet(show_versions), [shared.dataset_id], view)
    choose([choice.input], shared.private(choose_version), [choice], [shared.dataset_id], queue=False)


def show_versions(workspace: Workspace, dataset_id: str) -> list[Any]:
    """The versions there are, in the order of `view`; what was said about another selection is put away."""
    selected = uploads.selected_dataset(workspace, dataset_id)
    hidden = gr.update(visible=False)
    if selected is None:
        return [hidden, *[gr.skip()] * 9]
    found = store.versions(workspace.datasets)
    newest = found[:SHOWN]
    if all(version.id != selected.id for version in newest):
        newest = [*newest[:-1], selected]
    choices = [(comparison.title_of(version), version.id) for version in newest]
    others = [choice for choice in choices if choice[1] != selected.id]
    generated = uploads.download_generated(workspace, selected)
    return [
        gr.update(visible=True),
        _table(newest, selected),
        gr.update(choices=choices, value=selected.id),
        gr.update(choices=others, value=others[0][1] if others else None),
        gr.update(value=uploads.download_project(workspace, selected), visible=True),
        gr.update(value=generated, visible=generated is not None),
        hidden,
        gr.update(value=False, visible=False),
        hidden,
        hidden,
    ]


def choose_version(workspace: Workspace, identity: str | None) -> str:
    """Another version is selected. Raises FTError `dataset.missing` for an id that is none of the person's."""
    return workspace.dataset(identity or "").name


def _table(found: list[Dataset], selected: Dataset) -> dict[str, Any]:
    rows = []
    for version in found:
        joined = version.report.get("generated")
        splits = " / ".join(f"{version.counts.get(split, 0):,}" for split in SPLITS)
        rows.append(
            [
                version.id + (" ✓" if version.id == selected.id else ""),
                comparison.file_of(version),
                f"{sum(version.counts.values()):,}",
                splits,
                f"{joined['used']:,}" if joined else "–",
                f"{version.created:%d %b %Y %H:%M} UTC",
            ]
        )
    headers = ["Version", "File", "Rows", "Training / validation / test", "Generated", "Made"]
    return {"headers": headers, "data": rows}
