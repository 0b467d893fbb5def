"""The real client against a loopback Hub: a base model's commit and files, every refusal in words, and the next try after it is mended."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests import hub_standin
from tests.hub_standin import OWNER, READER

ROOT = Path(__file__).parent.parent
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "chat_template.jinja": b"x",
    "model.safetensors": b"weights" * 9,
}
NUMBERS = count(1)

# Fetches what each line on standard input names, and answers with one line: the folder, or the problem.
CHILD = """
import json, sys
from ft_core import download
from ft_core.errors import explain
for line in sys.stdin:
    base, revision, token = json.loads(line)
    try:
        commit = download.commit(base, revision, token)
        answer = {"commit": commit, "folder": str(download.fetch(base, commit, token))}
    except BaseException as error:
        answer = explain(error).as_dict()
    print(json.dumps(answer | {"torch": "torch" in sys.modules}), flush=True)
"""
Fetch = Callable[..., dict]


@contextmanager
def client(url: str, home: Path, **more: str) -> Iterator[Fetch]:
    """`fetch(base, revision=None, token=None)` in a process of its own: commit and folder, or the problem's four parts."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    given = {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1", "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        env=kept | given | more,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None
    asked, answers = child.stdin, child.stdout

    def fetch(base: str, revision: str | None = None, token: str | None = None) -> dict:
        asked.write(json.dumps([base, revision, token]) + "\n")
        asked.flush()
        answer = json.loads(answers.readline())
        assert not answer.pop("torch")
        return answer

    with asked, answers:
        yield fetch
    child.wait(30)


@pytest.fixture(scope="module")
def standin() -> Iterator[hub_standin.Hub]:
    with hub_standin.serve() as hub:
        yield hub


@pytest.fixture(scope="module")
def fetch(standin, tmp_path_factory) -> Iterator[Fetch]:
    with client(standin.url, tmp_path_factory.mktemp("cache")) as fetch:
        yield fetch


@pytest.fixture
def hub(standin) -> Iterator[hub_standin.Hub]:
    standin.requests.clear()
    yield standin
    standin.faults.clear()


@pytest.fixture
def base() -> str:
    """A name that no other test uses: the client remembers what it has seen."""
    return f"acme/model-{next(NUMBERS)}"


def names(answer: dict) -> list[str]:
    return sorted(path.name for path in Path(answer["folder"]).iterdir())


def test_only_the_models_own_files_are_downloaded_and_once(hub, fetch, base):
    others = {"pytorch_model.bin": b"pickle", "onnx/model.safetensors": b"x", "onnx/config.json": b"x"}
    head = hub.put(base, FILES | others)
    answer = fetch(base)
    assert answer["commit"] == head and Path(answer["folder"]).name == head and names(answer) == sorted(FILES)
    asked = len(hub.requests)
    assert fetch(base) == answer
    assert [path for _, path, _ in hub.requests[asked:]] == [f"/api/models/{base}"]
    assert {token for _, _, token in hub.requests} == {None}


def test_branches_become_a_full_commit(hub, fetch, base):
    first = hub.put(base, FILES)
    assert fetch(base)["commit"] == first
    second = hub.put(base, {"model.safetensors": b"better"})
    assert [fetch(base, revision)["commit"] for revision in (None, "main", first)] == [second, second, first]


def test_a_model_that_is_there_needs_no_hub(hub, tmp_path, base):
    hub.put(base, FILES)
    with client(hub.url, tmp_path) as fetch:
        answer = fetch(base)
        hub.fail("/", 500)
        assert fetch(base) == answer
    with client("http://127.0.0.1:9", tmp_path) as fetch:
        assert fetch(base) == answer


def test_a_name_that_is_none_and_one_that_is_missing(hub, fetch, base):
    problem = fetch(base, token=READER)
    assert problem["code"] == "model.missing" and base in problem["what"] and "your account" in problem["why"]
    assert "Base model" in problem["fix"]
    assert fetch("no hub id")["code"] == "model.missing"
    hub.put(base, FILES)
    assert names(fetch(base, token=READER)) == sorted(FILES)


