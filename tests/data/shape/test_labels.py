from ft_core.data.shape.labels import companion, named, only_numbers
from ft_core.data.table import Table
from tests.data.made import pairs


def table(**columns):
    cells = {name: list(values) for name, values in columns.items()}
    return Table(cells, "csv", "utf-8", [], list(range(1, len(next(iter(cells.values()))) + 1)))


def test_bare_numbers():
    assert only_numbers(["0", "1", "-2", "3.0"])
    assert not only_numbers(["0", "one"]) and not only_numbers([]) and not only_numbers(["0", ""])


def test_the_column_beside_that_names_the_numbers():
    names = {"0": "sad", "1": "glad"}
    assert companion(table(label=["0", "1", "0", ""], label_text=["sad", "glad", "sad", ""]), "label") == (
        "label_text",
        names,
    )
    assert companion(table(stars=["0", "1"], **{"class name": ["sad", "glad"]}), "stars") == ("class name", names)
    assert companion(table(label=["0", "1"], mood=["sad", "glad"]), "label") is None, "its name does not say so"
    assert companion(table(label=["0", "1"], label_text=["0", "1"]), "label") is None


def test_a_column_that_is_not_one_to_one_names_nothing():
    assert companion(table(label=["0", "1", "0"], label_text=["sad", "glad", "bad"]), "label") is None
    assert companion(table(label=["0", "1", "2"], label_text=["sad", "glad", "sad"]), "label") is None
    assert companion(table(label=["0", "1"], label_text=["sad", ""]), "label") is None


def test_answers_get_their_names():
    examples = pairs(("a", "0"), ("b", "7"))
    changed = named(examples, {"0": "sad"})
    assert [example.answer for example in changed] == ["sad", "7"] and changed[1] is examples[1]
    assert changed[0].question == "a" and changed[0].row == 1
