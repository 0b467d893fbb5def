"""The queue: its order, moved and taken, with several processes at it at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker import queue
from ft_core.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


def new_run(home: Path) -> Run:
    spec = project.parse({"data": {"source": "x.csv"}}, "p")
    return Run.create(Workspace(home).runs_folder, spec, {}, {})


def waiting(home: Path, count: int) -> list[Run]:
    runs = [new_run(home) for _ in range(count)]
    for run in runs:
        queue.place(home, run, "train")
    return runs


def order(home: Path, runs: list[Run]) -> str:
    """Which of `runs` wait, as their numbers."""
    names = [run.folder.name for run in runs]
    return "".join(str(names.index(entry.run.folder.name)) for entry in queue.entries(home))


@pytest.mark.parametrize(
    ("moved", "places", "expected"),
    [(2, -1, "0213"), (3, -9, "3012"), (0, 1, "1023"), (0, 9, "1230"), (1, 1, "0213"), (0, -1, "0123"), (3, 1, "0123")],
)
def test_a_job_is_moved_by_places_and_no_further_than_the_ends(home, moved, places, expected):
    runs = waiting(home, 4)
    queue.move(home, runs[moved], "train", places)
    assert order(home, runs) == expected
    late = new_run(home)
    queue.place(home, late, "train")
    assert order(home, [*runs, late]) == expected + "4", "who comes later stands behind"


def test_a_place_between_two_others_is_always_found(home):
    """Also when the same two change places so often that their clock has no time left between them."""
    runs = waiting(home, 3)
    for _ in range(120):
        queue.move(home, runs[2], "train", -1)
        queue.move(home, runs[1], "train", -1)
    assert order(home, runs) == "012" and all(len(entry.path.name) < 120 for entry in queue.entries(home))
    for _ in range(60):
        last = queue.entries(home)[-1]
        queue.move(home, last.run, "train", -9)
    assert order(home, runs) == "012", "a full turn twenty times"


def test_nothing_is_moved_before_the_job_at_work(home):
    runs = waiting(home, 3)
    taken = queue.take(home)
    assert taken is not None and taken.run.id == runs[0].id
    queue.move(home, runs[2], "train", -9)
    assert order(home, runs) == "021"
    for run, job in ((runs[0], "train"), (runs[1], "evaluate")):
        with pytest.raises(FTError) as caught:
            queue.move(home, run, job, 1)
        assert caught.value.code == "queue.not_waiting"
    again = queue.take(home)
    assert again is not None and again.path == taken.path, "it is at work until its place is given up"
    queue.give_up(home, again)
    queue.give_up(home, again)
    assert order(home, runs) == "21"


def test_a_job_that_has_just_ended_can_be_queued_again_before_its_place_is_given_up(home):
    (run,) = waiting(home, 1)
    queue.take(home)
    me = JobState.of_this_process()
    run.write_job("train", me)
    queue.place(home, run, "train")
    assert order(home, [run]) == "0", "it is at work: one place"
    run.write_job("train", me.model_copy(update={"status": "paused", "heartbeat": time.time()}))
    queue.place(home, run, "train")
    assert order(home, [run]) == "00"
    entry = queue.take(home)
    assert entry is not None and not entry.over and order(home, [run]) == "0", "the old place is gone"


def test_a_trial_and_its_run_are_two(home):
    run = new_run(home)
    trials = [Run.create(run.folder / "trials", run.spec(), {}, {}, name=name) for name in ("1", "2")]
    for each in (run, *trials):
        queue.place(home, each, "train")
    assert [entry.run.id for entry in queue.entries(home)] == [run.id, f"{run.id}/1", f"{run.id}/2"]
    assert queue.cancel(home, trials[0], "train") and not queue.cancel(home, trials[0], "train")
    assert [entry.run.id for entry in queue.entries(home)] == [run.id, f"{run.id}/2"]


def test_a_damaged_place_is_left_out_and_put_aside(home):
    """Whichever bit of its file was flipped: nobody who looks at the queue ends by it, and the others keep their turn."""
    first, second = waiting(home, 2)
    taken = queue.take(home)
    assert taken is not None
    aside = taken.path.with_suffix(".damaged")
    whole, left_out = taken.path.read_bytes(), 0
    for bit in range(8 * len(whole)):
        with open(taken.path, "r+b", buffering=0) as file:
            os.pwrite(file.fileno(), bytes([whole[bit // 8] ^ 1 << bit % 8]), bit // 8)
            found = [entry.run.folder.name for entry in queue.entries(home)]
            os.pwrite(file.fileno(), whole[bit // 8 : bit // 8 + 1], bit // 8)
            assert found[-1:] == [second.folder.name] and len(found) <= 2
        if first.folder.name not in found:
            left_out += 1
            if aside.exists():
                aside.rename(taken.path)
            else:  # a flipped name is that of a run that is gone
                taken.path.write_bytes(whole)
    assert left_out > 4 * len(whole)
    log = (home / "queue" / queue.LOG).read_text()
    assert f"{taken.path.name} is damaged" in log and queue.entries(home)[0] == taken


PLACE = """
import sys
from pathlib import Path
from ft_core.run import Run
from ft_core.worker import queue
home, run = Path(sys.argv[1]), Run(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(25):
    queue.place(home, run, "train")
"""

MOVE = """
import sys
from pathlib import Path
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.worker import queue
home, run = Path(sys.argv[1]), Run(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for turn in range(25):
    try:
        queue.move(home, run, "train", -9 if turn % 2 else 9)
    except FTError as error:
        assert error.code == "queue.not_waiting", error
"""


def at_once(code: str, *arguments: list[str]) -> list[subprocess.Popen[str]]:
    """A process for each list of arguments, all let go at the same moment."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for words in arguments
    ]
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return children


def test_processes_that_queue_one_job_at_once_leave_one_place(home):
    run = new_run(home)
    for child in at_once(PLACE, *[[str(home), str(run.folder)]] * 3):
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert [(entry.run.id, entry.job) for entry in queue.entries(home)] == [(run.id, "train")]


def test_a_job_is_taken_once_while_others_move_the_queue(home):
    """Each is begun exactly once, none is lost, and the one at work keeps its place."""
    runs = waiting(home, 4)
    children = at_once(MOVE, *[[str(home), str(run.folder)] for run in runs[2:]])
    begun = []
    while (entry := queue.take(home)) is not None:
        begun.append(entry.run.id)
        time.sleep(0.02)
        assert queue.entries(home)[0].path == entry.path
        queue.give_up(home, entry)
    for child in children:
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert sorted(begun) == sorted(run.id for run in runs)
