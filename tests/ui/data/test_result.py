import json
import shutil
import time

import numpy
import pytest

from ft_core.data import store, tokens
from ft_core.data.store import Dataset
from ft_core.settings.example import Example, Message
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.ui.data import result
from ft_core.workspace import Workspace

NAMES = ("step", "tiles", "facts", "done", "steps", "samples", "labels", "number", "tokens", "ending", "leads_on")
LENGTH_NAMES = ("lengths", "length_words", "padding")


def shown(workspace, dataset):
    """The views by names."""
    figures = dict(zip(NAMES, result.show_dataset(workspace, dataset.id), strict=True))
    return figures | dict(zip(LENGTH_NAMES, result.show_lengths(workspace, dataset.id), strict=True))


@pytest.fixture
def example(example_home):
    """The workspace in which the example is prepared, and its dataset. Tests must not write to it."""
    workspace = Workspace(example_home)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    return workspace, dataset


def stored(workspace, examples, max_length=512, **report) -> Dataset:
    """A dataset version of these training examples, with such a report beside what every version has, and its project."""
    folder = workspace.datasets / "0123456789ab"
    spec = ProjectSpec(task="instruction", data={"source": "x.csv"}, training=TrainSpec(max_length=max_length))
    parts = {"train": examples, "validation": [], "test": []}
    counts = {name: len(rows) for name, rows in parts.items()}
    told = {
        "source": "x.csv",
        "rows": len(examples),
        "kept": len(examples),
        "labels": [],
        "label_counts": {},
        "splits": counts,
        "token_lengths": None,
    }
    values = {
        "version": 1,
        "sha256": "0" * 64,
        "task": "instruction",
        "labels": [],
        "counts": counts,
        "spec": spec.data.model_dump(mode="json"),
    }
    store.write(folder, parts, told | {"steps": []} | report, values)
    uploads.remember(workspace, folder.name, spec)
    return Dataset.open(folder)


def long_answers(count, words=5):
    return [
        Example(n, (Message("user", f"Question {n}?"), Message("assistant", "yes " * (words + n % 7))))
        for n in range(1, count + 1)
    ]


def test_the_selected_dataset_is_shown_in_figures(example):
    workspace, dataset = example
    view = shown(workspace, dataset)
    assert view["step"]["visible"] and view["leads_on"]["visible"]
    for chart in ("labels", "lengths"):
        assert set(view[chart]) <= {"value", "visible", "__type__"}, (
            "another order beside new values would leave the old picture"
        )
    assert f"{dataset.report['kept']:,}" in view["tiles"] and "Median length" in view["tiles"]
    assert view["labels"]["visible"] and view["number"]["maximum"] == dataset.counts["train"] and view["tokens"]


def test_what_was_done_is_listed_with_rows_before_and_after(example):
    workspace, dataset = example
    view = shown(workspace, dataset)
    rows = {row[0]: row[1:] for row in view["steps"]["value"].values.tolist()}
    done = {step["title"]: step for step in dataset.report["steps"]}
    assert rows["HTML"] == [done["HTML"]["found"], done["HTML"]["changed"], done["HTML"]["removed"]]
    assert f"{sum(step['removed'] for step in done.values()):,} rows removed" in view["done"]["label"]
    assert view["done"]["visible"] and "HTML" in set(view["samples"]["value"]["What"])


def test_splits_leaks_balance_and_generated_rows_are_told_in_words(workspace):
    dataset = stored(
        workspace, long_answers(5),
        split={"by": "time", "why": "The newest `date` are the test.", "dates": {"train": ["1 <b>", "2"], "validation": [], "test": ["3", "4"]}},
        leaks={"exact": 2, "near": 1, "why": "3 rows are left out."},
        balance={"treatment": "oversample", "before": 100, "after": 130},
        generated={"used": 10, "pending": 2, "left_out": {"nearly the same as a training row": 3}},
        parts={"faq": {"used": {"train": 7}, "weight": 0.5}},
    )  # fmt: skip
    facts = shown(workspace, dataset)["facts"]
    assert "The newest “date” are the test" in facts and "test from 3 to 4" in facts
    assert "<b>" not in facts and "validation from" not in facts
    assert "2 the same and 1 nearly the same. 3 rows are left out" in facts
    assert "100 training rows became 130" in facts
    assert "10 generated rows joined the training split" in facts and "3 nearly the same as a training row" in facts
    assert "Part “faq”" in facts and "weight 0.5" in facts


