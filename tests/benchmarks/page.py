"""How fast the page opens, also while a training takes both cores, how much memory its process takes, how fast a live 100,000-step run is drawn.

    python -m tests.benchmarks.page

Prints one line a measure: the value, its limit, and the median of RUNS starts. Exit code 3 when one is over its limit. Needs Chromium.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from ft_core.fit import steps_a_row
from ft_core.jobs import JobState
from ft_core.pipeline.data import example_project, prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker import launch
from ft_core.workspace import Workspace

ROOT = Path(__file__).parents[2]
RUNS = 3
STEPS = 100_000
RUNS_LISTED = 100
FIRST_PAGE_LIMIT, MEMORY_LIMIT, UPDATE_LIMIT, PAINT_LIMIT = 6.0, 400.0, 0.2, 1.0
PAINTS = 5
EMPTY_LIMIT = 1.5  # of how long Gradio alone takes until an empty page
EMPTY = """
import sys, gradio
with gradio.Blocks() as page:
    gradio.Markdown("Fine-Tuning Studio")
page.launch(server_name="127.0.0.1", server_port=int(sys.argv[sys.argv.index("--port") + 1]), quiet=True)
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def first_page(home: Path, program: tuple[str, ...] = ("app.py",)) -> tuple[float, float]:
    """Seconds from the command to the first page, and the process's resident memory in megabytes after it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [sys.executable, *program, "--port", str(port), "--home", str(home)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.02)
        seconds = time.perf_counter() - began
        assert b"Fine-Tuning Studio" in page
        return seconds, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait()


def painted_while_training(home: Path) -> float:
    """Seconds until a browser first paints the page, its cache empty, while a training of the example is at work."""
    from tests.ui import clicks
    from tests.ui.serving import served_page

    workspace = Workspace(home)
    spec, source = example_project()
    run = create_run(workspace, spec, prepare_source(workspace, spec, source))
    times = []
    with served_page(home) as (url, _):
        launch.enqueue(workspace, run, "train")
        while (state := run.job("train")) is None or state.step < 2:
            time.sleep(0.5)
        with clicks.chromium() as browser:
            for _ in range(PAINTS):
                page = browser.new_context().new_page()
                page.goto(url)
                page.wait_for_function(PAINTED)
                times.append(page.evaluate(PAINTED) / 1000)
                page.close()
        state = run.job("train")
        assert state is not None and state.status == "running", "the training went on meanwhile"
        run.request_stop("discard")
        while (state := run.job("train")) is not None and state.status == "running":
            time.sleep(0.1)
    return statistics.median(times)


def metric(step: int) -> dict[str, Any]:
    """A row of measurements as a training writes it."""
    loss = 3 / step**0.3
    return {
        "kind": "train", "step": step, "epoch": step / 100, "time": float(step), "loss": loss, "token_accuracy": 1 - loss / 4,
        "learning_rate": 2e-3, "gradient_norm": 1.0, "tokens": step * 900, "tokens_per_second": 900.0, "memory_gb": 1.1,
    }  # fmt: skip


def long_run(home: Path, done: int = STEPS) -> tuple[Workspace, Run]:
    """A run of 100,000 steps, so many of them done, with a validation and three sample answers each 1,000, as a training would leave it."""
    workspace = Workspace(home)
    run = Run.create(
        workspace.runs_folder,
        project.parse({"data": {"source": "x.csv"}}, "p"),
        {"dataset": "0" * 12, "folder": "../none", "sha256": ""},
        {},
    )
    validated = ("step", "epoch", "time", "loss", "token_accuracy")
    for step in range(steps_a_row(STEPS), done + 1, steps_a_row(STEPS)):
        row = metric(step)
        run.append_metric(row)
        if step % (STEPS // 100) == 0:
            run.append_metric({"kind": "validation"} | {name: row[name] for name in validated})
            for prompt in "abc":
                run.append_sample({"step": step, "row": 1, "prompt": prompt * 80, "expected": "x", "answer": "y" * 40})
    return workspace, run


def update(home: Path) -> float:
    """Seconds of one poll of the Training tab for that run after another measurement, everything redrawn."""
    from ft_core.ui.training.watch import watch_job, watch_results

    workspace, run = long_run(home)
    times = []
    for count in range(10):
        run.append_metric(metric(STEPS + count))
        began = time.perf_counter()
        watch_job(workspace, "", run.id)
        watch_results(workspace, "", run.id)
        times.append(time.perf_counter() - began)
    assert "torch" not in sys.modules
    return statistics.median(times)


def header(home: Path) -> float:
    """Seconds of one poll of the header with RUNS_LISTED runs in the workspace."""
    from ft_core.ui.shell import list_runs

    workspace = Workspace(home)
    spec = project.parse({"data": {"source": "x.csv"}}, "p")
    for _ in range(RUNS_LISTED):
        run = Run.create(workspace.runs_folder, spec, {"dataset": "0" * 12, "folder": "../none", "sha256": ""}, {})
        for job in ("train", "evaluate"):
            run.write_job(job, JobState(status="done", pid=1, process_start=0.0, started=0.0, heartbeat=0.0))
    times = []
    for _ in range(10):
        began = time.perf_counter()
        list_runs(workspace, "", "", "")
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> int:
    """Measure and print."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        opened, empty = [], []
        for _ in range(RUNS):  # in turns: the machine's pace changes
            opened.append(first_page(Path(folder) / "home"))
            empty.append(first_page(Path(folder) / "home", ("-c", EMPTY))[0])
        seconds, megabytes = (statistics.median(column) for column in zip(*opened, strict=True))
        ratio = seconds / statistics.median(empty)
        drawn = update(Path(folder) / "long")
        listed = header(Path(folder) / "many")
        painted = painted_while_training(Path(folder) / "busy")
    rows = [
        ("`python app.py` until its first page", f"{seconds:.1f} s", f"{FIRST_PAGE_LIMIT:.0f} s", seconds / FIRST_PAGE_LIMIT),
        ("the same beside `import gradio` and an empty page", f"{ratio:.2f} times", f"{EMPTY_LIMIT} times", ratio / EMPTY_LIMIT),
        ("memory of the page's process", f"{megabytes:.0f} MB", f"{MEMORY_LIMIT:.0f} MB", megabytes / MEMORY_LIMIT),
        (f"update of a live page with a {STEPS:,}-step run", *_milliseconds(drawn)),
        (f"update of the header with {RUNS_LISTED} runs", *_milliseconds(listed)),
        ("first paint in a browser while a training takes both cores", f"{painted:.2f} s", f"{PAINT_LIMIT:.0f} s", painted / PAINT_LIMIT),
    ]  # fmt: skip
    print("| what | measured | limit |\n|---|---|---|")
    print("\n".join(f"| {what} | {measured} | {limit} |" for what, measured, limit, _ in rows))
    return 0 if all(share <= 1 for *_, share in rows) else 3


def _milliseconds(seconds: float) -> tuple[str, str, float]:
    return f"{seconds * 1000:.0f} ms", f"{UPDATE_LIMIT * 1000:.0f} ms", seconds / UPDATE_LIMIT


if __name__ == "__main__":
    sys.exit(main())
