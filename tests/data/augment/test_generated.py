from dataclasses import replace

import pytest

from ft_core.data.augment.generated import Generated, Made
from ft_core.errors import FTError
from ft_core.settings.example import Message

ROW = Generated((Message("user", "my card?"), Message("assistant", "billing")), "typos", (7, 9), "My card?", ("new",))


def test_its_id_is_of_what_is_learnt_and_not_of_what_was_decided():
    assert len(ROW.id) == 12 and replace(ROW, status="accepted", writer="m").id == ROW.id
    assert replace(ROW, messages=(Message("user", "my cards?"), ROW.messages[1])).id != ROW.id


def test_it_becomes_an_example_with_the_project_s_system_prompt():
    example = ROW.example("Sort it.")
    assert example.generated and example.row == 7 and example.messages[0] == Message("system", "Sort it.")
    assert (example.question, example.answer) == ("my card?", "billing")
    own = replace(ROW, messages=(Message("system", "Own."), *ROW.messages))
    assert own.example("Sort it.").messages[0].content == "Own." and len(ROW.example(" ").messages) == 2
    assert replace(ROW, rows=()).example(None).row == 0


def test_the_worse_answer_and_the_tools_of_its_source_stay_with_it():
    worse = (Message("assistant", "No idea."),)
    example = replace(ROW, rejected=worse, tools="[]").example(None)
    assert example.rejected == worse and example.tools == "[]"


def test_made_is_told_in_plain_values():
    made = Made([ROW], 3)
    made.refused["repeats"] += 2
    assert made.summary() == {"made": 1, "tried": 3, "refused": {"repeats": 2}, "stopped": None}
    made.stopped = FTError("writer.busy", "What.", "Why.", "Fix.")
    assert made.summary()["stopped"]["code"] == "writer.busy"


@pytest.mark.parametrize("error", [FTError("writer.busy", "What.", "Why.", "Fix."), KeyboardInterrupt()])
def test_an_early_end_keeps_the_rows_there_are(error):
    made = Made([ROW])
    with made.keeping():
        raise error
    assert made.stopped is not None and made.stopped.code == getattr(error, "code", "stopped")
    with pytest.raises(type(error)), Made().keeping():
        raise error
