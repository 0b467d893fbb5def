import subprocess
import sys
from collections import Counter

import pytest

from ft_core.data.split import column_values, describe, split
from ft_core.data.table import table_of
from ft_core.data.vocabulary import normalise
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example, Message

WORDS = [
    "apple",
    "brick",
    "cloud",
    "drum",
    "eagle",
    "frost",
    "grape",
    "house",
    "iron",
    "jelly",
    "kite",
    "lemon",
    "mango",
    "noble",
    "ocean",
    "piano",
]


def example(row, question, answer):
    return Example(
        row=row, messages=(Message(role="user", content=question), Message(role="assistant", content=answer))
    )


def some(count, labels=("a", "b", "c")):
    text = [f"{WORDS[n % 16]} {WORDS[n // 16 % 16]} {n} {n * 7} {n * 13}" for n in range(count)]
    return [example(n + 1, text[n], labels[n % len(labels)]) for n in range(count)]


def test_every_label_keeps_its_shares():
    examples = some(210) + [example(1000 + n, f"rare {n} {n * 3} {WORDS[n]}", "rare") for n in range(5)]
    parts = split(examples, "classification", SplitSpec())
    counts = {name: Counter(e.answer for e in rows) for name, rows in parts.items()}
    assert counts["test"] == {"a": 14, "b": 14, "c": 14, "rare": 1}
    assert counts["validation"] == {"a": 7, "b": 7, "c": 7, "rare": 1}
    assert sorted(e.row for rows in parts.values() for e in rows) == sorted(e.row for e in examples)


def test_equal_and_nearly_equal_texts_stay_together():
    copies = [
        example(500 + n, f"{'  Where IS' if n % 2 else 'where is'} my parcel number {n // 4}", "abc"[n % 3])
        for n in range(40)
    ]
    near = [example(600 + n, f"one two three four five six seven eight nine {n}", "a") for n in range(3)]
    for seed in range(10):
        parts = split(some(90) + copies + near, "classification", SplitSpec(seed=seed))
        homes = {}
        for name, rows in parts.items():
            for e in rows:
                assert homes.setdefault(normalise(e.question), name) == name
        assert len({homes[normalise(e.question)] for e in near}) == 1


def test_data_made_from_one_pattern_can_still_be_split():
    examples = [
        example(n, f"please tell me the price of the new item number {n} today", "yes" if n % 2 else "no")
        for n in range(100)
    ]
    assert {name: len(rows) for name, rows in split(examples, "classification", SplitSpec()).items()} == {
        "train": 70,
        "validation": 10,
        "test": 20,
    }


def test_the_seed_alone_decides():
    first = split(some(60), "instruction", SplitSpec(seed=1))
    assert first == split(some(60), "instruction", SplitSpec(seed=1))
    assert first != split(some(60), "instruction", SplitSpec(seed=2))


def test_the_same_in_another_process():
    program = """
from ft_core.data.split import column_values, describe, split
from ft_core.data.table import table_of
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example, Message
rows = [Example(row=n, messages=(Message(role="user", content=f"w{n} v{n}"), Message(role="assistant", content="xyz"[n % 3]))) for n in range(60)]
print([e.row for e in split(rows, "classification", SplitSpec())["test"]])
"""
    runs = []
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        runs.append(
            subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
            ).stdout
        )
    assert runs[0] == runs[1] and runs[0].count(",") == 11


def test_a_share_of_nothing_gives_nothing():
    parts = split(some(30), "classification", SplitSpec(validation=0, test=0.2))
    assert parts["validation"] == [] and len(parts["test"]) == 6


@pytest.mark.parametrize(
    ("examples", "task", "spec", "part"),
    [
        ([], "instruction", SplitSpec(), "0 examples"),
        (some(2), "instruction", SplitSpec(), "2 examples"),
        (some(30), "instruction", SplitSpec(validation=0.5, test=0.5), "Nothing is left to train on"),
        (
            some(30) + [example(99, "odd one", "z")],
            "classification",
            SplitSpec(),
            "1 label has too few examples. Every label needs 3 examples",
        ),
        ([example(n, "the same", "abc"[n % 3]) for n in range(30)], "classification", SplitSpec(), "would be empty"),
    ],
)
def test_what_cannot_be_split(examples, task, spec, part):
    with pytest.raises(FTError) as caught:
        split(examples, task, spec)
    assert caught.value.code == "data.split" and part in str(caught.value)


