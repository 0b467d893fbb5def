"""The tab is its steps, one below the other."""

import asyncio

from ft_core.ui import shell


def test_the_steps_are_there(tmp_path):
    async def build():
        return shell.build_app(tmp_path)

    blocks = asyncio.run(build())
    named = {block.elem_id for block in blocks.blocks.values() if getattr(block, "elem_id", None)}
    assert {
        "evaluation-start",
        "evaluation-result",
        "evaluation-report-html",
        "evaluation-answers",
        "evaluation-forgetting",
        "judging-left",
    } <= named
