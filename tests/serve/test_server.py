"""The OpenAI-compatible server, for real: uvicorn on loopback, a tiny model, plain HTTP."""

import json
import socket
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from ft_core.errors import FTError
from ft_core.serve import server

USER = [{"role": "user", "content": "Ada saw apple in attic Monday"}]


class Running:
    """A server in a thread of its own."""

    def __init__(self, run, **options):
        self.stop = threading.Event()
        self.ready = threading.Event()
        self.said: list[str] = []
        self.port = 0
        self.thread = threading.Thread(
            target=server.serve,
            args=(run, self.progress, self.on_ready),
            kwargs={"should_stop": self.stop.is_set, **options},
        )
        self.thread.start()
        assert self.ready.wait(60)

    def progress(self, _step, _total, message):
        self.said.append(message)

    def on_ready(self, port):
        self.port = port
        self.ready.set()

    def post(self, **body):
        return httpx.post(f"http://127.0.0.1:{self.port}/v1/chat/completions", json=body, timeout=60, trust_env=False)

    def get(self, path, **headers):
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=60, trust_env=False)

    def events(self, **body):
        """All events of a stream, the last one as it stands."""
        lines = [line for line in self.post(stream=True, **body).text.split("\n") if line]
        assert all(line.startswith("data: ") for line in lines) and lines[-1] == "data: [DONE]"
        return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]


@contextmanager
def running(run, **options):
    here = Running(run, **options)
    try:
        yield here
    finally:
        here.stop.set()
        here.thread.join(30)
        assert not here.thread.is_alive()


@pytest.fixture(scope="module")
def service(tuned_run):
    with running(tuned_run) as here:
        yield here


def text(events):
    return "".join(choice["delta"].get("content", "") for event in events for choice in event["choices"])


def test_it_says_that_it_lives_and_what_it_has(service):
    assert service.get("/health").json() == {"status": "ok", "active": 0}
    assert [model["id"] for model in service.get("/v1/models").json()["data"]] == ["base", "tuned"]
    assert service.said == ["loading the model", "ready"]


@pytest.mark.parametrize("model", ["base", "tuned"])
def test_a_stream_is_the_whole_answer_in_pieces(service, model):
    body = {"model": model, "messages": USER, "temperature": 0, "max_tokens": 8}
    whole = service.post(**body).json()
    events = service.events(**body, stream_options={"include_usage": True})
    assert whole["object"] == "chat.completion" and whole["model"] == model
    assert whole["choices"][0]["message"] == {"role": "assistant", "content": text(events)}
    assert text(events)
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len({event["id"] for event in events}) == 1
    assert events[-1]["usage"] == whole["usage"]
    assert events[-2]["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"]
    assert whole["usage"]["total_tokens"] == whole["usage"]["prompt_tokens"] + whole["usage"]["completion_tokens"]


def test_base_differs_from_tuned(service):
    answers = {
        model: service.post(model=model, messages=USER, temperature=0, max_tokens=8).json()
        for model in ("base", "tuned")
    }
    assert answers["base"]["choices"][0]["message"] != answers["tuned"]["choices"][0]["message"]


def test_a_seed_is_an_answer_and_none_is_another_each_time(service):
    body = {"model": "tuned", "messages": USER, "temperature": 1.5, "max_tokens": 8}

    def once(**seed):
        return service.post(**body, **seed).json()["choices"][0]["message"]["content"]

    assert once(seed=5) == once(seed=5)
    assert len({once() for _ in range(4)}) > 1


def test_an_answer_that_is_cut_off_says_length(service):
    answer = service.post(model="base", messages=USER, temperature=0, max_completion_tokens=2).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt-4"}, 404, "model"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "messages.0.role"),
        ({"messages": [*USER, {"role": "assistant", "content": "x"}]}, 400, "messages"),
        ({"messages": [{"role": "user", "content": "word " * 2000}]}, 400, "messages"),
        ({"temperature": -1}, 400, "temperature"),
        ({"top_p": 0}, 400, "top_p"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"n": 2}, 400, "n"),
        ({"stop": ["x"]}, 400, "stop"),
        ({"stream": True, "temperature": 9}, 400, "temperature"),
    ],
)
def test_a_bad_request_is_an_error_object(service, change, status, param):
    answer = service.post(**({"model": "base", "messages": USER} | change))
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["param"], error["type"]) == (param, "invalid_request_error")
    assert error["message"] and error["code"]


def test_what_is_no_json_is_an_error_object(service):
    answer = httpx.post(
        f"http://127.0.0.1:{service.port}/v1/chat/completions", content=b"{", timeout=60, trust_env=False
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_value")


def test_another_host_name_is_refused(service):
    assert service.get("/health", Host="evil.example").status_code == 400


def test_it_listens_on_this_machine_alone(service):
    with socket.socket() as other, pytest.raises(OSError):
        other.connect(("127.0.0.2", service.port))


def test_a_client_that_goes_away_stops_its_answer(service):
    body = {"model": "tuned", "messages": USER, "temperature": 1.9, "max_tokens": 450, "seed": 1, "stream": True}
    with (
        httpx.Client(trust_env=False, timeout=60) as client,
        client.stream("POST", f"http://127.0.0.1:{service.port}/v1/chat/completions", json=body) as answer,
    ):
        lines = answer.iter_lines()
        for _ in range(3):
            next(lines)
        assert service.get("/health").json()["active"] == 1
    gone = time.monotonic()
    while service.get("/health").json()["active"]:
        assert time.monotonic() - gone < 10
        time.sleep(0.02)
    assert service.post(model="base", messages=USER, temperature=0, max_tokens=2).status_code == 200


def test_it_ends_when_nobody_asks(tuned_run):
    with running(tuned_run, idle_seconds=2.0) as here:
        for _ in range(4):
            assert here.post(model="base", messages=USER, max_tokens=2).status_code == 200
            time.sleep(0.7)
        here.get("/health")
        here.thread.join(30)
        assert not here.thread.is_alive()
        assert not here.stop.is_set()


def test_a_port_in_use_is_said(tuned_run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(FTError) as caught:
            server.serve(tuned_run, lambda *_: None, lambda _port: None, port=other.getsockname()[1])
    assert caught.value.code == "serve.port"
