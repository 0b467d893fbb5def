import json

import pytest

from ft_core.data.shape.examples import conversations, endings, pairs
from ft_core.data.table import Table, table_of
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Message

HI, HELLO, BYE = ({"role": role, "content": said} for role, said in (("user", "Hi"), ("assistant", "Hello"), ("assistant", "Bye")))  # fmt: skip
SPEC = ColumnSpec(prompt="p", answer="c", rejected="r")


def table(*rows):
    return table_of(enumerate(rows, start=1), [], "json", "utf-8")


def test_a_system_column_wins_over_the_common_system_prompt():
    built, unusable = pairs(
        Table({"q": ["a"] * 3, "r": ["b"] * 3, "s": ["own", "", "  "]}, "csv", "utf-8", [], [4, 9, 10]),
        ColumnSpec(prompt="q", answer="r", system="s"),
        "common",
    )
    assert [example.messages[0].content for example in built] == ["own", "common", "common"]
    assert [example.row for example in built] == [4, 9, 10] and unusable == []


def test_a_context_stands_above_and_the_input_of_alpaca_below():
    rows = table(
        {"q": "Who?", "about": "Ada wrote it.", "input": "a, b", "r": "Ada"}, {"q": "Why?", "about": " ", "r": "So."}
    )
    above, _ = pairs(rows, ColumnSpec(prompt="q", answer="r", context="about"), None)
    assert [example.question for example in above] == ["Ada wrote it.\n\nWho?", "Why?"]
    below, _ = pairs(rows, ColumnSpec(prompt="q", answer="r", context="input"), None)
    assert below[0].question == "Who?\n\na, b"


def test_unwanted_answers_and_unreadable_tools_are_named_by_row():
    rows = table(
        {"q": "a", "r": "b", "ok": "True"}, {"q": "c", "r": "d", "ok": "false"}, {"q": "e", "r": "f", "ok": ""}
    )
    built, unusable = pairs(rows, ColumnSpec(prompt="q", answer="r", wanted="ok"), None)
    assert [example.question for example in built] == ["a"]
    assert unusable == [(2, "an answer that is marked as not wanted"), (3, "an answer that is marked as not wanted")]
    talks = table({"m": [HI, HELLO], "t": '[{"name": "weather"}]'}, {"m": [HI, HELLO], "t": "weather"})
    built, unusable = conversations(talks, ColumnSpec(messages="m", tools="t"), None)
    assert json.loads(built[0].tools)[0]["function"]["name"] == "weather"
    assert unusable == [(2, "tools that are no JSON list of objects with a name")]


def test_every_system_message_survives_and_conversations_may_be_text():
    talk = [{"role": "system", "content": "One."}, HI, {"role": "system", "content": "Two."}, HELLO]
    built, unusable = conversations(table({"m": json.dumps(talk)}, {"m": [HI]}), ColumnSpec(messages="m"), None)
    assert [(m.role, m.content) for m in built[0].messages] == [
        ("system", "One.\n\nTwo."),
        ("user", "Hi"),
        ("assistant", "Hello"),
    ]
    assert unusable == [(2, "no message of the assistant")]
    built, _ = conversations(table({"m": talk}), ColumnSpec(messages="m"), "Common.")
    assert built[0].messages[0] == Message("system", "Common.")


@pytest.mark.parametrize(
    "row",
    [
        {"p": "Hi", "c": "Hello", "r": "Bye"},
        {"p": [HI], "c": [HELLO], "r": [BYE]},
        {"p": "Hi", "c": HELLO, "r": BYE},
        {"p": "Hi", "c": [HI, HELLO], "r": [HI, BYE]},
        {"p": "", "c": [HI, HELLO], "r": [HI, BYE]},
        {"p": "", "c": "\n\nHuman: Hi\n\nAssistant: Hello", "r": "\n\nHuman: Hi\n\nAssistant: Bye"},
        {"p": [{"from": "human", "value": "Hi"}], "c": {"from": "gpt", "value": "Hello"}, "r": {"from": "gpt", "value": "Bye"}},
        {"p": json.dumps([HI]), "c": "Hello", "r": "Bye"},
    ],
)  # fmt: skip
def test_all_forms_of_preferences_are_one(row):
    (example,), unusable = endings(table(row), SPEC, "Be kind.")
    assert unusable == []
    assert [(m.role, m.content) for m in example.messages] == [
        ("system", "Be kind."),
        ("user", "Hi"),
        ("assistant", "Hello"),
    ]
    assert example.rejected == (Message("assistant", "Bye"),)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"p": "Hi", "c": "Hello", "r": "Hello"}, "the same answer as the better and as the worse one"),
        ({"p": "", "c": [HI, HELLO], "r": [{"role": "user", "content": "Ho"}, BYE]}, "two conversations that differ before the last answer"),
        ({"p": "", "c": [HELLO], "r": [BYE]}, "no message of the user before the answer"),
        ({"p": ["x"], "c": "a", "r": "b"}, "a message that is not an object"),
    ],
)  # fmt: skip
def test_preferences_that_are_none(row, reason):
    assert endings(table(row), SPEC, None) == ([], [(1, reason)])


def test_an_answer_without_a_worse_one_is_learnt_all_the_same():
    (example,), _ = endings(table({"p": "Hi", "c": "Hello", "r": ""}), SPEC, None)
    assert example.answer == "Hello" and example.rejected == ()
