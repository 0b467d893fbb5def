"""The OpenAI-compatible bodies, without a server: what is taken, what is refused, what an answer looks like."""

import json

import pytest
from pydantic import ValidationError

from ft_core.serve import wire
from ft_core.serve.engine import Sampling

BODY = {"model": "tuned", "messages": [{"role": "user", "content": "Hi"}]}


def request(**values) -> wire.ChatRequest:
    return wire.ChatRequest.model_validate_json(json.dumps(BODY | values))


def test_the_clients_own_defaults_are_openais():
    sampling = request(seed=3).sampling()
    assert sampling == Sampling(max_new_tokens=Sampling.max_new_tokens, temperature=1.0, top_p=1.0, seed=3)


def test_the_newer_name_of_the_longest_answer_wins():
    assert request(max_tokens=7).sampling().max_new_tokens == 7
    assert request(max_tokens=7, max_completion_tokens=9).sampling().max_new_tokens == 9


def test_a_seed_of_nought_is_a_seed_and_none_is_another_each_time():
    asked = request()
    assert request(seed=0).sampling().seed == 0
    assert len({asked.sampling().seed for _ in range(20)}) > 15


def test_what_changes_nothing_here_is_ignored():
    assert request(user="ada", metadata={"a": 1}, n=1, stop=None, tools=None).messages[0].content == "Hi"


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"n": 2}, "n"),
        ({"stop": "."}, "stop"),
        ({"tools": [{}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"seed": 2**63}, "seed"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages.0.content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": "x", "name": "Ada"}]}, "messages.0.name"),
        ({"messages": [{"role": "assistant", "content": "x", "tool_calls": []}]}, "messages.0.tool_calls"),
    ],
)
def test_what_would_change_the_answer_and_cannot_be_done_is_refused(values, param):
    with pytest.raises(ValidationError) as caught:
        request(**values)
    assert wire.validation_error(caught.value)["error"]["param"] == param


def test_all_wrong_fields_are_told_at_once_without_their_values():
    with pytest.raises(ValidationError) as caught:
        request(temperature="a secret", max_tokens=0)
    error = wire.validation_error(caught.value)["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_value", "max_tokens")
    assert "max_tokens: " in error["message"] and "temperature: " in error["message"]
    assert "a secret" not in error["message"]


def test_a_body_that_is_no_object_has_no_wrong_field():
    with pytest.raises(ValidationError) as caught:
        wire.ChatRequest.model_validate_json("{")
    assert wire.validation_error(caught.value)["error"]["param"] is None


def test_a_whole_answer():
    found = wire.completion("base", "Hello", "length", wire.usage(3, 2))
    assert (found["object"], found["model"], found["choices"][0]["finish_reason"]) == (
        "chat.completion",
        "base",
        "length",
    )
    assert found["choices"][0]["message"] == {"role": "assistant", "content": "Hello"}
    assert found["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    assert found["id"] != wire.completion("base", "Hello", "length", wire.usage(3, 2))["id"]


def test_a_piece_is_one_line_of_an_event_stream():
    piece = wire.chunk("id-1", "tuned", {"content": "größer\n\nas it is"})
    line = wire.event(piece)
    assert line.startswith("data: ") and line.endswith("\n\n") and line.count("\n") == 2 and "größer" in line
    assert json.loads(line.removeprefix("data: ")) == piece
    assert (piece["id"], piece["object"]) == ("id-1", "chat.completion.chunk")
    assert piece["choices"][0]["finish_reason"] is None
