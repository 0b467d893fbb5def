import math

import pytest

from ft_core.data.split_time import choose, read_times
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from tests.data.made import pairs

SPEC = SplitSpec(by="time", column="sent")


def asked(count):
    return pairs(*((f"text {n}", "a") for n in range(count)))


def test_the_newest_are_the_test_and_those_before_validation():
    dates = [f"2025-{12 - n % 12:02}-{1 + n // 12:02}T08:00:00" for n in range(100)]
    chosen = choose(asked(100), SPEC, dates)
    ends = {name: sorted(dates[index] for index in indices) for name, indices in chosen.items()}
    assert (len(ends["train"]), len(ends["validation"]), len(ends["test"])) == (70, 10, 20)
    assert ends["train"][-1] < ends["validation"][0] and ends["validation"][-1] < ends["test"][0]


def test_a_row_without_a_date_is_learnt_from():
    dates = [f"2025-01-{1 + n:02}" for n in range(25)] + ["soon"]
    chosen = choose(asked(26), SPEC, dates)
    assert 25 in chosen["train"] and len(chosen["test"]) == 5


def test_a_column_without_dates_is_refused_with_its_rows():
    with pytest.raises(FTError) as caught:
        choose(asked(20), SPEC, ["2025-01-01"] * 10 + ["May", "10:30", ""] + ["later"] * 7)
    assert caught.value.why.startswith("row 11: 'May', row 12: '10:30', row 13: empty, row 14: 'later'")
    assert "10 of its dates" in caught.value.what and caught.value.why.endswith(" and more.")


def test_dates_as_people_write_them():
    times = read_times(
        ["2024-01-02", "2 January 2024", "02.01.2024", "2/1/2024", "31/12/2023", "2024-01-02T02:00+02:00"]
    )
    assert times[:4].tolist() == [times[0]] * 4 and times[4] == times[0] - 2 * 86400 and times[5] == times[0]
    assert read_times(["1/2/2024", "12/31/2023"]).tolist() == read_times(["2024-01-02", "2023-12-31"]).tolist()


def test_numbers_that_grow_are_times_and_nonsense_is_none():
    assert read_times(["3", "1.5", "1700000000"]).tolist() == [3, 1.5, 1700000000]
    assert all(math.isnan(time) for time in read_times(["9999-99-99", "", "x2024", "12:00"]))
    assert read_times([]).tolist() == []
