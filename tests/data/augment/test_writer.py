"""Against a loopback server that speaks OpenAI's protocol; tests/serve/test_as_writer.py asks our own."""

import socket

import pytest

from ft_core.data.augment import writer
from ft_core.errors import FTError
from ft_core.settings.example import Message
from tests.data.augment.openai_standin import completion, standing_in

ASKED = [Message("system", "Be brief."), Message("user", "Hello?")]


def refused(answer, key="sk-secret", **options):
    with standing_in(answer, **options) as server, pytest.raises(FTError) as caught:
        writer.endpoint(server.url, "m", key, seconds=0.5)(ASKED)
    error = caught.value
    assert error.what and error.why and error.fix and "sk-secret" not in str(error)
    told = error.__context__ is None or error.__suppress_context__
    assert error.__cause__ is None and told, "the client's own error, which holds the request, is not shown with it"
    return error


def test_the_conversation_is_sent_and_the_text_comes_back():
    with standing_in(lambda messages: f" {messages[-1]['content']} yourself \n") as server:
        assert writer.endpoint(server.url + "/", "big-model", "sk-secret")(ASKED) == "Hello? yourself"
    ((path, authorization, body),) = server.asked
    assert (path, authorization, body["model"]) == ("/v1/chat/completions", "Bearer sk-secret", "big-model")
    assert body["messages"] == [message.as_dict() for message in ASKED] and body["max_tokens"] > 0
    assert body["temperature"] > 0, "another wording each time"


def test_who_judges_is_asked_for_the_same_answer_each_time():
    with standing_in(lambda _messages: "A") as server:
        writer.endpoint(server.url, "m", temperature=0.0)(ASKED)
    assert server.asked[0][2]["temperature"] == 0


def test_without_a_key_no_token_of_this_machine_is_sent(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_own")
    with standing_in(lambda _messages: "yes") as server:
        writer.endpoint(server.url, "m")(ASKED)
    assert "hf_own" not in (server.asked[0][1] or "")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "writer.refused"),
        (401, "writer.key"),
        (402, "writer.credit"),
        (403, "writer.key"),
        (404, "writer.model"),
        (422, "writer.refused"),
        (429, "writer.busy"),
        (503, "writer.busy"),
    ],
)
def test_a_refusal_is_said_with_its_reason_and_without_the_key(status, code):
    error = refused(lambda _messages: (status, '{"error": {"message": "no to sk-secret"}}'))
    assert error.code == code and str(status) in error.why and "no to ***" in error.why


def test_offline_nobody_is_asked(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    error = refused(lambda _messages: "late")
    assert error.code == "writer.offline" and "HF_HUB_OFFLINE" in error.fix


def test_silence_and_nobody_there():
    error = refused(lambda _messages: "late", delay=1.5)
    assert error.code == "writer.timeout"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        with pytest.raises(FTError) as caught:
            writer.endpoint(url, "m")(ASKED)
    assert caught.value.code == "writer.unreachable"


@pytest.mark.parametrize("body", ["<html>", "[]", '{"choices": []}', completion(None), '{"choices": [{"message": 3}]}'])
def test_what_is_no_answer_is_said(body):
    assert refused(lambda _messages: (200, body)).code == "writer.answer"


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "file:///etc/passwd", "http://", "ftp://there/v1"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(FTError) as caught:
        writer.endpoint(url, "m")
    assert caught.value.code == "writer.address"


def test_a_provider_needs_a_token_and_a_name_that_exists():
    with pytest.raises(FTError) as caught:
        writer.provider("auto", "m", None)
    assert caught.value.code == "writer.key"
    with pytest.raises(FTError) as caught:
        writer.provider("nobody", "m", "hf_secret")(ASKED)
    assert caught.value.code in ("writer.provider", "writer.answer") and "hf_secret" not in str(caught.value)


@pytest.mark.parametrize("model", ["https://evil.example/v1", "http://169.254.169.254/", "a b", ""])
def test_an_address_is_no_model_and_gets_no_token(model):
    with pytest.raises(FTError) as caught:
        writer.provider("auto", model, "hf_secret")
    assert caught.value.code == "writer.model" and "hf_secret" not in str(caught.value)
