"""Metrics of ours fetch nothing and leave nothing behind."""

import socket
from pathlib import Path

from ft_core.evals import metrics


def test_nothing_is_fetched_and_nothing_is_left_behind(monkeypatch, tmp_path) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a metric went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    metrics.label_scores([0, 1], [0, -1], [0, 0])
    metrics.text_scores({"one": ["a"]}, ["b"])
    assert list(Path(tmp_path).rglob("*")) == []
