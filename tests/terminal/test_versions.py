"""Dataset versions: one line each, and what differs between two."""

from ft_core.terminal.versions import show_comparison, show_datasets
from tests.terminal.made import flat


def test_datasets_are_one_line_each(capsys):
    splits = {"train": 1535, "validation": 220, "test": 440}
    row = {"id": "4b8fd2c6ba37", "source": "[a].csv", "rows": 2195, "splits": splits, "task": "classification"}
    show_datasets({"datasets": [row | {"created": "2026-11-26T14:00:00+00:00"}]})
    shown = flat(capsys.readouterr().out)
    assert "4b8fd2c6ba37 [a].csv classification 1,535 220 440 2026-11-26 14:00" in shown
    show_datasets({"datasets": []})
    assert "No datasets yet" in capsys.readouterr().out


def test_a_comparison_says_what_differs(capsys):
    def row(number: int, answer: str) -> dict:
        return {"part": "", "row": number, "split": "train", "prompt": f"text {number}", "answer": answer}

    result = {
        "first": "aaaaaaaaaaaa",
        "second": "bbbbbbbbbbbb",
        "matched_by": "row",
        "settings": [{"name": "clean.html", "title": "HTML", "first": "fix", "second": "keep"}],
        "counts": {"train": [1000, 994], "validation": [0, 0], "test": [10, 10]},
        "labels": {"a": [5, 6], "b": [7, 7]},
        "problems": [{"code": "html", "title": "HTML in texts", "first": 3, "second": 4}],
        "same": 990,
        "only_first": 6,
        "only_second": 0,
        "changed": 1,
        "moved": {"train to test": 2},
        "rows": {
            "only_first": [row(number, "a") for number in range(1, 7)],
            "only_second": [],
            "changed": [{"first": row(9, "a"), "second": row(9, "[b]") | {"part": "faq"}}],
            "moved": [],
        },
    }
    show_comparison(result)
    shown = flat(capsys.readouterr().out)
    assert "train examples 1,000 994" in shown and "label a 5 6" in shown and "label b" not in shown
    assert 'Setting clean.html: "fix" in the first, "keep" in the second' in shown
    assert "990 the same, 1 changed, 6 only in the first, 0 only in the second" in shown
    assert "Moved from train to test: 2 rows" in shown and "Only in the first (the first 5):" in shown
    assert "9 text 9 → a text 9 → [b]" in shown and "Only in the second" not in shown
