"""What many open pages that watch one long training cost the page's process.

    python -m tests.benchmarks.open_pages [--pages 20] [--seconds 60]

A run in the middle of 100,000 steps goes on at STEPS_A_SECOND: its measurements and its state are written as a training writes them.
Its Training tab is open in so many pages of one Chromium. Printed is the processor time of the page's process, as a share of one core,
while the training goes on and after it has ended. Exit code 3 when the first is over its limit. Needs Chromium.
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from ft_core.fit import steps_a_row
from ft_core.run import Run
from ft_core.worker.job import Record
from tests.benchmarks.page import STEPS, long_run, metric
from tests.ui import clicks
from tests.ui.serving import served_page

LIMIT = 0.10
STEPS_A_SECOND = 20
SETTLE_SECONDS = 20.0


def goes_on(run: Run, record: Record, ended: threading.Event) -> None:
    """Tell every step, and write a row as often as a training of that length does."""
    step, every = STEPS // 2, steps_a_row(STEPS)
    while not ended.wait(1 / STEPS_A_SECOND):
        step += 1
        record.progress(step, STEPS, f"training, epoch {step / 100:.1f} of {STEPS // 100}, loss {3 / step**0.3:.3f}")
        if step % every == 0:
            run.append_metric(metric(step))


def share_of_a_core(process: psutil.Process, seconds: float) -> float:
    """Processor time that the process takes in so many seconds, by these seconds."""
    began, before = time.perf_counter(), process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / (time.perf_counter() - began)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _, run = long_run(Path(folder), STEPS // 2)
        record, ended = Record(run, "train", None), threading.Event()
        record.begin()
        writer = threading.Thread(target=goes_on, args=(run, record, ended))
        writer.start()
        try:
            with served_page(Path(folder)) as (url, _), clicks.chromium() as browser:
                (server,) = (
                    one for one in psutil.Process().children() if "ft_core.ui.shell" in " ".join(one.cmdline())
                )
                context = browser.new_context()
                context.add_init_script("localStorage.setItem('ft-tab', 'training')")
                for _ in range(asked.pages):
                    page = context.new_page()
                    page.goto(url, timeout=clicks.LONG)
                    page.wait_for_function(clicks.MEASURED, timeout=clicks.LONG)
                time.sleep(SETTLE_SECONDS)
                live = share_of_a_core(server, asked.seconds)
                ended.set()
                writer.join()
                record.end("done", "done")
                time.sleep(SETTLE_SECONDS)
                idle = share_of_a_core(server, asked.seconds)
        finally:
            ended.set()
    what = f"{asked.pages} open pages with a {STEPS:,}-step run, share of one core"
    print("| what | measured | limit |\n|---|---|---|")
    print(f"| {what}: while it trains | {live:.1%} | {LIMIT:.0%} |\n| the same after its end | {idle:.1%} | |")
    return 0 if live <= LIMIT else 3


if __name__ == "__main__":
    sys.exit(main())
