"""Of two evaluated runs what got better and what worse, and which examples changed sides."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.evals.changes import changes
from ft_core.evals.changes_page import COLUMNS, KINDS, cells, html
from ft_core.run import Run
from ft_core.ui import uploads

SHOWN = 100  # examples


def components() -> list[Any]:
    """(group, table of scores, table of examples, download)."""
    with gr.Column(visible=False, elem_id="compare-changes") as group:
        gr.Markdown(
            "**What got better, what worse.** Both tuned models on the test examples that both answered. Better and worse are said only where "
            "chance is ruled out for all that is tested here together; without an interval nothing is said.",
            elem_classes="quiet",
        )
        lines = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Better or worse", elem_id="compare-lines", max_height=520, column_widths=["230px", "80px", "80px", "90px", "180px", "150px"])  # fmt: skip
        examples = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Examples that changed sides", elem_id="compare-examples", max_height=420, column_widths=["130px", "420px", "130px", "130px", "130px"])  # fmt: skip
        download = gr.DownloadButton("Download this comparison", size="sm", elem_id="compare-download")
    return [group, lines, examples, download]


def shown(runs: Sequence[Run], names: Sequence[str]) -> list[Any]:
    """In the order of `components`; hidden where the runs are not two that can be compared."""
    hidden = [gr.update(visible=False), *[gr.skip()] * 3]
    if len(runs) != 2:
        return hidden
    try:
        found = changes(*runs)
    except FTError:  # why not is said beside it, as of any number of runs
        return hidden
    lines = [list(cells(line)) for line in found["scores"]]
    lines += [
        [f"{KINDS[kind]}: {title}", *rest] for kind in list(KINDS)[1:] for title, *rest in map(cells, found[kind])
    ]
    sides = (("gained", "right in B only"), ("lost", "right in A only"))
    examples = [
        [words, *(str(one[key]) for key in ("prompt", "expected", "first", "second"))]
        for side, words in sides
        for one in found[side][: SHOWN // 2]
    ]
    page = uploads.download_text(runs[1], f"against-{runs[0].id}.html", html(found, names))
    return [
        gr.update(visible=True),
        {"headers": list(COLUMNS), "data": lines},
        gr.update(
            value={"headers": ["Now", "Prompt", "Right answer", "A", "B"], "data": examples}, visible=bool(examples)
        ),
        gr.update(value=page),
    ]
