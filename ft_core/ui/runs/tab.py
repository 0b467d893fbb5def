"""Runs: all of them, side by side, and the searches that make many."""

import gradio as gr

from ft_core.ui.runs import compare, data_size, runs, sweep
from ft_core.ui.shared import Shared


def build(shared: Shared) -> None:
    """The steps, one below the other."""
    gr.Markdown(
        "Every training you made, who is next, and what they show side by side. Below: let the app try settings for you, or learn how "
        "much more data would help.",
        elem_classes="lead",
    )
    runs.build(shared)
    compare.build(shared)
    sweep.build(shared)
    data_size.build(shared)
    shared.expect_work()
