"""For all tests, and before any of them imports torch."""

import gc
import os
from pathlib import Path

import pytest

# Threads that wait by spinning stand still when another process wants their core: on two busy cores these tests then take
# ten times as long. The jobs set the same for themselves (worker/launch.py).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Folders whose tests share a training that takes long to make; all other tests share at most what their file makes.
TOGETHER = ("cli", "train/coach", "ui/runs")
# The longest of all, begun first so that no process is left alone with one at the end.
FIRST = (
    "ui/test_browser.py",
    "ui/data/test_tab_in_browser.py",
    "ui/runs",
    "ui/training/test_training_in_browser.py",
    "cli",
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests stay in one process, when several are at work: what is made once for them is then made once."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: FIRST.index(_group(item)) if _group(item) in FIRST else len(FIRST))


def pytest_collection_finish() -> None:
    """Libraries and tests are all there and stay: looking through them for garbage would take a good part of the time."""
    gc.freeze()


def _group(item: pytest.Item) -> str:
    where = item.path.relative_to(Path(__file__).parent).as_posix()
    return next((folder for folder in TOGETHER if where.startswith(f"{folder}/")), where)
