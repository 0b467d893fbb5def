"""The tab is its steps, one below the other."""

import gradio as gr

from ft_core.ui import shell


def test_the_steps_are_there(tmp_path):
    blocks = shell.build_app(tmp_path)
    assert isinstance(blocks, gr.Blocks)
    named = {block.elem_id for block in blocks.blocks.values() if getattr(block, "elem_id", None)}
    assert {
        "training-start",
        "training-loss-chart",
        "training-gradient-norm-chart",
        "training-apply-1",
        "training-pause",
    } <= named
