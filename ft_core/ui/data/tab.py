"""Data: from a file to a checked, cleaned and split dataset, one step below the other."""

import gradio as gr

from ft_core.ui.data import bring, enough, looking, more, prepare, problems, result, rows, understand, versions
from ft_core.ui.shared import Shared


def build(shared: Shared) -> None:
    """The steps in their order. They know of each other only by the draft, what was seen of it, and the selected dataset."""
    gr.Markdown(
        "Bring a table of examples: what people write, and what the model should answer. Here it is checked, cleaned "
        "and divided, so that the result can be trusted.",
        elem_classes="lead",
    )
    shared.expect_commands()
    token = bring.build(shared)
    understand.build(shared)
    looking.build(shared, token)
    problems.build(shared)
    rows.build(shared)
    enough.build(shared)
    prepare.build(shared, token)
    result.build(shared)
    more.build(shared)
    versions.build(shared)
