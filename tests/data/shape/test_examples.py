from ft_core.data.shape.examples import conversations, pairs, plain
from ft_core.data.table import Table
from ft_core.settings.data import ColumnSpec


def test_cells_as_text():
    assert plain("x") == "x"
    assert plain({"text": ["first", "second"]}) == "first"
    assert plain([]) == ""
    assert plain({"from": "gpt", "value": "v"}) == "v"


def test_a_system_column_wins_over_the_common_system_prompt():
    built = pairs(
        Table({"q": ["a"] * 3, "r": ["b"] * 3, "s": ["own", "", "  "]}, "csv", "utf-8", [], [4, 9, 10]),
        ColumnSpec(prompt="q", answer="r", system="s"),
        "common",
    )
    assert [example.messages[0].content for example in built] == ["own", "common", "common"]
    assert [example.row for example in built] == [4, 9, 10]


def test_content_in_parts_and_a_conversation_without_answer():
    parts = [
        {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
        {"role": "assistant", "content": "ok"},
    ]
    examples, unusable = conversations(
        Table({"m": [parts, parts[:1]]}, "json", "utf-8", [], [1, 2]), ColumnSpec(messages="m"), None
    )
    assert examples[0].question == "one\ntwo"
    assert unusable == [(2, "no message of the assistant")]
