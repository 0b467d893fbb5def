"""The page in a process of its own, as tests of its edges need it."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# Serves the page, prints one line of JSON, waits for a line, prints what this process has come to hold, and ends.
_CHILD = """
import json, os, sys
from pathlib import Path
os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
from ft_core.ui.shell import build_app, launch
home = Path(sys.argv[1])
_, url, _ = launch(build_app(home), home)
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
    values |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)} | environment
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(home)],
        env=values,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
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
