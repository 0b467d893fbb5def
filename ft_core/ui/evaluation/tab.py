"""Evaluation: is the tuned model better than the one it started from, and where does it go wrong?"""

import gradio as gr

from ft_core.ui.evaluation import answers, forgetting, judging, start, verdict
from ft_core.ui.shared import Shared, next_button


def build(shared: Shared) -> None:
    """The steps, one below the other."""
    gr.Markdown(
        "The same unseen test examples are given to the base model, to the base model with a few examples in its prompt, and to your tuned model.",
        elem_classes="lead",
    )
    made = start.components()
    verdict.build(shared)
    answers.build(shared)
    forgetting.build(shared)
    judging.build(shared)
    with gr.Row():
        leads_on = next_button(shared, "playground", "Playground")
    start.wire(shared, made, leads_on)
    shared.expect_work()
