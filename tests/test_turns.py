"""What templates are given of tools, and how they are asked what they know."""

import json

import jinja2

from ft_core.settings.example import Message
from ft_core.turns import fitted, needs_tools, support

CALL = '{"name": "weather", "arguments": {"city": "Ulm"}}'
OTHER = '{"name": "weather", "arguments": {"city": "Bonn"}}'
TOOLS = json.dumps([{"type": "function", "function": {"name": "weather", "description": "The weather of a city."}}])
TALK = [
    Message("user", "Rain?"),
    Message("assistant", "I look.", (CALL, OTHER)),
    Message("tool", "dry"),
    Message("tool", "wet"),
    Message("assistant", "Dry and wet."),
]


def everything(messages, tools):
    return json.dumps([messages, tools])


def one_call(messages, tools):
    if any(len(message.get("tool_calls", ())) > 1 for message in messages):
        raise jinja2.TemplateError("one call at a time")
    return everything(messages, tools)


def contents(messages, tools):
    return "".join(message["content"] for message in messages)


def test_a_template_is_asked_by_what_it_writes():
    assert support(everything) == "parallel"
    assert support(one_call) == "single"
    assert support(contents) == "none"
    assert support(lambda messages, tools: everything(messages, None)) == "none", "the tools themselves are missing"


def test_what_a_template_knows_is_given_as_it_is():
    messages, tools = fitted(TALK, TOOLS, "parallel")
    assert list(messages) == TALK and tools == json.loads(TOOLS)
    assert fitted(TALK, "", "parallel")[1] is None


def test_one_call_at_a_time():
    messages, _ = fitted(TALK, TOOLS, "single")
    assert [message.tool_calls for message in messages] == [(), (CALL,), (OTHER,), (), (), ()]
    assert [message.content for message in messages][1:3] == ["I look.", ""]


def test_everything_as_text():
    messages, tools = fitted(TALK, TOOLS, "none")
    assert tools is None and [message.role for message in messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    assert "The weather of a city." in messages[0].content and "<tools>" in messages[0].content
    assert messages[2].content == f"I look.\n<tool_call>\n{CALL}\n</tool_call>\n<tool_call>\n{OTHER}\n</tool_call>"
    assert messages[3].content == "<tool_response>\ndry\n</tool_response>\n<tool_response>\nwet\n</tool_response>"
    assert not any(message.tool_calls for message in messages)
    own, _ = fitted([Message("system", "Be kind."), *TALK], TOOLS, "none")
    assert own[0].content.startswith("Be kind.\n\nYou can call these tools:") and len(own) == len(messages)


def test_the_beginning_stays_whatever_follows():
    for known in ("parallel", "single", "none"):
        whole, _ = fitted(TALK, TOOLS, known)
        for end in (1, 4):
            begun, _ = fitted(TALK[:end], TOOLS, known)
            assert list(whole[: len(begun)]) == list(begun)


def test_plain_conversations_need_nothing():
    assert not needs_tools([Message("user", "q"), Message("assistant", "a")], "")
    assert needs_tools([Message("user", "q")], TOOLS) and needs_tools(TALK[:2], "") and needs_tools(TALK[2:3], "")
