"""The card, the push and the download, as the tab does it. The push is a real one, to the Hub's stand-in."""

import time
import zipfile

import gradio as gr
import huggingface_hub
import pytest

from ft_core.errors import FTError
from ft_core.ui import share_tab as tab
from ft_core.worker import launch
from tests import hub_standin
from tests.hub.made import REPORT

# Places in what `show_card` and `watch_job` give back, in the order that their tab lists.
EMPTY, CARD_STEP, PUSH_STEP, DOWNLOAD_STEP, CARD, UNMEASURED = range(1, 7)
PROGRESS, FAILURE, LINK, PUSH = range(1, 5)
REPO = "alice/triage"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The stand-in in place of the Hub, and nobody signed in on this machine."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    with hub_standin.serve(large_suffixes=()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def pushed(workspace, run) -> str:
    """How the push ended."""
    deadline = time.monotonic() + 90
    while (view := launch.view(workspace, run, "push")).status in ("none", "running"):
        assert time.monotonic() < deadline, view
        time.sleep(0.05)
    return view.status


def test_without_an_adapter_there_is_nothing_to_share(workspace, example_run):
    shown = tab.show_card(workspace, "", example_run.id, "")
    assert shown[EMPTY]["visible"] and shown[CARD] == ""
    assert not any(shown[step]["visible"] for step in (CARD_STEP, PUSH_STEP, DOWNLOAD_STEP))
    for act in (
        lambda: tab.start_push(workspace, example_run.id, REPO, True, hub_standin.OWNER, None),
        lambda: tab.collect_everything(workspace, example_run.id),
        lambda: tab.collect_everything(workspace, "../x"),
    ):
        with pytest.raises(FTError) as caught:
            act()
        assert caught.value.code == "run.no_adapter"


def test_the_card_is_shown_as_the_hub_shows_it(workspace, tuned):
    shown = tab.show_card(workspace, "", tuned.id, f" {REPO} ")
    assert all(shown[step]["visible"] for step in (CARD_STEP, PUSH_STEP, DOWNLOAD_STEP)) and not shown[EMPTY]["visible"]
    assert shown[CARD].lstrip().startswith("#") and "license:" not in shown[CARD]
    assert REPO in shown[CARD] and f" {REPO} " not in shown[CARD].replace("\n", "|")
    assert "toy" in shown[CARD]


def test_a_model_that_was_not_measured_says_so_until_it_is(workspace, tuned):
    shown = tab.show_card(workspace, "", tuned.id, "")
    assert shown[UNMEASURED]["visible"]
    assert tab.show_card(workspace, shown[0], tuned.id, "") == gr.skip()
    assert tab.show_card(workspace, shown[0], tuned.id, REPO) != gr.skip(), "the name stands in the card"
    tuned.write_report(REPORT)
    shown = tab.show_card(workspace, shown[0], tuned.id, "")
    assert not shown[UNMEASURED]["visible"] and "0.9" in shown[CARD]


@pytest.mark.parametrize(
    ("repo", "token", "code"),
    [
        ("", hub_standin.OWNER, "hub.name"),
        ("  ", hub_standin.OWNER, "hub.name"),
        ("triage", hub_standin.OWNER, "settings.invalid"),
        ("../x/y", hub_standin.OWNER, "settings.invalid"),
        (REPO, "", "hub.token"),
        (REPO, " ", "hub.token"),
    ],
)
def test_what_is_missing_is_said_before_anything_starts(workspace, tuned, hub, repo, token, code):
    with pytest.raises(FTError) as caught:
        tab.start_push(workspace, tuned.id, repo, True, token, None)
    assert caught.value.code == code
    assert launch.view(workspace, tuned, "push").status == "none" and hub.requests == []


def test_a_push_ends_in_a_link_and_leaves_no_token(workspace, tuned, hub):
    before = tab.watch_job(workspace, "", tuned.id)
    assert not before[LINK]["visible"] and before[PUSH]["value"] == "Push to the Hub"
    tab.start_push(workspace, tuned.id, f" {REPO} ", True, f" {hub_standin.OWNER} ", None)
    assert pushed(workspace, tuned) == "done", tuned.log_tail()
    shown = tab.watch_job(workspace, before[0], tuned.id)
    assert (
        shown[LINK]["visible"] and f"({hub.url}/{REPO})" in shown[LINK]["value"] and "Private" in shown[LINK]["value"]
    )
    assert hub.repos[REPO].head[:12] in shown[LINK]["value"]
    assert shown[PUSH]["value"] == "Push again" and shown[PUSH]["interactive"] and not shown[FAILURE]["visible"]
    assert tab.watch_job(workspace, shown[0], tuned.id) == gr.skip()
    assert hub.repos[REPO].private and "adapter_model.safetensors" in hub.repos[REPO].files
    for path in workspace.home.rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), path


def test_a_push_that_is_refused_says_why_and_can_be_tried_again(workspace, tuned, hub):
    tab.start_push(workspace, tuned.id, REPO, True, hub_standin.READER, None)
    assert pushed(workspace, tuned) == "failed"
    shown = tab.watch_job(workspace, "", tuned.id)
    assert shown[FAILURE]["visible"] and "may not write" in shown[FAILURE]["value"]
    assert shown[PUSH]["interactive"] and not shown[LINK]["visible"]


def test_on_a_space_only_the_signed_in_owners_token_is_used(workspace, tuned, hub, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("HF_TOKEN", hub_standin.READER)  # the Space's own secret
    with pytest.raises(FTError) as caught:
        tab.start_push(workspace, tuned.id, REPO, True, hub_standin.OWNER, None)
    assert caught.value.code == "hub.token" and "Sign in" in caught.value.fix
    signed_in = gr.OAuthToken(token=hub_standin.OWNER, scope="openid", expires_at=0)
    tab.start_push(workspace, tuned.id, REPO, False, hub_standin.READER, signed_in)
    assert pushed(workspace, tuned) == "done", tuned.log_tail()
    assert not hub.repos[REPO].private and {token for *_, token in hub.requests} - {None} == {hub_standin.OWNER}


def test_a_push_at_work_is_not_begun_twice(workspace, tuned, hub, job_state):
    tuned.write_job("push", job_state())
    tab.start_push(workspace, tuned.id, REPO, True, hub_standin.OWNER, None)
    assert not tuned.log.exists() and tuned.job("push") == job_state()
    shown = tab.watch_job(workspace, "", tuned.id)
    assert "part 3 of 10" in shown[PROGRESS] and not shown[PUSH]["interactive"]


def test_an_interrupted_push_is_shown_as_that_and_can_be_done_again(workspace, tuned, job_state):
    tuned.write_job("push", job_state().model_copy(update={"process_start": 1.0}))
    shown = tab.watch_job(workspace, "", tuned.id)
    assert "Interrupted" in shown[PROGRESS] and shown[PUSH]["interactive"]


def test_everything_is_one_zip_file(workspace, tuned):
    shown = tab.collect_everything(workspace, tuned.id)
    assert shown["visible"]
    with zipfile.ZipFile(shown["value"]) as archive:
        names = {name.removeprefix(f"{tuned.id}/") for name in archive.namelist()}
        assert archive.testzip() is None
    assert {"project.yaml", "data.json", "model/adapter_model.safetensors"} <= names
