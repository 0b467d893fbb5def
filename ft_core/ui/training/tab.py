"""Training: the settings, the start, watching the loss fall, and what the coach says."""

import gradio as gr

from ft_core.ui.shared import Shared
from ft_core.ui.training import settings, watch


def build(shared: Shared) -> None:
    """The steps, one below the other."""
    gr.Markdown(
        "A small adapter beside the base model learns from your examples, or with some methods a copy of it; the base itself stays as it is. "
        "You can close this page meanwhile: the work goes on.",
        elem_classes="lead",
    )
    made, start = settings.build(shared)
    watch.build(shared, made, start)
    shared.expect_work()
