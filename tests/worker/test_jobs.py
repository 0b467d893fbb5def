"""Each job in this process, for real: what it leaves on disk when it ends, is stopped or fails."""

import socket

import pytest

from ft_core.errors import FTError
from ft_core.worker import jobs
from tests import hub_standin
from tests.helpers import make_base_model, make_dataset, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose training was stopped after its second step."""
    home = tmp_path_factory.mktemp("jobs")
    run = make_run(home / "runs", make_base_model(home / "base"), make_dataset(home / "datasets", 60))

    def stop(step, _total, _message):
        if step == 2:
            run.request_stop()

    assert jobs.here(run, "train", {}, on_progress=stop) == "stopped"
    return run


@pytest.fixture
def hub(monkeypatch):
    with hub_standin.serve(large_suffixes=()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def test_a_stopped_training_keeps_its_work(run):
    state = run.job("train")
    assert (state.status, state.step) == ("stopped", 2) and state.total > 2
    assert run.has_adapter and run.training()["status"] == "stopped" and run.training()["steps"] == 2
    assert not run.stop_requested(), "the next job would stop at once"


def test_a_stopped_evaluation_says_so_and_leaves_no_report(run):
    assert jobs.here(run, "evaluate", {}, on_progress=lambda *_: run.request_stop()) == "stopped"
    assert run.job("evaluate").status == "stopped" and run.report() is None and not run.stop_requested()


def test_a_push_goes_where_it_was_asked_to_and_is_remembered(run, hub):
    seen = []
    done = jobs.here(
        run, "push", {"repo": "alice/jobs", "private": False}, hub_standin.OWNER, lambda *row: seen.append(row)
    )
    assert done == "done" and run.job("push").status == "done" and seen[-1][0] == seen[-1][1]
    assert run.hub() == {
        "url": f"{hub.url}/alice/jobs",
        "commit": hub.repos["alice/jobs"].head,
        "repo": "alice/jobs",
        "private": False,
    }
    assert not hub.repos["alice/jobs"].private


def test_a_push_that_is_refused_fails_and_keeps_where_the_last_one_went(run, hub):
    jobs.here(run, "push", {"repo": "alice/kept", "private": True}, hub_standin.OWNER)
    with pytest.raises(FTError) as caught:
        jobs.here(run, "push", {"repo": "alice/other", "private": True}, hub_standin.READER)
    assert caught.value.code == "hub.forbidden"
    assert run.job("push").status == "failed" and run.error("push").code == "hub.forbidden"
    assert run.hub()["repo"] == "alice/kept"


def test_a_server_takes_the_port_it_is_told(run):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(FTError) as caught:
        jobs.here(run, "serve", {"port": taken.getsockname()[1]})
    assert caught.value.code == "serve.port" and run.error("serve").code == "serve.port"


def test_a_discarded_training_leaves_its_settings_and_its_log(tmp_path):
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), make_dataset(tmp_path / "datasets", 60))

    def discard(step, _total, _message):
        if step == 2:
            run.request_stop("discard")

    assert jobs.here(run, "train", {}, on_progress=discard) == "discarded"
    assert run.is_discarded and not run.has_adapter and not run.checkpoints.exists() and run.samples() == []
    assert run.metrics() and run.training() is None and not run.stop_requested()
    with pytest.raises(FTError) as caught:
        jobs.here(run, "evaluate")
    assert caught.value.code == "run.discarded"
