"""Two versions side by side: of one source by row, of two sources by text."""

import json

import pytest

from ft_core.data import store
from ft_core.data.compare import compare
from ft_core.data.prepare import prepare
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec, EditSpec, SplitSpec
from ft_core.settings.example import Example, Message

SPEC = DataSpec(source="tickets.csv")
LINES = [f"text {n} about matter {n * n} from {n * 7},{('billing', 'returns')[n % 2]}" for n in range(60)]


def write(path, lines):
    path.write_text("message,label\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "tickets.csv", [*LINES, LINES[0], "text <b>with</b> tags<br>,billing"])


def stored(folder, rows, split="train", **values):
    """A version of rows (row, prompt, answer) in one split."""
    examples = [Example(row, (Message("user", prompt), Message("assistant", answer))) for row, prompt, answer in rows]
    parts = {name: examples if name == split else [] for name in ("train", "validation", "test")}
    known = {"spec": SPEC.model_dump(mode="json"), "task": "instruction"}
    counts = {name: len(examples) for name, examples in parts.items()}
    store.write(folder, parts, {"label_counts": {}, "problems": []}, known | {"counts": counts} | values)
    return store.Dataset.open(folder)


def test_a_version_equals_itself(tmp_path, source):
    dataset = prepare(source, SPEC, None, tmp_path / "datasets")
    found = compare(dataset, dataset)
    assert (found.same, found.changed, found.only_first, found.only_second, found.moved) == (61, 0, 0, 0, {})
    assert found.settings == [] and found.matched_by == "row"
    assert found.labels == {"billing": [31, 31], "returns": [30, 30]}
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()


def test_other_settings_of_one_source_are_told_with_what_they_did(tmp_path, source):
    first = prepare(source, SPEC, None, tmp_path / "datasets")
    other = SPEC.model_copy(
        update={
            "clean": CleanSpec(html="keep", duplicates="keep", near_duplicates="keep"),
            "edits": (EditSpec(row=5, action="drop"), EditSpec(row=6, action="change", answer="billing")),
        }
    )
    found = compare(first, prepare(source, other, None, tmp_path / "datasets"))
    assert found.matched_by == "row"
    assert {one["name"]: (one["first"], one["second"]) for one in found.settings if one["name"] != "edits"} == {
        "clean.html": ("fix", "keep"),
        "clean.duplicates": ("fix", "keep"),
        "clean.near_duplicates": ("fix", "keep"),
    }
    assert {one["title"] for one in found.settings} == {"HTML", "Duplicates", "Near duplicates", "Edits"}
    assert [row["row"] for row in found.rows["only_first"]] == [5] and found.only_first == 1
    assert [row["row"] for row in found.rows["only_second"]] == [61] and found.only_second == 1
    changed = {
        pair["first"]["row"]: (pair["first"]["answer"], pair["second"]["answer"]) for pair in found.rows["changed"]
    }
    assert found.changed == 2 and changed[6] == ("returns", "billing")
    assert {pair["second"]["prompt"] for pair in found.rows["changed"]} >= {"text <b>with</b> tags<br>"}
    assert found.labels == {"billing": [31, 32], "returns": [30, 29]}
    codes = {one["code"]: (one["first"], one["second"]) for one in found.problems}
    assert codes["html"] == (1, 1) and codes["duplicates"] == (1, 1)


def test_rows_that_moved_between_splits_are_counted_by_way(tmp_path, source):
    first = prepare(source, SPEC, None, tmp_path / "datasets")
    second = prepare(source, SPEC.model_copy(update={"split": SplitSpec(seed=1)}), None, tmp_path / "datasets")
    found = compare(first, second)
    places = [
        {example.row: split for split in dataset.counts for example in dataset.examples(split)}
        for dataset in (first, second)
    ]
    moved = sum(places[0][row] != places[1][row] for row in places[0])
    assert sum(found.moved.values()) == moved > 0 and all(" to " in way for way in found.moved)
    assert found.same == 61 and len(found.rows["moved"]) == min(20, moved)
    one = found.rows["moved"][0]
    assert one["first"]["split"] != one["second"]["split"] and one["first"]["row"] == one["second"]["row"]


def test_two_sources_are_matched_by_text(tmp_path, source):
    first = prepare(source, SPEC, None, tmp_path / "datasets")
    longer = write(tmp_path / "more.csv", ["a new first text of its own,returns", *LINES[:-1]])
    found = compare(first, prepare(longer, SPEC, None, tmp_path / "datasets"))
    assert found.matched_by == "text" and found.settings == []
    assert (found.same, found.only_first, found.only_second, found.changed) == (59, 2, 1, 0)
    assert found.rows["only_second"][0]["prompt"] == "a new first text of its own"


def test_one_text_with_several_answers_is_matched_answer_by_answer(tmp_path):
    first = stored(tmp_path / "a", [(1, "Hello", "x"), (2, "hello", "y"), (3, "bye", "z")])
    second = stored(tmp_path / "b", [(7, "hello", "y"), (8, "Hello", "w"), (9, "bye", "z")])
    found = compare(first, second)
    assert (found.same, found.changed, found.only_first, found.only_second) == (2, 1, 0, 0)
    assert found.rows["changed"][0]["first"]["answer"] == "x" and found.rows["changed"][0]["second"]["answer"] == "w"


def test_copies_of_one_row_count_once(tmp_path):
    first = stored(tmp_path / "a", [(1, "q", "a"), (1, "q", "a")], source_sha256="s")
    second = stored(tmp_path / "b", [(1, "q", "a")], source_sha256="s")
    found = compare(first, second)
    assert (found.same, found.only_first, found.counts["train"]) == (1, 0, [2, 1])


def test_many_rows_are_counted_and_twenty_shown_in_short(tmp_path):
    first = stored(tmp_path / "a", [(n, f"only here {n} " + "x" * 500, "a") for n in range(50)])
    found = compare(first, stored(tmp_path / "b", [], task="chat"))
    assert found.only_first == 50 and len(found.rows["only_first"]) == 20
    assert len(found.rows["only_first"][0]["prompt"]) == 300
    assert found.settings == [{"name": "task", "title": "Task", "first": "instruction", "second": "chat"}]


def test_a_damaged_version_is_not_compared(tmp_path):
    first = stored(tmp_path / "a", [(1, "q", "a")])
    (first.folder / "train.parquet").write_bytes(b"x")
    with pytest.raises(FTError, match="damaged"):
        compare(first, first)
