import time

import numpy

from ft_core.data.lengths import packing
from ft_core.pipeline.data import base_window
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.ui.data import learnt
from tests.ui.data.made import long_answers, shown, stored


def test_the_token_view_marks_the_answer_and_its_end(example):
    workspace, dataset = example
    pieces, ending = learnt.show_tokens(workspace, dataset.id, 1)
    told = "".join(piece for piece, kind in pieces if kind == "learnt")
    assert told == dataset.examples("train")[0].answer + "<|end|>"
    assert ("<|user|>", "read only") in pieces and "learnt end-of-turn token" in ending


def test_padding_is_one_piece(example):
    workspace, dataset = example
    tokens = shown(workspace, dataset)["tokens"]
    padding = [piece for piece, kind in tokens if kind == "padding"]
    assert len(padding) <= 1 and all(" × " in piece for piece in padding)


def test_the_token_view_shows_the_example_that_is_asked_for(example):
    workspace, dataset = example
    examples = dataset.examples("train")
    for number, example in ((2, examples[1]), (len(examples), examples[-1]), (10**9, examples[-1]), (-3, examples[0])):
        pieces, _ = learnt.show_tokens(workspace, dataset.id, number)
        assert "".join(piece for piece, kind in pieces if kind == "learnt") == example.answer + "<|end|>"
    for odd in (float("nan"), float("inf"), None, "x", [1]):
        assert learnt.show_tokens(workspace, dataset.id, odd) == learnt.show_tokens(workspace, dataset.id, 1)


def test_cut_tokens_are_counted_and_say_what_to_do(workspace):
    dataset = stored(workspace, long_answers(1, words=50), max_length=20)
    pieces, ending = learnt.show_tokens(workspace, dataset.id, 1)
    cut = sum(kind == "cut" for _, kind in pieces)
    assert cut == len(pieces) - 20 > 0
    assert f"{cut:,} tokens of the answer are cut" in ending and "Raise **Longest example**" in ending


def test_of_an_endless_example_the_first_and_last_tokens_are_shown(workspace):
    dataset = stored(workspace, long_answers(1, words=5000))
    pieces, _ = learnt.show_tokens(workspace, dataset.id, 1)
    assert len(pieces) == learnt.SHOWN_TOKENS + 1
    assert [piece for piece, kind in pieces if kind is None][0].endswith("more tokens … ") and pieces[-2][1] == "cut"


def test_lengths_are_those_of_the_training_split_with_the_cut_line_in_words(workspace):
    examples = long_answers(40)
    view = shown(workspace, stored(workspace, examples, max_length=20))
    window = base_window(ProjectSpec(data={"source": "x.csv"}, training=TrainSpec(max_length=20)))
    assert window is not None
    lengths = window.tokenizer.lengths(examples)
    chart, cut = view["lengths"]["value"], int((lengths > 20).sum())
    assert chart.examples.sum() == 40 and chart[chart.part == "cut"].examples.sum() == cut > 0
    assert (
        "Longest example: 20 tokens" in view["length_words"]
        and f"{cut} of 40 training examples are longer" in view["length_words"]
    )
    packed = packing(lengths, 20, 16)
    assert f"{packed.packed_rows} rows" in view["padding"] and "Batch size: 16" in view["padding"]
    assert f"{packed.padding_unsorted:,.0f} padding tokens" in view["padding"]


def test_lengths_that_all_fit_say_so(workspace):
    words = shown(workspace, stored(workspace, long_answers(10)))["length_words"]
    assert "All 10 training examples fit" in words and "sample" not in words


def test_one_enormous_example_does_not_hide_the_others(workspace):
    examples = [*long_answers(30), *long_answers(1, words=3000)]
    chart = shown(workspace, stored(workspace, examples, max_length=32))["lengths"]["value"]
    assert chart.tokens.iloc[-1] == "more" and (chart[chart.part == "fits"].examples > 0).sum() > 1


def test_a_base_model_that_is_not_here_is_named(workspace):
    dataset = stored(workspace, long_answers(3))
    spec = uploads.project_of(workspace, dataset)
    model = spec.model.model_copy(update={"base": "some/model-nobody-downloaded"})
    uploads.remember(workspace, dataset.id, spec.model_copy(update={"model": model}))
    view = shown(workspace, dataset)
    assert view["step"]["visible"] and not view["lengths"]["visible"] and view["tokens"] == []
    assert "nobody" in view["ending"] and "training downloads it" in view["ending"]


def test_a_damaged_dataset_says_so_where_its_tokens_would_be(workspace):
    dataset = stored(workspace, long_answers(3))
    (dataset.folder / "train.parquet").write_bytes(b"PAR1")
    view = shown(workspace, dataset)
    assert view["tokens"] == [] and "damaged" in view["ending"] and not view["lengths"]["visible"]


def test_a_large_dataset_is_looked_at_by_a_sample_at_once(workspace):
    dataset = stored(workspace, long_answers(100_000))
    began = time.monotonic()
    view = shown(workspace, dataset)
    first = time.monotonic() - began
    assert "This is a sample, by chance, of all 100,000" in view["length_words"]
    assert view["lengths"]["value"].examples.sum() == learnt.SAMPLE
    pieces, _ = learnt.show_tokens(workspace, dataset.id, 99_999)
    assert "".join(piece for piece, _ in pieces).count("99999") == 1, "the row that was asked for"
    began = time.monotonic()
    shown(workspace, dataset)
    again = time.monotonic() - began
    assert again < first, "lengths are remembered"
    window = base_window(uploads.project_of(workspace, dataset))
    assert window is not None and isinstance(learnt.lengths_of(dataset.folder, window.tokenizer), numpy.ndarray)
    print(f"first {first:.2f} s, again {again:.2f} s")
