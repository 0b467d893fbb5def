from collections import Counter

import pytest

from ft_core.data.split_group import choose, groups_of
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from tests.data.made import pairs

SPEC = SplitSpec(by="group", column="customer")


def asked(count):
    return pairs(*((f"text {n} of {n * 7}", "abc"[n % 3]) for n in range(count)))


def test_one_customer_is_in_one_split_and_sizes_and_labels_keep_their_shares():
    customers = [f"customer {n * n % 41}" for n in range(600)]
    chosen = choose(asked(600), "classification", SPEC, customers)
    homes = {name: {customers[index] for index in indices} for name, indices in chosen.items()}
    assert not homes["train"] & homes["test"] and not homes["train"] & homes["validation"]
    assert not homes["validation"] & homes["test"]
    assert abs(len(chosen["test"]) - 120) <= 15 and abs(len(chosen["validation"]) - 60) <= 15
    labels = Counter("abc"[index % 3] for index in chosen["test"])
    assert min(labels.values()) >= 30


def test_the_seed_alone_decides():
    customers = [str(n % 50) for n in range(200)]
    assert choose(asked(200), "instruction", SPEC, customers) == choose(asked(200), "instruction", SPEC, customers)
    other = SPEC.model_copy(update={"seed": 1})
    assert choose(asked(200), "instruction", SPEC, customers) != choose(asked(200), "instruction", other, customers)


def test_rows_without_a_value_are_each_on_their_own():
    assert groups_of(["a", "", "a", ""]) == [[0, 2], [1], [3]]
    sizes = {name: len(indices) for name, indices in choose(asked(100), "instruction", SPEC, [""] * 100).items()}
    assert sizes == {"train": 70, "validation": 10, "test": 20}


def test_one_customer_with_most_rows_is_learnt_from_and_no_split_is_empty():
    customers = ["large"] * 90 + ["small"] * 2 + ["smaller"]
    chosen = choose(asked(93), "instruction", SPEC, customers)
    assert len(chosen["train"]) == 90 and chosen["validation"] and chosen["test"]


def test_fewer_customers_than_splits_are_refused():
    with pytest.raises(FTError) as caught:
        choose(asked(20), "instruction", SPEC, ["one"] * 10 + ["two"] * 10)
    assert caught.value.code == "data.split" and "There are 2 and 3 splits" in caught.value.why
    assert "by `customer`" in caught.value.what
