import subprocess
import sys
from collections import Counter

import pytest

from ft_core.data.similar import normalise
from ft_core.data.split import split
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
from ft_core.data.split import split
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