def test_a_private_model_is_missing_for_strangers_and_there_for_its_owner(hub, fetch, base):
    hub.create(base, private=True)
    hub.put(base, FILES)
    problem = fetch(base)
    assert problem["code"] == "model.missing" and "not signed in" in problem["why"]
    assert names(fetch(base, token=OWNER)) == sorted(FILES)


@pytest.mark.parametrize("revision", ["v9", "a" * 40])
def test_a_revision_that_is_none(hub, fetch, base, revision):
    hub.put(base, FILES)
    problem = fetch(base, revision)
    assert problem["code"] == "model.missing" and revision in problem["what"] and "Revision" in problem["fix"]


def test_a_gated_model_says_whose_turn_it_is(hub, fetch, base):
    hub.put(base, FILES)
    hub.repos[base].gated = True
    for token, words in ((None, "Nobody is signed in"), (READER, "have not let your account in")):
        problem = fetch(base, token=token)
        assert problem["code"] == "model.gated" and words in problem["why"]
        assert f"huggingface.co/{base}" in problem["fix"]
    hub.repos[base].members.add("bob")
    assert fetch(base)["code"] == "model.gated"
    assert names(fetch(base, token=READER)) == sorted(FILES)


def test_a_token_that_is_no_longer_valid(hub, fetch, base):
    hub.put(base, FILES)
    problem = fetch(base, token="hf_old")
    assert problem["code"] == "hub.token" and "401" in problem["why"] and "hf_old" not in str(problem)
    assert names(fetch(base, token=READER)) == sorted(FILES)


@pytest.mark.parametrize(
    ("part", "status", "code"),
    [
        ("/api/models/", 500, "hub.unreachable"),
        ("/api/models/", 503, "hub.unreachable"),
        ("/api/models/", 403, "hub.forbidden"),
        ("/api/models/", 429, "hub.busy"),
        ("/resolve/", 403, "hub.forbidden"),
    ],
)
def test_a_hub_that_refuses(hub, fetch, base, part, status, code):
    hub.put(base, FILES)
    hub.fail(part, status)
    problem = fetch(base)
    assert problem["code"] == code and f"answered {status}" in problem["why"]
    hub.faults.clear()
    assert names(fetch(base)) == sorted(FILES)


def test_nobody_answers(hub, tmp_path, base):
    hub.put(base, FILES)
    for url, more in (("http://127.0.0.1:9", {}), (hub.url, {"HF_HUB_OFFLINE": "1"})):
        with client(url, tmp_path, **more) as fetch:
            problem = fetch(base)
        assert problem["code"] == "hub.unreachable" and "starter" in problem["fix"] and hub.requests == []
    with client(hub.url, tmp_path) as fetch:
        assert names(fetch(base)) == sorted(FILES)


@pytest.mark.parametrize("weights", ["pytorch_model.bin", "tiny-q4.gguf", "onnx/model.safetensors"])
def test_weights_that_are_not_safetensors_are_refused_and_not_downloaded(hub, fetch, base, weights):
    rest = {path: content for path, content in FILES.items() if path != "model.safetensors"}
    hub.put(base, rest | {weights: b"anything"})
    problem = fetch(base)
    assert problem["code"] == "model.weights" and "safetensors" in problem["why"] and "Pickled" in problem["why"]
    assert not any(weights in path for _, path, _ in hub.requests)
    hub.put(base, FILES)
    assert names(fetch(base)) == sorted(FILES)


def test_an_adapter_is_no_base_model(hub, fetch, base):
    hub.put(base, {"adapter_config.json": b"{}", "adapter_model.safetensors": b"x"})
    problem = fetch(base)
    assert problem["code"] == "model.missing" and "adapter" in problem["why"]


def test_a_full_disk_is_told_as_such(hub, tmp_path, base):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        hub.put(base, FILES | {"model.safetensors": b"w" * 800_000})
        (disk / "other").write_bytes(b"o" * 600_000)
        with client(hub.url, disk / "cache") as fetch:
            problem = fetch(base)
            assert problem["code"] == "disk.full" and "Free some space" in problem["fix"]
            (disk / "other").unlink()
            assert names(fetch(base)) == sorted(FILES)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
