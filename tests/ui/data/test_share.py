"""Pushing a version as the step does it: with the real command, to the Hub's stand-in."""

import gradio as gr
import huggingface_hub
import pytest

from ft_core.errors import FTError
from ft_core.ui import uploads
from ft_core.ui.data import share
from tests import hub_standin
from tests.ui.data.prepared import make

PROGRESS, END, FAILURE, ANYWAY, LINK = range(5)
REPO = "alice/asked"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The stand-in in place of the Hub, and nobody signed in on this machine."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    with hub_standin.serve(large_suffixes=()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        yield hub


@pytest.fixture
def dataset(workspace, tmp_path):
    return make(workspace, tmp_path / "files")


def push(workspace, dataset, repo=REPO, private=True, licence="cc-by-4.0", anyway=False, token=hub_standin.OWNER, signed_in=None):  # fmt: skip
    return share.push_version(workspace, dataset.id, repo, private, licence, anyway, token, signed_in)


def test_a_version_becomes_a_dataset_with_a_link(workspace, dataset, hub):
    *told, shown = push(workspace, dataset, f" {REPO} ", token=f" {hub_standin.OWNER} ")
    assert all(step[END]["visible"] for step in told) and not shown[END]["visible"]
    assert shown[LINK]["visible"] and f"({hub.url}/datasets/{REPO})" in shown[LINK]["value"]
    repo = hub.repos[f"datasets/{REPO}"]
    assert repo.private and "data/train.parquet" in repo.files and b"cc-by-4.0" in repo.files["README.md"].content
    for path in workspace.home.rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), path


def test_the_token_is_in_no_argument(workspace, dataset, hub, begun):
    running = push(workspace, dataset)
    next(running)
    [(arguments, environment)] = begun
    assert environment["HF_TOKEN"] == hub_standin.OWNER and hub_standin.OWNER not in " ".join(arguments)
    running.close()


def test_private_data_is_asked_about_before_it_is_pushed(workspace, tmp_path, hub):
    folder = tmp_path / "files"
    folder.mkdir()
    lines = [f"my address is someone{n}@example.com and case {n * n} is of {n * 7},{'ab'[n % 2]}" for n in range(40)]
    (folder / "asked.csv").write_text("text,label\n" + "\n".join(lines) + "\n")
    from ft_core.settings.data import CleanSpec, DataSpec
    from ft_core.settings.project import ProjectSpec

    clean = CleanSpec(private_data="keep", near_duplicates="keep")
    data = DataSpec(source=uploads.keep(workspace, folder / "asked.csv"), clean=clean)
    dataset = uploads.prepare(workspace, ProjectSpec(data=data))
    *_, shown = push(workspace, dataset)
    assert shown[FAILURE]["visible"] and shown[ANYWAY]["visible"] and not shown[LINK]["visible"]
    assert "push it anyway" in shown[FAILURE]["value"] and "include" not in shown[FAILURE]["value"]
    assert f"datasets/{REPO}" not in hub.repos
    *_, shown = push(workspace, dataset, anyway=True)
    assert shown[LINK]["visible"] and f"datasets/{REPO}" in hub.repos


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"repo": " "}, "hub.name"),
        ({"repo": "asked"}, "settings.invalid"),
        ({"repo": "--public/x"}, "settings.invalid"),
        ({"licence": "mine"}, "hub.licence"),
        ({"licence": None}, "hub.licence"),
        ({"token": " "}, "hub.token"),
    ],
)
def test_what_is_missing_is_said_before_anything_starts(workspace, dataset, hub, values, code):
    with pytest.raises(FTError) as caught:
        list(push(workspace, dataset, **values))
    assert caught.value.code == code and hub.requests == []


def test_a_refused_push_says_why(workspace, dataset, hub):
    *_, shown = push(workspace, dataset, token=hub_standin.READER)
    assert shown[FAILURE]["visible"] and "may not write" in shown[FAILURE]["value"] and shown[ANYWAY] == gr.skip()


def test_on_a_space_only_the_signed_in_owners_token_is_used(workspace, dataset, hub, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("HF_TOKEN", hub_standin.READER)  # the Space's own secret
    with pytest.raises(FTError) as caught:
        list(push(workspace, dataset))
    assert caught.value.code == "hub.token" and "Sign in" in caught.value.fix
    signed_in = gr.OAuthToken(token=hub_standin.OWNER, scope="openid", expires_at=0)
    *_, shown = push(workspace, dataset, private=False, token=hub_standin.READER, signed_in=signed_in)
    assert shown[LINK]["visible"] and {token for *_, token in hub.requests} - {None} == {hub_standin.OWNER}
    assert not hub.repos[f"datasets/{REPO}"].private


def test_an_end_is_told(workspace):
    assert not share.stopped_push(workspace)[1]["visible"]
