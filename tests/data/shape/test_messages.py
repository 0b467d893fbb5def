import json

import pytest

from ft_core.data.shape.messages import listed, messages_of, plain, spoken, tools_of, until_answer
from ft_core.data.table import clean_cell
from ft_core.settings.example import Message

CALL = '{"name": "weather", "arguments": {"city": "Ulm", "days": 2, "detailed": true, "unit": null}}'


def test_cells_as_text():
    assert plain("x") == "x"
    assert plain({"text": ["first", "second"]}) == "first"
    assert plain([]) == ""
    assert plain({"from": "gpt", "value": "v"}) == "v"


def test_lists_also_as_text_or_as_one_object():
    turn = {"role": "user", "content": "Hi"}
    assert listed([turn]) == listed(json.dumps([turn])) == listed(turn) == listed(json.dumps(turn)) == [turn]
    assert listed("[not JSON") is None and listed("text") is None and listed("[" * 100_000) is None


@pytest.mark.parametrize("arguments", [json.loads(CALL)["arguments"], json.dumps(json.loads(CALL)["arguments"])])
def test_calls_of_openai_keep_the_kinds_of_their_values(arguments):
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": arguments}}
    cell = [
        {"role": "developer", "content": "Help."},
        {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "dry"},
        {"role": "assistant", "content": "Dry."},
    ]
    assert messages_of(clean_cell(cell)) == [
        Message("system", "Help."),
        Message("user", "one\ntwo"),
        Message("assistant", "", (CALL,)),
        Message("tool", "dry"),
        Message("assistant", "Dry."),
    ]


def test_calls_of_sharegpt_and_the_older_openai_form():
    old = {"role": "assistant", "content": "", "function_call": {"name": "weather", "arguments": ""}}
    assert messages_of([old]) == [Message("assistant", "", ('{"name": "weather", "arguments": {}}',))]
    turns = [
        {"from": "human", "value": "Rain?"},
        {"from": "function_call", "value": CALL},
        {"from": "observation", "value": "dry"},
        {"from": "gpt", "value": "Dry."},
    ]
    messages = messages_of(turns)
    assert [message.role for message in messages] == ["user", "assistant", "tool", "assistant"]
    assert messages[1].tool_calls == (CALL,)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("text", "no list of messages"),
        ([], "no list of messages"),
        (["text"], "a message that is not an object"),
        ([{"role": "moderator", "content": "x"}], "the role 'moderator'"),
        ([{"from": "function_call", "value": "weather(Ulm)"}], "a call of a tool that is not JSON"),
        ([{"from": "function_call", "value": '{"name": "a", "arguments": [1]}'}], "a call of a tool that is not JSON"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}], "a picture"),
    ],
)
def test_what_cannot_be_used_says_why(cell, reason):
    assert reason in messages_of(cell)


def test_conversations_end_with_the_last_answer():
    talk = [Message("user", "a"), Message("assistant", "b"), Message("user", "c")]
    assert until_answer(talk) == talk[:2]
    assert until_answer(talk[:1]) == "no message of the assistant"
    assert until_answer(talk[1:]) == "no message of the user before the answer"


def test_conversations_that_are_one_text():
    text = "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye?\n\nAssistant: Bye\nnow"
    assert spoken(text, "user") == [
        Message("user", "Hi"),
        Message("assistant", "Hello"),
        Message("user", "Bye?"),
        Message("assistant", "Bye\nnow"),
    ]
    assert spoken("Human: what a word", "user") == [Message("user", "Human: what a word")]
    assert spoken('[{"a": 1}]', "assistant") == [Message("assistant", '[{"a": 1}]')]
    assert spoken({"from": "gpt", "value": "Hello"}, "assistant") == [Message("assistant", "Hello")]


def test_tools_become_those_of_openai():
    bare = {"name": "weather", "parameters": {"required": ["city"], "limit": 3}}
    whole = json.dumps([{"type": "function", "function": bare}])
    assert tools_of(clean_cell([bare])) == tools_of(json.dumps([bare])) == tools_of(whole) == whole
    assert tools_of("") == tools_of("[]") == ""
    assert tools_of("weather") is None and tools_of([{"description": "no name"}]) is None and tools_of('["a"]') is None
