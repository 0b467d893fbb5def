import pytest

from ft_core.data import leaks
from ft_core.data.leaks import Leak
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from tests.data.made import pairs

GIVEN = SplitSpec(by="given", column="fold")
TEXT = "one two three four five six seven eight nine"


def parts(train, validation, test):
    examples = pairs(*((text, "a") for text in (*train, *validation, *test)))
    begin = len(train) + len(validation)
    return {"train": examples[: len(train)], "validation": examples[len(train) : begin], "test": examples[begin:]}


LEAKY = parts(["alone", TEXT, "my  PARCEL", "also alone"], ["something", TEXT + " ten"], ["my parcel", TEXT + " ten x"])


def test_the_same_and_nearly_the_same_text_across_splits():
    assert leaks.find(LEAKY) == [
        Leak(2, "train", 6, "validation", 0.9),
        Leak(3, "train", 7, "test", 1.0),
        Leak(6, "validation", 8, "test", 0.909),
    ]
    assert leaks.find(parts(["a b"], ["c d"], ["e f"])) == []


def test_the_copies_are_left_out_so_that_the_test_stays():
    settled = leaks.settle(LEAKY, GIVEN)
    assert {name: [example.row for example in left] for name, left in settled.parts.items()} == {
        "train": [1, 4],
        "validation": [5],
        "test": [7, 8],
    }
    assert settled.removed == 3
    told = leaks.report(settled, GIVEN)
    assert (told["exact"], told["near"], told["removed"], told["treatment"]) == (1, 2, 3, "drop")
    assert told["pairs"][1] == {"row": 3, "split": "train", "of_row": 7, "of_split": "test", "similarity": 1.0}
    step = leaks.step(settled, GIVEN, LEAKY)
    assert (step["found"], step["removed"], step["rows"]) == (3, 3, [2, 3, 6])
    assert step["samples"][1] == ["my  PARCEL", "row 7 of test: my parcel"]
    problem = leaks.problems(settled, GIVEN, LEAKY)[0]
    assert (problem.code, problem.count) == ("leaks", 3) and "3 rows are left out" in problem.fix


@pytest.mark.parametrize("spec", [GIVEN.model_copy(update={"leaks": "keep"}), SplitSpec()])
def test_they_stay_on_request_and_where_chance_decided(spec):
    settled = leaks.settle(LEAKY, spec)
    assert settled.parts == LEAKY and settled.removed == 0 and len(settled.leaks) == 3
    assert leaks.report(settled, spec)["treatment"] == "keep"


def test_no_leak_is_told_too():
    clean = parts(["a b"], ["c d"], ["e f"])
    settled = leaks.settle(clean, GIVEN)
    assert settled.parts == clean and leaks.problems(settled, GIVEN, clean) == []
    assert leaks.report(settled, GIVEN)["why"].startswith("No text of one split is in another")


def test_a_split_of_nothing_but_copies_is_refused():
    with pytest.raises(FTError) as caught:
        leaks.settle(parts(["x y", "X  y"], [], ["x y"]), GIVEN)
    assert caught.value.code == "data.split" and "row 1 repeats row 3" in caught.value.why


def test_a_few_that_chance_could_not_keep_together_are_left_out():
    few = parts([f"text {n} of {n * n}" for n in range(60)] + [TEXT], ["new"], [TEXT + " ten"])
    settled = leaks.settle(few, SplitSpec())
    assert settled.removed == 1 and leaks.report(settled, SplitSpec())["treatment"] == "drop"
