import pytest

from ft_core.data.shape.known import first, is_talk, known, named, turns_shape
from ft_core.data.table import table_of
from ft_core.settings.data import ColumnSpec

ANY = ColumnSpec()
HI, HELLO = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
HUMAN, GPT = {"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}


def table(*rows):
    return table_of(enumerate(rows, start=1), [], "json", "utf-8")


@pytest.mark.parametrize(
    ("row", "shape", "mapping"),
    [
        ({"messages": [HI, HELLO]}, "messages", {"messages": "messages"}),
        ({"talk": [HUMAN, GPT], "tools": "[]"}, "sharegpt", {"messages": "talk", "tools": "tools"}),
        ({"talk": [HUMAN, GPT], "tools": "hammer"}, "sharegpt", {"messages": "talk"}),
        ({"prompt": "p", "chosen": "c", "rejected": "r"}, "preference", {"prompt": "prompt", "answer": "chosen", "rejected": "rejected"}),
        ({"theme": "p", "chosen": "c", "rejected": "r"}, "preference", {"prompt": "theme", "answer": "chosen", "rejected": "rejected"}),
        ({"chosen": [HI, HELLO], "rejected": [HI, HELLO]}, "preference", {"answer": "chosen", "rejected": "rejected"}),
        ({"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "c"}, "preference", {"answer": "chosen", "rejected": "rejected"}),
        ({"conversations": [HUMAN], "chosen": GPT, "rejected": GPT}, "preference", {"messages": "conversations", "answer": "chosen", "rejected": "rejected"}),
        ({"id": "1", "score": "2", "chosen": "c", "rejected": "r"}, "unknown", {}),
        ({"messages": [HI, HELLO], "label": "true"}, "preference", {"messages": "messages", "wanted": "label"}),
        ({"prompt": "p", "completion": "c", "label": "false"}, "preference", {"prompt": "prompt", "answer": "completion", "wanted": "label"}),
        ({"messages": [HI, HELLO], "label": "greeting"}, "messages", {"messages": "messages"}),
        ({"instruction": "i", "output": "o"}, "alpaca", {"prompt": "instruction", "answer": "output"}),
        ({"Instruction": "i", "Input": "n", "Output": "o"}, "alpaca", {"prompt": "Instruction", "answer": "Output", "context": "Input"}),
        ({"context": "c", "question": "q", "answers": {"text": ["a"]}}, "squad", {"prompt": "question", "answer": "answers", "context": "context"}),
    ],
)  # fmt: skip
def test_forms_and_their_columns(row, shape, mapping):
    found = known(table(row), ANY)
    assert found is not None and found.shape == shape
    assert {part: name for part, name in found.columns.model_dump().items() if name} == mapping
    assert found.why.endswith((".", "?")) and all(f"`{name}`" in found.why for name in mapping.values())


def test_other_tables_are_none_of_these():
    assert known(table({"text": "a", "label": "true"}), ANY) is None
    assert known(table({"prompt": [HI], "completion": [HELLO]}), ANY) is None


def test_columns_by_name_and_their_first_cell():
    rows = table({"Sub-Title": "", "b": [HUMAN]}, {"Sub-Title": "x", "b": "[]"})
    assert named(rows, ("title", "sub_title")) == "Sub-Title" and named(rows, ("title",)) is None
    assert first(rows, "Sub-Title") == "x"
    assert is_talk(rows, "b") and not is_talk(rows, "Sub-Title")
    assert turns_shape(rows, "b") == "sharegpt" and turns_shape(rows, "Sub-Title") == "messages"
