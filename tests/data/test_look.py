import pytest

from ft_core.data.look import look
from ft_core.data.table import table_of
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec, SplitSpec

ROWS = [{"message": f"text {n} about {n * n}", "label": "ab"[n % 2]} for n in range(20)]


def table(rows):
    return table_of(enumerate(rows, start=1), [(99, "broken")], "csv", "utf-8")


def test_a_table_is_shaped_cleaned_and_its_problems_are_told():
    looked = look(table([*ROWS, ROWS[0]]), DataSpec(source="a.csv"), None)
    assert (looked.shaped.task, len(looked.shaped.examples), len(looked.cleaned.examples)) == ("classification", 21, 20)
    assert [problem.code for problem in looked.problems] == ["duplicates", "bad_rows", "small_data"]


def test_the_settings_decide_what_is_cleaned():
    looked = look(
        table([*ROWS, ROWS[0]]),
        DataSpec(source="a.csv", clean=CleanSpec(duplicates="keep", near_duplicates="keep")),
        "instruction",
    )
    assert looked.shaped.task == "instruction" and len(looked.cleaned.examples) == 21


def test_a_table_that_nothing_can_be_learnt_from_is_refused():
    with pytest.raises(FTError) as caught:
        look(table([{"message": row["message"]} for row in ROWS]), DataSpec(source="a.csv"), None)
    assert caught.value.code == "data.one_column"


def test_of_two_copies_the_one_that_is_given_as_test_stays():
    rows = [row | {"fold": "train"} for row in ROWS]
    rows += [ROWS[0] | {"fold": "Test"}, ROWS[1] | {"fold": "val"}]
    spec = DataSpec(source="a.csv", split=SplitSpec(by="given", column="fold"))
    left = [example.row for example in look(table(rows), spec, None).cleaned.examples]
    assert left == [*range(3, 23)], "rows 1 and 2 repeat what is tested and watched; the order is that of the file"
