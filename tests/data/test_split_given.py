import pytest

from ft_core.data.split_given import choose, with_tests_first
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from tests.data.made import pairs

SPEC = SplitSpec(by="given", column="fold")


def asked(count):
    return pairs(*((f"text {n} of {n * 7} and {n * 13}", "abc"[n % 3]) for n in range(count)))


def test_the_words_that_people_use_in_any_case():
    words = ["train", "Training", "dev", "VAL", "valid", "validation ", "test", "Eval"]
    assert choose(asked(8), "classification", SPEC, words) == {
        "train": [0, 1],
        "validation": [2, 3, 4, 5],
        "test": [6, 7],
    }


def test_a_split_that_is_not_given_is_made_of_train_and_the_given_one_stays():
    words = ["test" if n % 5 == 0 else "train" for n in range(100)]
    chosen = choose(asked(100), "classification", SPEC, words)
    assert chosen["test"] == list(range(0, 100, 5))
    assert len(chosen["train"]) + len(chosen["validation"]) == 80 and 9 <= len(chosen["validation"]) <= 11
    without = choose(asked(100), "classification", SPEC.model_copy(update={"validation": 0.0}), words)
    assert without["validation"] == [] and len(without["train"]) == 80


def test_other_words_are_refused_with_their_first_rows():
    with pytest.raises(FTError) as caught:
        choose(asked(5), "instruction", SPEC, ["train", "holdout", "test", "", "holdout"])
    assert (
        caught.value.why
        == "`holdout` stands in 2 rows, the first is row 2; Nothing stands in 1 row, the first is row 4."
    )
    with pytest.raises(FTError, match="No row of `fold` says train"):
        choose(asked(2), "instruction", SPEC, ["test", "dev"])


def test_tested_rows_come_first_and_others_keep_their_order():
    values = {1: "train", 2: "Test", 3: "dev", 4: "test", 5: "what?"}
    assert [one.row for one in with_tests_first(asked(6), values)] == [2, 4, 3, 1, 5, 6]
