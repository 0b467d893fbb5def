import json

import pytest

from ft_core.data.augment import review
from ft_core.data.augment.generated import Generated
from ft_core.data.read.files import read
from ft_core.errors import FTError
from ft_core.settings.example import Message


def row(question: str, **values) -> Generated:
    messages = (Message("user", question), Message("assistant", "yes"))
    return Generated(messages, "typos", values.pop("rows", (3,)), "the source", ("new",), **values)


ROWS = [row("one"), row("two\u2028lines", status="accepted", writer="m"), row("three", status="rejected")]


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "new" / "generated.jsonl"
    review.save(path, ROWS)
    assert review.load(path) == ROWS and review.counts(ROWS) == {"pending": 1, "accepted": 1, "rejected": 1}
    assert json.loads(path.read_bytes().split(b"\n")[0])["status"] == "pending"


def test_a_decision_is_written_and_leaves_the_others(tmp_path):
    path = tmp_path / "generated.jsonl"
    review.save(path, ROWS)
    review.decide(path, ROWS[0].id, "accepted")
    assert [found.status for found in review.load(path)] == ["accepted", "accepted", "rejected"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["generated.jsonl"], "nothing half-written lies about"
    with pytest.raises(FTError) as caught:
        review.decide(path, "000000000000", "rejected")
    assert caught.value.code == "generated.row"


def test_a_file_that_is_none_says_which_line(tmp_path):
    path = tmp_path / "generated.jsonl"
    with pytest.raises(FTError) as caught:
        review.load(path)
    assert caught.value.code == "generated.missing"
    good = json.dumps(ROWS[0].as_dict())
    for bad in (
        "{",
        "3",
        good.replace("pending", "maybe"),
        good.replace('"typos"', '"magic"'),
        good.replace("assistant", "user"),
        good.replace('"rows": [3]', '"rows": "x"'),
    ):
        path.write_text(f"{good}\n\n{bad}\n")
        with pytest.raises(FTError) as caught:
            review.load(path)
        assert caught.value.code == "generated.file" and "Line 3 " in caught.value.why, bad


def test_accepted_rows_become_data_of_their_own(tmp_path):
    path = tmp_path / "accepted.jsonl"
    rows = [*ROWS, row("A passage.\n\nWhat is it?", rows=(), status="accepted")]
    assert review.export(rows, path) == 2
    lines = [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    assert "passage" not in lines[0] and lines[1]["passage"] == "the source"
    assert len(read(path)) == 2
