"""A workspace with the example in it, a run to look at, and the page in a process of its own."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ft_core import pipeline
from ft_core.run import JobState, Run
from ft_core.ui import uploads
from ft_core.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent

# Serves the page, prints one line of JSON, waits for a line, prints what this process has come to hold, and ends.
_CHILD = """
import json, os, sys
from pathlib import Path
os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
from ft_core.ui.shell import build_app, launch
home = Path(sys.argv[1])
_, url, _ = launch(build_app(home), home, wait=False)
print(json.dumps({"url": url}), flush=True)
sys.stdin.readline()
import psutil
print(json.dumps({"modules": sorted({name.split(".")[0] for name in sys.modules}), "megabytes": psutil.Process().memory_info().rss / 1e6}), flush=True)
os._exit(0)
"""


@contextmanager
def served_page(home: Path, **environment: str):
    """(address, ask): the page in a child process; ask() ends it and returns what it held."""
    values = {key: value for key, value in os.environ.items() if key not in ("HF_TOKEN", "SYSTEM", "SPACE_ID")}
    values |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "GRADIO_SERVER_PORT": "0"} | environment
    values.pop("GRADIO_SERVER_PORT")
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(home)], env=values, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None and child.stdout is not None

    def answer():
        for line in child.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise AssertionError("the page's process ended")

    def ask():
        child.stdin.write("\n")
        child.stdin.flush()
        return answer()

    try:
        yield answer()["url"].rstrip("/"), ask
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def get(url: str) -> str:
    """The body of a page on loopback."""
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read().decode()


@pytest.fixture(scope="session")
def example_home(tmp_path_factory) -> Path:
    """A home in which the example is prepared. Tests must not write to it."""
    home = tmp_path_factory.mktemp("example-home")
    workspace = Workspace(home)
    uploads.prepare(workspace, uploads.keep_example(workspace))
    return home


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def example_run(workspace, example_home) -> Run:
    """A run on the example's dataset that has trained three steps of ten."""
    other = Workspace(example_home)
    dataset = uploads.selected_dataset(other, "")
    assert dataset is not None
    run = pipeline.create_run(workspace, uploads.project_of(other, dataset), dataset)
    for step in (1, 2, 3):
        run.append_metric({"kind": "train", "step": step, "epoch": step / 10, "time": 0.0, "loss": 2.0 / step, "token_accuracy": 0.3, "learning_rate": 2e-3,
                           "gradient_norm": 1.0, "tokens": 100, "tokens_per_second": 50.0, "memory_gb": 0.5})  # fmt: skip
    run.append_metric({"kind": "validation", "step": 3, "epoch": 0.3, "time": 0.0, "loss": 0.9, "token_accuracy": 0.4})
    run.append_sample({"step": 0, "row": 1, "prompt": "p", "expected": "e", "answer": "base"})
    run.append_sample({"step": 3, "row": 1, "prompt": "p", "expected": "e", "answer": "now"})
    return run


@pytest.fixture
def job_state():
    """A job state of this very process."""
    me = psutil.Process()

    def make(status="running", step=3, total=10, port=None):
        return JobState(status=status, step=step, total=total, pid=me.pid, process_start=me.create_time(), started=0.0, heartbeat=0.0, port=port)

    return make
