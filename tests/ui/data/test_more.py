"""Making rows beside the page, with the real command and a stand-in for a language model."""

import re

import gradio as gr
import huggingface_hub
import pytest

from ft_core.errors import FTError
from ft_core.settings.data import PartSpec
from ft_core.ui import uploads
from ft_core.ui.data import generated, more
from tests.data.augment.openai_standin import standing_in
from tests.ui.children import at_work
from tests.ui.data.prepared import make

PROGRESS, END, TOLD = range(3)


@pytest.fixture
def dataset(workspace, tmp_path):
    return make(workspace, tmp_path)


def making(workspace, dataset, way="typos", count=5, label="", who="endpoint", address="", key="", provider="auto", model="", token="", signed_in=None):  # fmt: skip
    return more.make_rows(
        workspace, dataset.id, way, count, label, who, address, key, provider, token, model, signed_in
    )


def last(steps):
    return list(steps)[-1]


def test_rows_of_one_label_wait_to_be_decided(workspace, dataset):
    *told, (progress, end, words) = making(workspace, dataset, label="delivery")
    assert all("progress" in step[PROGRESS]["value"] for step in told)
    assert not progress["visible"] and not end["visible"] and words["visible"]
    rows = generated.load(workspace, dataset)
    assert f"**{len(rows)} new row" in words["value"] and 1 <= len(rows) <= 5
    assert {row.messages[-1].content for row in rows} == {"delivery"} and {row.status for row in rows} == {"pending"}
    last(making(workspace, dataset, label="delivery"))
    assert len(generated.load(workspace, dataset)) > len(rows), "more are added"
    assert not list(workspace.uploads.glob(".draft*")) and not list(workspace.uploads.rglob("making-*"))


def test_rows_are_made_in_the_workspace_of_who_asked(workspace, tmp_path):
    from ft_core.workspace import Workspace

    ada = Workspace(workspace.home, "ada")
    dataset = make(ada, tmp_path)
    last(making(ada, dataset, count=1))
    assert generated.load(ada, dataset) and not workspace.datasets.exists()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"way": "magic"}, "augment.way"),
        ({"count": 0}, "augment.count"),
        ({"count": None}, "augment.count"),
        ({"count": 10_000}, "augment.count"),
        ({"label": "--home=/"}, "augment.label"),
        ({"way": "rephrase", "address": "http://127.0.0.1:1/v1"}, "augment.writer"),
        ({"way": "rephrase", "address": "nowhere", "model": "m"}, "writer.address"),
        ({"way": "rephrase", "address": "http://127.0.0.1:1/v1", "model": "a\x00b"}, "augment.writer"),
        ({"way": "rephrase", "address": "http://127.0.0.1:1/v1", "model": "m", "key": "a\nb"}, "writer.key"),
        ({"way": "rephrase", "who": "provider", "model": "m", "provider": "../x"}, "writer.provider"),
    ],
)
def test_what_the_browser_sends_is_checked_before_anything_runs(workspace, dataset, values, code):
    with pytest.raises(FTError) as caught:
        last(making(workspace, dataset, **values))
    assert caught.value.code == code and generated.load(workspace, dataset) == []
    assert "--" not in caught.value.fix or code == "augment.way"


def test_a_language_model_is_asked_with_the_key_and_its_refusal_names_the_controls(workspace, dataset):
    with standing_in(lambda _messages: (401, "who are you, sk-own")) as server:
        steps = making(workspace, dataset, "rephrase", address=server.url, key=" sk-own ", model="big")
        words = last(steps)[TOLD]["value"]
        assert server.asked[0][1] == "Bearer sk-own"
    assert "does not accept the key" in words and "Set Key to a key of this endpoint" in words
    assert "sk-own" not in words and "FT\\_API\\_KEY" not in words
    for path in workspace.home.rglob("*"):
        assert not path.is_file() or b"sk-own" not in path.read_bytes(), path


def test_an_end_keeps_what_a_language_model_has_written(workspace, dataset):
    """Each answer costs: the first ones are there when the making is ended during a later one."""

    def answer(messages):
        if "Which of these labels" in messages[0]["content"]:
            return "billing"
        numbers = " and ".join(re.findall(r"\d+", messages[-1]["content"]))
        if "Note down" in messages[0]["content"]:
            return numbers
        return (
            f"Sir, concerning matters {numbers} everything went sideways, kindly clarify that situation for us people"
        )

    before = at_work()
    with standing_in(answer, delay=0.1) as server:
        running = making(workspace, dataset, "rephrase", 50, "billing", address=server.url, model="big")
        for _ in running:
            if len(server.asked) > 12:
                break
        running.close()
        asked = len(server.asked)
    rows = generated.load(workspace, dataset)
    assert 0 < len(rows) < 50 and {(row.writer, row.status) for row in rows} == {("big", "pending")}
    assert asked < 60 and not at_work() - before
    assert not list(workspace.uploads.rglob("making-*")) and not list(workspace.uploads.glob(".draft*"))


def test_a_provider_is_paid_with_the_persons_own_token_alone(workspace, dataset, monkeypatch, tmp_path, begun):
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_space")
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("SYSTEM", "spaces")
    with pytest.raises(FTError) as caught:
        last(making(workspace, dataset, "rephrase", who="provider", model="m", token="hf_typed"))
    assert caught.value.code == "hub.token"
    signed_in = gr.OAuthToken(token="hf_owner", scope="openid", expires_at=0)
    running = making(workspace, dataset, "rephrase", who="provider", provider="no-such", model="m", signed_in=signed_in)
    next(running)
    [(arguments, environment)] = begun
    assert environment["HF_TOKEN"] == "hf_owner" and "hf_owner" not in " ".join(arguments)
    words = last(running)[TOLD]["value"]
    assert "not supported" in words and "hf_owner" not in words and "\\-\\-" not in words


def test_the_step_offers_what_the_dataset_has(workspace, dataset):
    step, holds, way, label, told = more.show_more(workspace, dataset.id)
    assert step["visible"] and not holds["visible"] and label["visible"] and not told["visible"]
    assert [value for _, value in label["choices"]] == ["", *dataset.labels]
    assert [value for _, value in way["choices"]] == list(more.WAYS)


def test_a_mix_says_why_it_cannot_be_added_to(workspace, dataset):
    spec = uploads.project_of(workspace, dataset)
    mix = (PartSpec(name="more", source=spec.data.source),)
    uploads.remember(workspace, dataset.id, spec.model_copy(update={"data": spec.data.model_copy(update={"mix": mix})}))
    with pytest.raises(FTError, match="A mix"):
        last(making(workspace, dataset))


def test_only_rephrasing_asks_who_writes():
    assert not more.show_writer("typos", "endpoint")[0]["visible"]
    writing, address, key, provider, token = more.show_writer("rephrase", "provider")
    assert writing["visible"] and provider["visible"] and token["visible"]
    assert not address["visible"] and not key["visible"]
    assert more.show_writer("rephrase", "endpoint")[1]["visible"]


def test_an_end_is_told(workspace):
    progress, end = more.stopped(workspace)
    assert "kept" in progress["value"] and not end["visible"]