def test_rare_labels_are_named_with_rows_and_their_likely_spelling():
    odd = [example(98, "where is it", "delivry"), example(99, "odd one", "zebra")]
    with pytest.raises(FTError) as caught:
        split(some(30, ("delivery", "billing")) + odd, "classification", SplitSpec())
    error = caught.value
    assert error.what == "The data cannot be split yet: 2 labels have too few examples."
    assert "`delivry` has 1 (row 98); `zebra` has 1 (row 99)." in error.why
    assert error.fix.startswith("Correct these rows in the file: `delivry` is probably `delivery`.")


def test_a_task_taken_for_classification_gives_a_short_message():
    texts = [
        example(n, f"{WORDS[n % 16]} {n * 17}", f"An answer of its own, number {n}: {WORDS[n % 16]}")
        for n in range(900)
    ]
    with pytest.raises(FTError) as caught:
        split(texts, "classification", SplitSpec())
    assert "900 labels have" in caught.value.what and len(str(caught.value)) < 700
    assert caught.value.fix.startswith("Set Task to instruction")


def by(kind, **changes):
    return SplitSpec(by=kind, column="c", **changes)


def test_the_column_decides_by_the_rows_of_the_file():
    examples = some(60)
    values = {example.row: ("test" if example.row > 50 else "train") for example in examples}
    parts = split(examples, "classification", by("given"), values)
    assert [example.row for example in parts["test"]] == list(range(51, 61)) and parts["validation"]
    parts = split(examples, "instruction", by("time"), {row: str(-row) for row in range(1, 61)})
    assert [example.row for example in parts["test"]] == list(range(1, 13))
    parts = split(examples, "classification", by("group"), {row: str(row // 10) for row in range(1, 61)})
    assert sum(len(rows) for rows in parts.values()) == 60 and len(parts["test"]) in range(9, 16)


def test_a_label_may_be_rare_when_a_column_decides():
    examples = [*some(30), example(31, "odd one", "z")]
    parts = split(examples, "classification", by("time"), {row: str(row) for row in range(1, 32)})
    assert parts["test"][-1].answer == "z"


def test_the_values_of_a_column_and_one_that_is_not_there():
    table = table_of([(1, {"c": " x "}), (3, {"c": "y"})], [], "csv", None)
    assert column_values(table, by("group")) == {1: "x", 3: "y"} and column_values(table, SplitSpec()) == {}
    with pytest.raises(FTError) as caught:
        column_values(table, SplitSpec(by="time", column="date"))
    assert caught.value.what == "There is no column `date`." and "`c`" in caught.value.why
    with pytest.raises(FTError, match="Splitting by group needs a column"):
        column_values(table, SplitSpec(by="group"))


def test_how_it_was_split_is_told():
    examples = some(60)
    told = describe(split(examples, "instruction", SplitSpec()), SplitSpec(), {})
    assert told["counts"] == {"train": 42, "validation": 6, "test": 12} and told["column"] is None
    customers = {row: f"customer {row // 10}" for row in range(10, 61)}
    told = describe(split(examples, "instruction", by("group"), customers), by("group"), customers)
    assert sum(told["groups"].values()) == 6 and told["largest"][0]["examples"] == 10 and "9 rows" in told["why"]
    days = {row: f"2026-01-{1 + row % 28:02}" for row in range(2, 61)}
    told = describe(split(examples, "instruction", by("time"), days), by("time"), days)
    assert told["dates"]["train"][0] == "2026-01-01" and told["dates"]["test"][1] == "2026-01-28"
    assert told["undated"] == [1] and told["undated_count"] == 1
