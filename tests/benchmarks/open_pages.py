"""What many open pages that watch one long training cost the page's process.

    python -m tests.benchmarks.open_pages [--pages 20] [--seconds 60]

A run in the middle of 100,000 steps goes on at STEPS_A_SECOND: its measurements and its state are written as a training writes them. So many
clients ask for its Training tab as pages in a browser do: the same requests, each over a connection of its own, as often as the page's
timers tick, and for what is new when there is something new (20 browsers do not fit onto this machine); when the page's process tells one
to look more seldom it does. Printed is the processor time of that process as a share of one core, while the training goes on and after it has
ended, and how often a page looked. Exit code 3 when the first is over its limit.
"""

import argparse
import http.client
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import psutil

from ft_core.fit import steps_a_row
from ft_core.run import Run
from ft_core.worker.job import Record
from tests.benchmarks.page import STEPS, long_run, metric
from tests.ui.serving import get, served_page

LIMIT = 0.10
STEPS_A_SECOND = 20
SETTLE_SECONDS = 60.0
TAB = "training"


def goes_on(run: Run, record: Record, ended: threading.Event) -> None:
    """Tell every step, and write a row as often as a training of that length does."""
    step, every = STEPS // 2, steps_a_row(STEPS)
    while not ended.wait(1 / STEPS_A_SECOND):
        step += 1
        record.progress(step, STEPS, f"training, epoch {step / 100:.1f} of {STEPS // 100}, loss {3 / step**0.3:.3f}")
        if step % every == 0:
            run.append_metric(metric(step))


class Look:
    """What a timer asks for: the handler that looks, those that hand out what is new, and how often, from Gradio's own description of the page."""

    def __init__(self, config: dict[str, Any], timer: int) -> None:
        self.components = {row["id"]: row for row in config["components"]}
        self.timer, self.seconds = timer, self.components[timer]["props"]["value"]
        noted = next(one["id"] for one in config["dependencies"] if [timer, "tick"] in one["targets"])
        self.looks = next(one for one in config["dependencies"] if one["trigger_after"] == noted)
        self.hand_out = [
            next(one for one in config["dependencies"] if [news, "change"] in one["targets"])
            for news in self.looks["outputs"][2:]
        ]

    def values(self, dependency: dict[str, Any], seconds: float) -> list[Any]:
        """What the browser sends of untouched components, and of the timer that ticks each so many seconds."""
        return [
            seconds if one == self.timer else self.components[one]["props"].get("value") for one in dependency["inputs"]
        ]


def timers(config: dict[str, Any]) -> tuple[int, int]:
    """The header's and the Training tab's: the page makes the header's first, then one for each tab in their order."""
    made = [row["id"] for row in config["components"] if row["type"] == "timer"]
    tabs = [row["props"]["id"] for row in config["components"] if row["type"] == "tabitem"]
    return made[0], made[1 + tabs.index(TAB)]


class Page:
    """One open page: polls until it is closed, and counts how often it looked at the tab and what it was given."""

    def __init__(self, url: str, name: str, looks: list[Look], closed: threading.Event) -> None:
        self.address, self.name, self.looks, self.closed = urlparse(url), name, looks, closed
        self.seconds = [look.seconds for look in looks]
        self.looked = self.news = 0
        self.thread = threading.Thread(target=self.poll)
        self.thread.start()

    def poll(self) -> None:
        connection = http.client.HTTPConnection(str(self.address.hostname), self.address.port, timeout=120)
        due = dict.fromkeys(range(len(self.looks)), time.monotonic())
        while not self.closed.is_set():
            which = min(due, key=lambda one: due[one])
            if self.closed.wait(max(0.0, due[which] - time.monotonic())):
                break
            look = self.looks[which]
            self.looked += which
            again, _, *news = self.ask(connection, which, look.looks)
            if isinstance(again, int | float):  # else Gradio's mark for what stays as it is, and so below
                self.seconds[which] = again
            due[which] = max(due[which] + self.seconds[which], time.monotonic())
            for told, hand_out in zip(news, look.hand_out, strict=True):
                if isinstance(told, str):
                    self.news += 1
                    self.ask(connection, which, hand_out)
            connection.close()  # the server would close it after five idle seconds, and a browser opens another

    def ask(self, connection: http.client.HTTPConnection, which: int, dependency: dict[str, Any]) -> list[Any]:
        values = self.looks[which].values(dependency, self.seconds[which])
        body = {"data": values, "fn_index": dependency["id"], "session_hash": self.name}
        path = f"/gradio_api/run/{dependency['api_name']}"
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        with connection.getresponse() as response:
            answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer["data"]


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
    closed, ended = threading.Event(), threading.Event()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _, run = long_run(Path(folder), STEPS // 2)
        record = Record(run, "train", None)
        record.begin()
        writer = threading.Thread(target=goes_on, args=(run, record, ended))
        writer.start()
        try:
            with served_page(Path(folder)) as (url, _):
                (server,) = (one for one in psutil.Process().children() if "build_app" in " ".join(one.cmdline()))
                config = json.loads(get(f"{url}/config"))
                looks = [Look(config, timer) for timer in timers(config)]
                pages = [Page(url, f"page-{number}", looks, closed) for number in range(asked.pages)]
                time.sleep(SETTLE_SECONDS)
                before = [(page.looked, page.news) for page in pages]
                live = share_of_a_core(server, asked.seconds)
                looked, news = (
                    sum(column) / asked.pages
                    for column in zip(
                        *(
                            (page.looked - one, page.news - other)
                            for page, (one, other) in zip(pages, before, strict=True)
                        ),
                        strict=True,
                    )
                )
                ended.set()
                writer.join()
                record.end("done", "done")
                time.sleep(SETTLE_SECONDS)
                idle = share_of_a_core(server, asked.seconds)
                closed.set()
                for page in pages:
                    page.thread.join()
        finally:
            closed.set()
            ended.set()
    assert news > 0, "the pages saw it go on"
    print("| what | measured | limit |\n|---|---|---|")
    print(
        f"| {asked.pages} open pages with a {STEPS:,}-step run, share of one core: while it trains | {live:.1%} | {LIMIT:.0%} |"
    )
    print(
        f"| the same after its end | {idle:.1%} | |\n\nWhile it trained each page looked every {asked.seconds / looked:.0f} s, and was "
        f"given something new {news:.0f} times in {asked.seconds:.0f} s."
    )
    return 0 if live <= LIMIT else 3


if __name__ == "__main__":
    sys.exit(main())
