"""The real client against a loopback Hub: configurations, splits, whose token, and every refusal in words."""

import io
import json
import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from ft_core.data.read import hub_dataset
from ft_core.data.read.hub_dataset import is_id
from ft_core.data.read.several import read_all
from tests import hub_standin
from tests.data.made import rows
from tests.hub_standin import OWNER, READER

ROOT = Path(__file__).parents[3]
NUMBERS = count(1)
TICKETS = b"message,label\nhello,a\nyou,b\n"

CHILD = """
import json, sys
from pathlib import Path
from ft_core.data.read import hub_dataset
from ft_core.errors import explain
folder = Path(sys.argv[1])
for line in sys.stdin:
    repo, configuration, revision, token = json.loads(line)
    try:
        found = hub_dataset.fetch(repo, folder, configuration, revision, token)
        answer = {"commit": found.commit, "files": list(map(str, found.files)), "configuration": found.configuration}
    except BaseException as error:
        answer = explain(error).as_dict()
    print(json.dumps(answer | {"torch": "torch" in sys.modules}), flush=True)
"""


@pytest.fixture(scope="module")
def standin():
    with hub_standin.serve() as hub:
        yield hub


@pytest.fixture(scope="module")
def child(standin, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    given = {
        "HF_ENDPOINT": standin.url,
        "HF_HOME": str(folder / "home"),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder / "data")],
        env=kept | given,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    with process.stdin, process.stdout:
        yield process
    process.wait(30)


@pytest.fixture
def hub(standin):
    standin.faults.clear()
    standin.requests.clear()
    return standin


@pytest.fixture
def repo():
    return f"alice/data{next(NUMBERS)}"


@pytest.fixture
def fetch(child):
    def ask(repo, configuration=None, revision=None, token=None):
        child.stdin.write(json.dumps([repo, configuration, revision, token]) + "\n")
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
        assert not answer.pop("torch")
        return answer

    return ask


def read(answer):
    return read_all([Path(path) for path in answer["files"]])


def labelled():
    features = {"label": {"names": ["bad", "good"], "_type": "ClassLabel"}}
    table = pyarrow.table({"text": ["one", "two"], "label": [1, 0]})
    table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    data = io.BytesIO()
    parquet.write_table(table, data)
    return data.getvalue()


def test_all_splits_are_fetched_once_with_the_names_of_labels(hub, fetch, repo):
    head = hub.put(f"datasets/{repo}", {"data/train-0.parquet": labelled(), "data/test-0.parquet": labelled()})
    answer = fetch(repo)
    assert answer["configuration"] == "default" and answer["commit"] == head
    assert rows(read(answer))[0] == {"text": "one", "label": "good", "split": "train"}
    assert read(answer).cells["split"] == ["train", "train", "test", "test"]
    asked = len(hub.requests)
    assert fetch(repo) == answer
    assert not [path for _, path, _ in hub.requests[asked:] if "/resolve/" in path]


def test_one_of_several_configurations(hub, fetch, repo):
    readme = b"---\nconfigs:\n- config_name: en\n  data_files: en.csv\n- config_name: de/../x\n  data_files: de.csv\n---\n# Data\n"
    hub.put(f"datasets/{repo}", {"README.md": readme, "en.csv": TICKETS, "de.csv": TICKETS + b"du,c\n"})
    problem = fetch(repo)
    assert problem["code"] == "data.configuration" and "`en`" in problem["why"]
    assert len(read(fetch(repo, "en"))) == 2
    answer = fetch(repo, "de/../x")
    assert len(read(answer)) == 3 and ".." not in answer["files"][0]
    assert fetch(repo, "fr")["code"] == "data.missing"


def test_a_revision_stays_what_it_was(hub, fetch, repo):
    first = hub.put(f"datasets/{repo}", {"a.csv": TICKETS})
    hub.put(f"datasets/{repo}", {"a.csv": TICKETS + b"new,c\n"})
    assert len(read(fetch(repo))) == 3 and len(read(fetch(repo, revision=first))) == 2
    problem = fetch(repo, revision="v9")
    assert problem["code"] == "data.missing" and "v9" in problem["what"]


def test_a_dataset_made_by_a_program_is_read_from_the_hubs_parquet(hub, fetch, repo):
    name = repo.split("/")[1]
    hub.put(f"datasets/{repo}", {f"{name}.py": b"import os", "raw.json": b"[]"})
    problem = fetch(repo)
    assert problem["code"] == "data.format" and "program" in problem["why"]
    hub.repos[f"datasets/{repo}"].branch("refs/convert/parquet", {"default/train/0000.parquet": labelled()})
    assert read(fetch(repo)).cells["label"] == ["good", "bad"]


def test_a_private_dataset_is_there_for_its_owner_alone_and_the_token_is_nowhere(hub, fetch, repo):
    hub.create(f"datasets/{repo}", private=True)
    hub.put(f"datasets/{repo}", {"a.csv": TICKETS})
    answer = fetch(repo, token=OWNER)
    assert len(read(answer)) == 2
    folder = Path(answer["files"][0]).parents[3]
    assert not [path for path in folder.rglob("*") if path.is_file() and OWNER.encode() in path.read_bytes()]
    for token, words in ((None, "not signed in"), (READER, "your account")):
        problem = fetch(repo, token=token)
        assert problem["code"] == "data.missing" and words in problem["why"]


def test_a_gated_dataset_says_whose_turn_it_is(hub, fetch, repo):
    hub.put(f"datasets/{repo}", {"a.csv": TICKETS})
    hub.repos[f"datasets/{repo}"].gated = True
    for token, words in ((None, "Nobody is signed in"), (READER, "have not let your account in")):
        problem = fetch(repo, token=token)
        assert problem["code"] == "data.gated" and words in problem["why"] and f"/datasets/{repo}" in problem["fix"]
    hub.repos[f"datasets/{repo}"].members.add("bob")
    assert len(read(fetch(repo, token=READER))) == 2


@pytest.mark.parametrize(
    ("part", "status", "code"),
    [
        ("/api/datasets/", 500, "hub.unreachable"),
        ("/api/datasets/", 429, "hub.busy"),
        ("/api/datasets/", 403, "hub.forbidden"),
        ("/resolve/", 403, "hub.forbidden"),
    ],
)
def test_a_hub_that_refuses_leaves_nothing_half(hub, fetch, repo, part, status, code):
    hub.put(f"datasets/{repo}", {"a.csv": TICKETS})
    hub.fail(part, status)
    problem = fetch(repo)
    assert problem["code"] == code and f"answered {status}" in problem["why"]
    hub.faults.clear()
    assert len(read(fetch(repo))) == 2


def test_no_such_dataset_a_bad_token_and_no_rows(hub, fetch, repo):
    assert fetch(repo)["code"] == "data.missing"
    hub.put(f"datasets/{repo}", {"picture.png": b"x"})
    assert fetch(repo)["code"] == "data.format"
    problem = fetch(repo, token="hf_old")
    assert problem["code"] == "hub.token" and "hf_old" not in str(problem)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("alice/tickets", True),
        ("alice/tickets.csv", False),
        ("../tickets", False),
        ("a/b/c", False),
        ("tickets", False),
        ("~/x", False),
    ],
)
def test_what_can_be_an_id(source, wanted):
    assert is_id(source) == wanted


def test_two_names_never_become_one_place():
    names = ["日本語", "中文", "a.b", "a-b", "a/b", "x" * 90, "x" * 91, "../x"]
    places = [hub_dataset._plain(name) for name in names]
    assert len(set(places)) == len(names) and hub_dataset._plain("train") == "train"
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", place) for place in places)
