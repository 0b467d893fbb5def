import asyncio

from ft_core.ui import shell


def test_the_steps_stand_in_their_order(tmp_path):
    async def build():
        return shell.build_app(tmp_path)

    page = asyncio.run(build())  # outside of a running event loop Gradio makes two and leaves them open
    ids = [block.elem_id for block in page.blocks.values() if block.elem_id and block.elem_id.startswith("data-")]
    wanted = [
        "data-file",
        "data-understood",
        "data-looking",
        "data-problems",
        "data-enough",
        "data-prepare",
        "data-result",
    ]
    assert [identity for identity in ids if identity in wanted] == wanted
