import pytest

from ft_core.data.look import look
from ft_core.data.problems import SMALL_TEST
from ft_core.data.table import table_of
from ft_core.evals import compare
from ft_core.settings.data import ColumnSpec, DataSpec, SplitSpec


def problems(rows, bad_rows=(), split=None, task="classification"):
    pairs = enumerate(({"message": text, "label": label} for text, label in rows), start=1)
    table = table_of(pairs, list(bad_rows), "csv", "utf-8")
    spec = DataSpec(source="a.csv", columns=ColumnSpec(prompt="message", answer="label"), split=split or SplitSpec())
    return {problem.code: problem for problem in look(table, spec, task).problems}


def rows(count, labels=("billing", "delivery")):
    return [(f"message number {n} about thing {n * n}", labels[n % len(labels)]) for n in range(count)]


def test_clean_data_has_no_problems():
    assert problems(rows(250)) == {}


def test_each_problem_says_where_why_and_what_to_do():
    untidy = [("Tea &amp; milk", "a"), ("same text", "a"), ("same text", "b"), ("tea", ""), ("milk", "A.")]
    untidy += [("cake", "a")] * 30 + [("one", "b"), ("two", "b")]
    found = problems(untidy, [(40, "3 fields instead of 2")])
    assert list(found) == ["html", "empty", "label_spelling", "conflicts", "duplicates", "bad_rows", "small_data"]
    assert found["duplicates"].count == 29 and len(found["duplicates"].rows) == 20
    assert found["conflicts"].rows == [2, 3] and found["conflicts"].samples == [("same text", "a / b")]
    assert found["bad_rows"].samples == [("row 40", "3 fields instead of 2")]


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (
            "private_data",
            "Words such as [e-mail] are written in its place, unless Private data is set to keep (`private_data: keep`).",
        ),
        ("html", "They are removed, unless HTML is set to keep (`html: keep`)."),
        ("empty", "These rows are left out, unless Empty cells is set to keep (`empty: keep`)."),
        (
            "label_spelling",
            "The most frequent spelling is used, unless Label spellings is set to keep (`label_spelling: keep`).",
        ),
        ("duplicates", "One of each is kept, unless Duplicates is set to keep (`duplicates: keep`)."),
        ("near_duplicates", "One of each is kept, unless Near duplicates is set to keep (`near_duplicates: keep`)."),
        (
            "conflicts",
            "All are kept as they are. Correct these rows in the file, or set Conflicts to drop (`conflicts: drop`): "
            "all rows of these texts are left out.",
        ),
    ],
)
def test_what_cleaning_does_is_told_by_the_name_of_its_control(code, fix):
    near = [("one two three four five six seven eight nine " + end, "b") for end in ("ten", "eleven")]
    untidy = [
        ("Tea &amp; milk", "a"),
        ("x", ""),
        ("y", "A."),
        ("z", "a"),
        ("z", "a"),
        ("z", "b"),
        *near,
        ("me@example.com", "a"),
    ]
    assert problems(untidy)[code].fix == fix


def test_what_was_found_is_said_with_its_numbers():
    found = problems([*rows(250), ("write to me@example.com or you@example.com", "billing")])
    assert list(found) == ["private_data"]
    assert found["private_data"].why.endswith("did not agree to that. There are 2 e-mail addresses.")
    assert found["private_data"].samples == [("write to me••• or yo•••", "write to [e-mail] or [e-mail]")]


def test_a_rare_label_is_found_before_the_split_refuses_it():
    data = [*rows(250), ("where is my parcel", "delivry"), ("a horse with stripes", "zebra"), ("stripes", "zebra")]
    found = problems(data)
    assert list(found) == ["rare_labels"]
    rare = found["rare_labels"]
    assert (rare.count, rare.rows, rare.samples) == (
        3,
        [251, 252, 253],
        [("delivry", "probably delivery, not changed")],
    )
    assert "needs 3 examples" in rare.why and "`delivry` has 1 (row 251); `zebra` has 2 (rows 252, 253)." in rare.why
    assert rare.fix.startswith("Correct these rows in the file: `delivry` is probably `delivery`.")
    assert "`delivry` has 1" in problems(data, split=SplitSpec(validation=0))["rare_labels"].why
    assert "`zebra` has" not in problems(data, split=SplitSpec(validation=0))["rare_labels"].why
    assert "rare_labels" not in problems(data, split=SplitSpec(validation=0, test=0))
    assert "rare_labels" not in problems(data, task="instruction")


@pytest.mark.parametrize(
    ("count", "why", "fix"),
    [
        (
            1,
            "1 row is usable, about 1 for the test: ",
            "Add about 250 rows: fewer than 3 cannot even be split.",
        ),
        (2, "2 rows are usable, about 1 for the test: ", "Add about 250 rows: fewer than 3 cannot"),
        (99, "99 rows are usable, about 20 for the test: a model learns little", "Add about 160 rows; a trial"),
        (100, "100 rows are usable, about 20 for the test: with fewer than 50, ", "Add about 150 rows to be "),
        (240, "240 rows are usable, about 48 for the test: with fewer than 50, ", "Add about 10 rows to be "),
    ],
)
def test_few_rows_are_said_with_numbers(count, why, fix):
    small = problems(rows(count), task="instruction")["small_data"]
    assert (small.count, small.rows, small.samples) == (count, [], [])
    assert small.why.startswith(why) and small.fix.startswith(fix)


def test_few_rows_depend_on_what_is_left_and_on_the_test_share():
    assert problems([*rows(240), *rows(60)])["small_data"].count == 240
    assert "small_data" not in problems(rows(240), split=SplitSpec(test=0.5))
    assert "small_data" not in problems(rows(100), split=SplitSpec(test=0))
    untested = problems(rows(60), split=SplitSpec(test=0))["small_data"]
    assert untested.why.startswith("60 rows are usable: a model") and untested.fix.startswith("Add about 40 rows;")


def test_a_small_test_set_is_what_the_verdict_calls_small():
    assert SMALL_TEST == compare.SMALL


def test_labels_that_are_only_numbers_get_a_hint():
    found = problems([(f"some text number {n} of it", str(n % 2)) for n in range(120)])
    assert found["number_labels"].count == 120 and found["number_labels"].rows == []
    assert "Label names" in found["number_labels"].fix and '"0": ...' in found["number_labels"].fix
    assert "number_labels" not in problems([(f"some text number {n} of it", "ab"[n % 2]) for n in range(120)])
