from ft_core.data.check import check
from ft_core.data.read import Table
from ft_core.data.shape import shape
from ft_core.settings.data import CleanSpec, ColumnSpec


def problems(rows, bad_rows=()):
    table = Table(
        [{"message": text, "label": label} for text, label in rows],
        ["message", "label"],
        "csv",
        "utf-8",
        list(bad_rows),
    )
    shaped = shape(table, ColumnSpec(prompt="message", answer="label"), None, "classification")
    return {problem.code: problem for problem in check(table, shaped, CleanSpec())}


def test_clean_data_has_no_problems():
    assert problems([(f"message number {n} about thing {n * n}", "ab"[n % 2]) for n in range(10)]) == {}


def test_each_problem_says_where_why_and_what_to_do():
    rows = [("Tea &amp; milk", "a"), ("same text", "a"), ("same text", "b"), ("x", ""), ("y", "A.")] + [("z", "a")] * 30
    found = problems(rows, [(40, "3 fields instead of 2")])
    assert list(found) == ["html", "empty", "label_spelling", "duplicates", "conflicts", "bad_rows"]
    assert found["duplicates"].count == 29 and len(found["duplicates"].rows) == 20
    assert found["conflicts"].rows == [2, 3] and found["conflicts"].samples == [("same text", "a / b")]
    assert found["bad_rows"].samples == [("row 40", "3 fields instead of 2")]
    assert all(problem.why and problem.fix.split()[0] in ("Set", "Correct") for problem in found.values())
