"""Generated rows: what is said of them, and their review, one key each."""

import io
from pathlib import Path

from ft_core.data.augment import review
from ft_core.errors import FTError
from ft_core.terminal.generated import keys, review_rows, show_generated, show_review
from tests.terminal.made import flat, generated


def test_rows_are_decided_by_one_key_each_and_it_goes_on_where_it_was_left(tmp_path, capsys):
    path = tmp_path / "generated.jsonl"
    rows = [generated(f"row {name}") for name in "abcd"]
    review.save(path, rows)
    review_rows(path, iter("yx n u?Nq".replace(" ", "")))
    assert [row.status for row in review.load(path)] == ["accepted", "rejected", "pending", "pending"]
    review_rows(path, iter("y"))
    assert [row.status for row in review.load(path)] == ["accepted", "rejected", "accepted", "pending"]
    said = capsys.readouterr().out
    assert "1 of 4  typos, from row 4" in said and "1 of 2  typos" in said and "new     row c" in said
    review_rows(path, iter("n"))
    review_rows(path, iter(""))
    assert review.counts(review.load(path)) == {"pending": 0, "accepted": 2, "rejected": 2}


def test_keys_are_the_letters_of_what_is_no_terminal():
    assert list(keys(io.StringIO("y\n\nnq\n"))) == ["y", "n", "q"]


def test_generated_rows_say_what_was_refused_and_the_way_on(tmp_path, capsys):
    result = {"file": "a b.jsonl", "made": 2, "tried": 9, "refused": {"nearly repeats": 3, "[red]": 4}, "stopped": None}
    show_generated(result, Path("project.yaml"))
    said = flat(capsys.readouterr().out)
    assert "2 new rows of 9 tried, added to a b.jsonl" in said and "[red] 4 nearly repeats 3" in said
    assert "review 'a b.jsonl'" in said and "`generated: a b.jsonl` below `data:` in project.yaml" in said
    stopped = FTError("writer.busy", "It is busy.", "It said 429.", "Wait a minute.").as_dict()
    show_generated(result | {"made": 0, "stopped": stopped}, None)
    said = flat(capsys.readouterr().out)
    assert "It ended early. It is busy." in said and "Next" not in said


def test_the_end_of_a_review_says_where_the_rows_are(capsys):
    show_review({"accepted": 2, "rejected": 1, "pending": 0, "exported": 2, "to": "new.jsonl"})
    said = capsys.readouterr().out
    assert "2 accepted, 1 rejected, 0 to decide" in said and "prepare new.jsonl" in said
