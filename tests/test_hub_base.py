"""The main job on a base model from the Hub: the real client, a loopback Hub, and the starter model's files as somebody's model."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from ft_core import catalog
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer
from ft_core.pipeline.data import base_token_lengths, prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.workspace import Workspace
from tests import hub_standin
from tests.helpers import make_base_model, write_toy_csv
from tests.hub.test_push import card_code, child

ROOT = Path(__file__).parent.parent
BASE, REPO = "alice/tiny-chat", "alice/triage"
STARTER = catalog.base_folder(catalog.STARTER)
VALUES = {
    "name": "toy",
    "data": {"source": "toy.csv", "system": "Sort it.", "split": {"validation": 0.1, "test": 0.2}},
    "model": {"base": BASE},
    "training": {"epochs": 1, "batch_size": 16, "lora_rank": 4, "evaluations": 1, "max_length": 128, "threads": 1},
    "evaluation": {"few_shot": 0, "limit": 4, "max_new_tokens": 4},
}

# For each line on standard input does one job of the run, as a worker does, and answers with how it ended or the problem's code.
# "card" runs the lines of a model card instead, and answers with how many tokens its model wrote.
JOBS = """
import json, sys
from pathlib import Path
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.worker.jobs import here
run = Run.open(Path(sys.argv[1]))
for line in sys.stdin:
    job, arguments, token = json.loads(line)
    try:
        if job == "card":
            names = {}
            exec(arguments["code"], names)
            answer = str(names["answer"].shape[1] - names["inputs"]["input_ids"].shape[1])
        else:
            answer = here(run, job, arguments, token)
    except FTError as error:
        answer = error.code
    print("#" + answer, flush=True)
"""
LENGTHS = """
import json, sys
from pathlib import Path
from ft_core.pipeline.data import base_token_lengths, prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.data.store import Dataset
found = base_token_lengths(Dataset.open(Path(sys.argv[1])), sys.argv[2])
assert "torch" not in sys.modules
print(json.dumps(found))
"""


def starter_files() -> dict[str, bytes]:
    assert STARTER is not None
    return {path.name: path.read_bytes() for path in STARTER.iterdir()}


@contextmanager
def jobs(run: Run, url: str, home: Path) -> Iterator[Callable[..., str]]:
    """`do(job, arguments, token)` in a process that takes `url` for the Hub."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    given = {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", JOBS, str(run.folder)],
        env=kept | given,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    asked, answers = process.stdin, process.stdout

    def do(job: str, arguments: dict | None = None, token: str | None = None) -> str:
        asked.write(json.dumps([job, arguments or {}, token]) + "\n")
        asked.flush()
        return next(line for line in answers if line.startswith("#"))[1:].strip()

    with asked, answers:
        yield do
    process.wait(60)


def made_run(folder: Path) -> tuple[Run, Dataset]:
    """A run of a few rows on the Hub's base, ready to train."""
    write_toy_csv(folder / "toy.csv", 40)
    spec = project.parse(VALUES, "project.yaml")
    workspace = Workspace(folder / "home")
    dataset = prepare_source(workspace, spec, folder)
    return create_run(workspace, spec, dataset), dataset


def test_a_base_model_from_the_hub_is_trained_measured_and_shared_at_one_commit(tmp_path):
    run, dataset = made_run(tmp_path)
    files = starter_files()
    template = files.pop("chat_template.jinja")
    with hub_standin.serve() as hub, jobs(run, hub.url, tmp_path / "cache") as do:
        assert child(LENGTHS, hub, tmp_path / "cache", str(dataset.folder), BASE, token="") == "null\n"
        assert do("train") == "model.missing"
        hub.put(BASE, files)
        assert do("train") == "model.template"
        problem = run.error("train")
        assert problem is not None and BASE in problem.what
        assert run.model_revision is None  # what cannot be used binds no run
        assert not any("/model.safetensors" in path for _, path, _ in hub.requests)
        commit = hub.put(BASE, {"chat_template.jinja": template})
        assert do("train") == "done"
        assert run.model_revision == commit and run.spec().model.revision is None
        assert run.error("train") is None and run.training()["steps"] == 2 and run.training()["cut_off_rows"] == 0

        assert hub.put(BASE, {"model.safetensors": b"other weights"}) != commit
        hub.requests.clear()
        assert do("evaluate") == "done" and run.report()["n"] == 4
        assert hub.requests == []  # all of the commit is on this machine
        assert do("push", {"repo": REPO, "private": False}, hub_standin.OWNER) == "done"
        lengths = json.loads(child(LENGTHS, hub, tmp_path / "cache", str(dataset.folder), BASE, token=""))
        shared = hub.repos[REPO].files
        assert do("card", {"code": card_code(hub)}) in (
            "1",
            "2",
            "3",
            "4",
        )  # the newest commit of the base could not be loaded
    for config in (shared["adapter_config.json"].content, (run.adapter / "adapter_config.json").read_bytes()):
        values = json.loads(config)
        assert (values["base_model_name_or_path"], values["revision"]) == (BASE, commit)
    assert yaml.safe_load(shared["project.yaml"].content)["model"] == {"base": BASE, "revision": commit, "start": None}
    assert not any(path.startswith("base/") for path in shared)
    assert lengths == base_token_lengths(dataset, catalog.STARTER)


def test_token_lengths_are_those_of_the_base_that_is_asked_for(tmp_path):
    write_toy_csv(tmp_path / "toy.csv", 40)
    other = make_base_model(tmp_path / "other")
    spec = project.parse(VALUES | {"model": {"base": catalog.STARTER}}, "project.yaml")
    dataset = prepare_source(Workspace(tmp_path / "home"), spec, tmp_path)
    stored = dataset.report["token_lengths"]
    assert base_token_lengths(dataset, catalog.STARTER) == stored
    found = base_token_lengths(dataset, str(other))
    examples = [example for split in dataset.counts for example in dataset.examples(split)]
    assert found is not None and found["max"] == int(ChatTokenizer.load(other).lengths(examples).max()) != stored["max"]
    assert base_token_lengths(dataset, "nobody/never-downloaded") is None
