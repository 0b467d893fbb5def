"""Scores stay on disk, for their model and their text alone."""

from ft_core.evals.benchmarks.store import Store


def test_scores_are_found_again_by_the_whole_text(tmp_path):
    Store(tmp_path, "m").add({("ab", "c"): (-1.25, True), ("x", " y"): (-3.0, False)})
    found = Store(tmp_path, "m")
    assert found.get("ab", "c") == (-1.25, True) and found.get("x", " y") == (-3.0, False)
    assert found.get("a", "bc") is None and found.get("ab", "d") is None
    assert Store(tmp_path, "other").get("ab", "c") is None


def test_a_torn_line_costs_its_scores_alone(tmp_path):
    store = Store(tmp_path, "m")
    store.add({("a", "b"): (-1.0, True)})
    with open(store.file, "a", encoding="utf-8") as file:
        file.write('{"scores": {"ab')
    again = Store(tmp_path, "m")
    again.add({("c", "d"): (-2.0, False)})
    last = Store(tmp_path, "m")
    assert last.get("a", "b") == (-1.0, True) and last.get("c", "d") == (-2.0, False)
