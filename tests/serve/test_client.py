"""The page's client against the real server, and against none."""

import socket
import subprocess
import sys
import threading

import pytest

from ft_core.errors import FTError
from ft_core.serve.client import stream_chat
from ft_core.serve.engine import Sampling
from ft_core.settings.example import Message
from tests.serve.test_server import running

QUESTION = [Message(role="user", content="Ada saw apple in attic Monday")]


def test_the_client_gets_what_the_engine_says(tuned_run, engine):
    with running(tuned_run) as here:
        for model in ("base", "tuned"):
            pieces = list(stream_chat(here.port, model, QUESTION, max_new_tokens=8))
            assert len(pieces) > 1
            assert "".join(pieces) == "".join(engine.chat(model, QUESTION, Sampling(8)))
        sampled = "".join(stream_chat(here.port, "tuned", QUESTION, 8, 1.3, 0.9, 4))
        assert sampled == "".join(engine.chat("tuned", QUESTION, Sampling(8, 1.3, 0.9, 4)))
        with pytest.raises(FTError) as caught:
            list(stream_chat(here.port, "base", [Message(role="user", content="word " * 2000)]))
        assert caught.value.code == "serve.refused" and "at most" in caught.value.why
        cut = stream_chat(here.port, "tuned", QUESTION, 450, 1.9)
        next(cut)
        here.stop.set()
        with pytest.raises(FTError) as caught:
            list(cut)
        assert caught.value.code in ("serve.refused", "serve.unreachable")


def test_no_server_is_unreachable():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(FTError) as caught:
            list(stream_chat(unused.getsockname()[1], "tuned", QUESTION))
    assert caught.value.code == "serve.unreachable"


def test_a_server_that_breaks_off_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up():
            connection, _address = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {"choices": []}\n\n'
                )

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(FTError) as caught:
            list(stream_chat(listener.getsockname()[1], "tuned", QUESTION))
        thread.join()
    assert caught.value.code == "serve.unreachable"


def test_the_client_needs_no_torch():
    code = "import sys, ft_core.serve.client; sys.exit(bool({'torch', 'transformers', 'peft', 'uvicorn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
