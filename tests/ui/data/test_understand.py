from types import SimpleNamespace

import pytest

from ft_core.errors import FTError
from ft_core.ui.data import bring, understand


@pytest.fixture
def draft(workspace):
    return bring.use_example(workspace)[0]


def shown(workspace, draft):
    """The view by names."""
    step, words, *columns, task, system, preview, number, chat = understand.understand(workspace, draft)
    parts = dict(zip(understand.PARTS, columns, strict=True))
    return SimpleNamespace(
        step=step, words=words, columns=parts, task=task, system=system, preview=preview, number=number, chat=chat
    )


def taken(workspace, tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    return bring.take(workspace, [str(file)])[0]


def test_the_example_is_understood(workspace, draft):
    view = shown(workspace, draft)
    assert "6 labels" in view.words and view.task["value"] == "classification"
    assert (view.columns["prompt"]["value"], view.columns["answer"]["value"]) == ("message", "label")
    assert not view.columns["messages"]["visible"]
    assert len(view.preview["value"]["data"]) == 10
    assert [turn["role"] for turn in view.chat["value"]] == ["user", "user", "assistant"], "system, question, answer"


def test_conversations_are_shown_whole(workspace, tmp_path):
    turns = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello <b>you</b>"}]}\n'
    view = shown(workspace, taken(workspace, tmp_path, "chats.jsonl", turns * 3))
    assert view.columns["messages"]["value"] == "messages" and not view.columns["prompt"]["visible"]
    assert view.chat["value"][1] == {"role": "assistant", "content": "Hello <b>you</b>"}, "text, shown as it is"


def test_a_table_that_is_not_understood_leaves_the_columns_to_choose_from(workspace, tmp_path):
    view = shown(workspace, taken(workspace, tmp_path, "one.csv", b"only\na\nb\n"))
    assert "one column" in view.words
    assert view.columns["prompt"]["choices"] == ["only"] and view.columns["prompt"]["visible"]
    assert not view.preview["visible"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("nothing.csv", b"", "empty"), ("broken.json", b'[{"a": 1', "cannot be read")],
)
def test_a_file_that_cannot_be_read_says_so_by_its_own_name(workspace, tmp_path, name, content, words):
    view = shown(workspace, taken(workspace, tmp_path, name, content))
    assert view.step["visible"] and words in view.words and "What to do" in view.words
    assert name.replace(".", "\\.") in view.words or name in view.words
    assert not any(update["visible"] for update in view.columns.values())


def test_choices_go_into_the_draft(workspace, draft):
    other = understand.choose_columns(workspace, draft, "message", "customer", *[None] * (len(understand.PARTS) - 2))
    other = understand.choose_system(workspace, other, " Say who wrote. ")
    other = understand.choose_task(workspace, other, "instruction")
    assert other["data"]["columns"] == {"prompt": "message", "answer": "customer"}
    assert other["data"]["system"] == "Say who wrote." and other["task"] == "instruction"
    with pytest.raises(FTError, match="cannot be used"):
        understand.choose_task(workspace, draft, "guessing")


def test_another_row_of_the_table_is_shown_as_a_chat(workspace, draft):
    preview = shown(workspace, draft).preview["value"]["data"]
    chat = understand.show_chat(workspace, draft, None, preview[3][0])
    assert chat[1]["content"] == preview[3][1] and chat[2]["content"] == preview[3][2]


def test_a_large_file_waits_for_the_look_beside_the_page(workspace, draft, monkeypatch):
    monkeypatch.setattr(understand, "INLINE_BYTES", 100)
    assert "read first" in shown(workspace, draft).words
    assert len(understand.understand_large(workspace, draft, None)) == len(understand.PARTS) + 7