def test_the_example_tells_of_its_split_and_leaks(example):
    workspace, dataset = example
    facts = shown(workspace, dataset)["facts"]
    assert "**Split:** By chance" in facts and "**Leaks between splits:**" in facts and "**Balance" not in facts


def test_a_report_of_an_earlier_version_is_shown_without_what_it_lacks(example, workspace):
    shutil.copytree(example[0].home, workspace.home)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    path = dataset.folder / "report.json"
    report = {
        key: value
        for key, value in dataset.report.items()
        if key not in ("split", "leaks", "balance", "generated", "quality", "token_lengths")
    }
    report["steps"] = [{key: step[key] for key in ("code", "title", "changed", "removed")} for step in report["steps"]]
    path.write_text(json.dumps(report))
    view = shown(workspace, dataset)
    assert (
        view["step"]["visible"] and view["facts"] == "" and view["done"]["visible"] and not view["samples"]["visible"]
    )


def test_the_token_view_marks_the_answer_and_its_end(example):
    workspace, dataset = example
    pieces, ending = result.show_tokens(workspace, dataset.id, 1)
    learnt = "".join(piece for piece, kind in pieces if kind == "learnt")
    assert learnt == dataset.examples("train")[0].answer + "<|end|>"
    assert ("<|user|>", "read only") in pieces and "learnt end-of-turn token" in ending


def test_the_token_view_shows_the_example_that_is_asked_for(example):
    workspace, dataset = example
    examples = dataset.examples("train")
    for number, example in ((2, examples[1]), (len(examples), examples[-1]), (10**9, examples[-1]), (-3, examples[0])):
        pieces, _ = result.show_tokens(workspace, dataset.id, number)
        assert "".join(piece for piece, kind in pieces if kind == "learnt") == example.answer + "<|end|>"
    for odd in (float("nan"), float("inf"), None, "x", [1]):
        assert result.show_tokens(workspace, dataset.id, odd) == result.show_tokens(workspace, dataset.id, 1)


def test_cut_tokens_are_counted_and_say_what_to_do(workspace):
    dataset = stored(workspace, long_answers(1, words=50), max_length=20)
    pieces, ending = result.show_tokens(workspace, dataset.id, 1)
    cut = sum(kind == "cut" for _, kind in pieces)
    assert cut == len(pieces) - 20 > 0
    assert f"{cut:,} tokens of the answer are cut" in ending and "Raise **Longest example**" in ending


def test_of_an_endless_example_the_first_and_last_tokens_are_shown(workspace):
    dataset = stored(workspace, long_answers(1, words=5000))
    pieces, _ = result.show_tokens(workspace, dataset.id, 1)
    assert len(pieces) == result.SHOWN_TOKENS + 1
    assert [piece for piece, kind in pieces if kind is None][0].endswith("more tokens … ") and pieces[-2][1] == "cut"


def test_lengths_are_those_of_the_training_split_with_the_cut_line_in_words(workspace):
    examples = long_answers(40)
    view = shown(workspace, stored(workspace, examples, max_length=20))
    window = result._window(ProjectSpec(data={"source": "x.csv"}, training=TrainSpec(max_length=20)))
    assert window is not None
    lengths = window.tokenizer.lengths(examples)
    chart, cut = view["lengths"]["value"], int((lengths > 20).sum())
    assert chart.examples.sum() == 40 and chart[chart.part == "cut"].examples.sum() == cut > 0
    assert (
        "Longest example: 20 tokens" in view["length_words"]
        and f"{cut} of 40 training examples are longer" in view["length_words"]
    )
    packed = tokens.packing(lengths, 20, 16)
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
    assert view["lengths"]["value"].examples.sum() == result.SAMPLE
    pieces, _ = result.show_tokens(workspace, dataset.id, 99_999)
    assert "".join(piece for piece, _ in pieces).count("99999") == 1, "the row that was asked for"
    began = time.monotonic()
    shown(workspace, dataset)
    again = time.monotonic() - began
    assert again < first, "lengths are remembered"
    assert isinstance(
        result._lengths(dataset.folder, result._base_folder(uploads.project_of(workspace, dataset)), "starter"),
        numpy.ndarray,
    )
    print(f"first {first:.2f} s, again {again:.2f} s")
