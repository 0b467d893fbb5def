from ft_core.ui import uploads
from ft_core.ui.data import result


def test_the_selected_dataset_is_shown_in_figures(workspace):
    dataset = uploads.prepare(workspace, uploads.keep_example(workspace))
    step, tiles, done, balance, number, tokens, leads_on = result.show_dataset(workspace, dataset.id)
    assert step["visible"] and leads_on["visible"] and f"{dataset.report['kept']:,}" in tiles
    assert done.startswith("Done: HTML") and balance["visible"]
    assert number["maximum"] == dataset.counts["train"] and tokens


def test_the_token_view_marks_the_answer_and_its_end(workspace):
    dataset = uploads.prepare(workspace, uploads.keep_example(workspace))
    pieces = result.show_tokens(workspace, dataset.id, 1)
    learnt = "".join(piece for piece, kind in pieces if kind == "learnt")
    assert learnt == dataset.examples("train")[0].answer + "<|end|>"
    assert ("<|user|>", "read only") in pieces
