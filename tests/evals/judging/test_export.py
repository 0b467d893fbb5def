"""Votes as pairs to train on: read back by the room of data, with each vote that is no pair counted."""

import json
import os
import subprocess
import sys

from ft_core.data.read.files import read
from ft_core.data.shape.shape import shape
from ft_core.evals.judging.export import export_pairs
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Example, Message
from tests.evals.judging.made import row, rows, votes


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_preferred_answer_is_chosen_and_the_rest_is_counted(tmp_path):
    made = [*rows(5), row(6, "", "text"), row(7, "a", "b", generated=True), row(8, "a", "b")]
    given = votes(made, ["tuned", "base", "tie", "both_bad", "tuned", "tuned", "base"])
    given += votes(made[4:5], ["base"], "Ben")
    found = export_pairs(made, given, tmp_path / "pairs.jsonl")
    assert found["written"] == 2 and "test examples" in found["note"]
    assert found["left_out"] == {"no_vote": 1, "tie": 1, "both_bad": 1, "split": 1, "generated": 1, "empty": 1}
    assert lines(tmp_path / "pairs.jsonl") == [
        {"prompt": "question 1", "chosen": made[0]["tuned_written"], "rejected": made[0]["base_written"]},
        {"prompt": "question 2", "chosen": made[1]["base_written"], "rejected": made[1]["tuned_written"]},
    ]


def test_inspect_reads_them_as_preferences(tmp_path):
    made = [row(n, f"short {n}", f'a longer answer, "{n}"\nwith ünïcode', f"What of {n}?") for n in range(1, 13)]
    path = tmp_path / "pairs.jsonl"
    assert export_pairs(made, votes(made, ["tuned", "base"] * 6), path)["written"] == 12
    command = [sys.executable, "-m", "ft_core", "inspect", str(path), "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=os.getcwd(), check=True)
    said = json.loads(answer.stdout)
    assert (said["shape"], said["rows"], said["kept"]) == ("preference", 12, 12)
    assert said["mapping"] == {"prompt": "prompt", "answer": "chosen", "rejected": "rejected"}


def test_a_conversation_keeps_its_turns_and_its_tools(tmp_path):
    made = [row(1, "a", "b", "And then?"), row(2, "c", "d", "Why?")]
    talk = (Message("system", "Be brief."), Message("user", "Hello"), Message("assistant", "Hi"), Message("user", "And then?"))  # fmt: skip
    tools = json.dumps([{"type": "function", "function": {"name": "look"}}])
    examples = [Example(1, (*talk, Message("assistant", "good")), tools=tools)]
    path = tmp_path / "pairs.jsonl"
    assert export_pairs(made, votes(made, ["tuned", "base"]), path, examples)["written"] == 2
    table = read(path)
    read_back = shape(table, ColumnSpec(), None, "preference")
    assert read_back.shape == "preference" and read_back.unusable == []
    first, second = read_back.examples
    assert first.prompt == talk and first.answer == "b" and first.rejected[0].content == "a"
    assert json.loads(first.tools) == json.loads(tools)
    assert second.prompt == (Message("user", "Why?"),) and second.answer == "c"


def test_an_example_that_a_model_wrote_is_left_out(tmp_path):
    made = rows(1)
    examples = [Example(1, (Message("user", "question 1"), Message("assistant", "good")), generated=True)]
    found = export_pairs(made, votes(made, ["tuned"]), tmp_path / "pairs.jsonl", examples)
    assert found["written"] == 0 and found["left_out"]["generated"] == 1
    assert (tmp_path / "pairs.jsonl").read_text() == ""


def test_votes_on_other_answers_make_no_pair(tmp_path):
    made = rows(2)
    new = [one | {"tuned_written": "new"} for one in made]
    assert export_pairs(new, votes(made, ["tuned"] * 2), tmp_path / "p.jsonl")["left_out"]["no_vote"] == 2
