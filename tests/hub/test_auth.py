"""Who somebody is, and what each answer of the Hub becomes."""

import socket

import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from ft_core.errors import FTError
from ft_core.hub import auth
from tests import hub_standin


def test_who_names_the_person_and_the_organisations(hub):
    assert auth.who(hub_standin.OWNER) == auth.User("alice", "Alice", ("acme",))
    assert hub.requests == [("GET", "/api/whoami-v2", hub_standin.OWNER)]


@pytest.mark.parametrize("token", [None, "", "hf_wrong"])
def test_a_missing_or_wrong_token_is_said(hub, token, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", hub_standin.OWNER)  # a token that lies about is never taken
    with pytest.raises(FTError) as caught:
        auth.who(token)
    assert caught.value.code == "hub.token"
    assert caught.value.fix.startswith("Sign in")
    assert not any(used == hub_standin.OWNER for _method, _path, used in hub.requests)


def test_nothing_that_answers_is_unreachable(monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(FTError) as caught:
            auth.who(hub_standin.OWNER)
    assert caught.value.code == "hub.unreachable"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "hub.token"),
        (403, "hub.forbidden"),
        (404, "hub.missing"),
        (409, "hub.busy"),
        (412, "hub.busy"),
        (429, "hub.busy"),
        (400, "hub.refused"),
        (500, "hub.unreachable"),
        (503, "hub.unreachable"),
    ],
)
def test_each_answer_has_its_code(status, code):
    response = httpx2.Response(status, request=httpx2.Request("PUT", "https://hub.test/x?signature=secret"))
    wrapped = RuntimeError("Error while uploading")
    wrapped.__cause__ = HfHubHTTPError(f"{status} for url https://hub.test/x?signature=secret", response=response)
    error = auth.explain(wrapped, "uploading")
    assert error.code == code
    assert str(status) in error.why and "uploading" in error.why
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (HFValidationError("Repo id must be ..."), "hub.name"),
        (httpx2.ReadTimeout("timed out"), "hub.unreachable"),
        (ConnectionError("xet said no"), "hub.unreachable"),
        (RuntimeError("no idea"), "hub.refused"),
    ],
)
def test_other_problems_have_their_codes(problem, code):
    assert auth.explain(problem, "asking").code == code
