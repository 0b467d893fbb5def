"""What the page calls about jobs: the queue's order, stopping, what a person sees, and where a token goes."""

import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
from filelock import FileLock

from ft_core.errors import FTError
from ft_core.jobs import WORK, JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker import launch, overview, queue
from ft_core.worker.job import perform
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

SECRET = "hf_" + "q" * 34
GONE = {"pid": 2**22 + 5, "process_start": 1.0}


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def supervised(workspace):
    """A supervisor of this home is at work, as far as its lock tells; it does nothing."""
    workspace.queue.mkdir(parents=True)
    with FileLock(workspace.queue / "supervisor.lock"):
        yield


def new_run(workspace: Workspace) -> Run:
    return Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def new_trial(run: Run) -> Run:
    return Run.create(run.trials_folder, run.spec(), {}, {}, name="3")


def state(status="running", **values) -> JobState:
    me = psutil.Process()
    known = {"pid": me.pid, "process_start": me.create_time(), "started": 1.0, "heartbeat": 1.0, "message": "at it"}
    return JobState(status=status, **(known | {"step": 3, "total": 10} | values))


@contextmanager
def sleeping_job(run: Run, job: launch.JobName):
    """A real process in a group of its own, which the run's state names as the job's."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        started = psutil.Process(child.pid).create_time()
        run.write_job(job, state(pid=child.pid, process_start=started))
        yield child
    finally:
        child.kill()
        child.wait()


def queued(workspace: Workspace) -> list[tuple[str, str]]:
    return [(entry.run.id, entry.job) for entry in launch.entries(workspace.home)]


def test_first_come_first_served_and_one_place_each(workspace, supervised):
    one, two = new_run(workspace), new_run(workspace)
    for run, job in ((two, "train"), (one, "train"), (two, "train"), (one, "evaluate"), (one, "train")):
        launch.enqueue(workspace, run, job)
    assert queued(workspace) == [(two.id, "train"), (one.id, "train"), (one.id, "evaluate")]


def test_the_queue_outlives_the_page_and_a_moved_home(workspace, supervised, tmp_path):
    run = new_run(workspace)
    launch.enqueue(workspace, run, "train")
    workspace.home.rename(tmp_path / "moved")
    (entry,) = launch.entries(tmp_path / "moved")
    assert entry.run.spec().data.source == "x.csv" and entry.run.folder.is_relative_to(tmp_path / "moved")


def test_a_run_that_is_gone_gives_up_its_place(workspace):
    gone, kept = new_run(workspace), new_run(workspace)
    for run in (gone, kept):
        launch.place(workspace.home, run, "train")
    gone.project.unlink()
    assert queued(workspace) == [(kept.id, "train")]
    assert len(list(workspace.queue.glob("*.json"))) == 1


def test_everybody_waits_in_one_queue(workspace):
    other = Workspace(workspace.home, "ada")
    hers, mine = new_run(other), new_run(workspace)
    launch.place(workspace.home, hers, "train")
    launch.place(workspace.home, mine, "train")
    assert launch.view(workspace, mine, "train") == JobView("queued", message="waiting, 1 before it", position=2)
    assert launch.view(other, hers, "train") == JobView("queued", message="starting", position=1)


def test_the_job_at_work_has_no_place_among_those_that_wait(workspace):
    first, second, third = (new_run(workspace) for _ in range(3))
    for run in (first, second, third):
        launch.place(workspace.home, run, "train")
    queue.take(workspace.home)
    seen = [launch.view(workspace, run, "train") for run in (first, second, third)]
    assert [(view.message, view.position) for view in seen] == [
        ("starting", None),
        ("waiting, 1 before it", 1),
        ("waiting, 2 before it", 2),
    ]
    assert [row["position"] for row in overview.waiting(workspace)] == [None, 1, 2]


def test_a_job_that_never_began_is_none(workspace):
    assert launch.view(workspace, new_run(workspace), "evaluate") == JobView("none")


@pytest.mark.parametrize("status", ["running", "done", "stopped"])
def test_a_job_is_seen_as_its_process_left_it(workspace, status):
    run = new_run(workspace)
    run.write_job("train", state(status, seconds_left=8.0 if status == "running" else None))
    seconds = 8.0 if status == "running" else None
    assert launch.view(workspace, run, "train") == JobView(status, 3, 10, "at it", seconds_left=seconds)


def test_a_failed_job_shows_its_error_and_others_do_not(workspace):
    run = new_run(workspace)
    run.write_error("train", FTError("x.y", "It broke.", "Because.", "Mend it."))
    run.write_job("train", state("failed"))
    assert launch.view(workspace, run, "train").error.as_dict()["code"] == "x.y"
    run.write_job("train", state("done"))
    assert launch.view(workspace, run, "train").error is None


def test_a_job_whose_process_is_gone_is_interrupted_and_keeps_its_place_in_words(workspace):
    run = new_run(workspace)
    run.write_job("train", state(**GONE))
    seen = launch.view(workspace, run, "train")
    assert (seen.status, seen.step, seen.total) == ("interrupted", 3, 10)
    launch.place(workspace.home, run, "train")
    seen = launch.view(workspace, run, "train")
    assert (seen.status, seen.step, seen.total, seen.position) == ("queued", 3, 10, 1)


@pytest.mark.parametrize(("job", "status"), [("train", "stopping"), ("evaluate", "stopping"), ("push", "running")])
def test_a_running_job_that_was_asked_to_stop_is_stopping(workspace, job, status):
    run = new_run(workspace)
    run.write_job(job, state())
    run.request_stop()
    assert launch.view(workspace, run, job).status == status


def test_a_loaded_playground_shows_its_port(workspace):
    run = new_run(workspace)
    run.write_job("serve", state(port=4711))
    assert launch.view(workspace, run, "serve").port == 4711


def test_a_waiting_job_is_taken_out_and_can_be_queued_again(workspace, supervised):
    run, other = new_run(workspace), new_run(workspace)
    for job in ("train", "evaluate"):
        launch.enqueue(workspace, run, job)
    launch.enqueue(workspace, other, "train")
    launch.stop(workspace, run, "train")
    assert queued(workspace) == [(run.id, "evaluate"), (other.id, "train")]
    assert launch.view(workspace, run, "train").status == "none"
    assert run.stop_requested() is None, "nobody had begun with it"
    assert not other.stop_requested()
    launch.enqueue(workspace, run, "train")
    assert not run.stop_requested(), "the old request would stop it again at once"
    assert queued(workspace)[-1] == (run.id, "train")


def test_a_running_training_is_asked_and_not_signalled(workspace):
    run = new_run(workspace)
    with sleeping_job(run, "train") as child:
        launch.stop(workspace, run, "train")
        assert run.stop_requested() and child.poll() is None


def test_what_does_not_run_is_not_asked(workspace):
    run = new_run(workspace)
    for status in ("done", "stopped", "failed"):
        run.write_job("train", state(status))
        launch.stop(workspace, run, "train")
    assert not run.stop_requested()


def test_a_server_is_ended_with_its_group(workspace):
    run = new_run(workspace)
    with sleeping_job(run, "serve") as child:
        launch.stop(workspace, run, "serve")
        assert child.wait(10) < 0
    assert launch.view(workspace, run, "serve").status == "interrupted"


def test_a_process_that_took_over_the_number_is_left_alone(workspace):
    run = new_run(workspace)
    with sleeping_job(run, "serve") as child:
        run.write_job("serve", state(pid=child.pid, process_start=1.0))
        launch.stop(workspace, run, "serve")
        launch.end(run.job("serve"), force=True)
        time.sleep(0.1)
        assert child.poll() is None


@pytest.mark.parametrize("job", WORK)
def test_no_model_is_loaded_beside_one_at_work(workspace, job):
    unreadable = new_run(workspace)
    unreadable.write_job("train", state())
    (unreadable.folder / "jobs" / "train.json").write_text('{"version": 2}')
    launch.require_idle(workspace)
    trial = new_trial(new_run(workspace))
    trial.write_job(job, state())
    with pytest.raises(FTError) as caught:
        launch.require_idle(workspace)
    assert caught.value.code == "run.busy" and trial.id in caught.value.why


def test_queueing_a_job_gives_back_the_memory_of_a_playground(workspace, supervised):
    run, other = new_run(workspace), new_run(workspace)
    with sleeping_job(other, "serve") as child:
        launch.enqueue(workspace, run, "train")
        assert child.wait(10) < 0


def test_queueing_a_job_gives_back_the_memory_of_a_playground_of_a_trial(workspace, supervised):
    run = new_run(workspace)
    with sleeping_job(new_trial(run), "serve") as child:
        launch.enqueue(workspace, run, "train")
        assert child.wait(10) < 0


def test_a_supervisor_is_started_once_and_knows_no_token(workspace, monkeypatch):
    for name in launch.SECRETS:
        monkeypatch.setenv(name, SECRET)
    before = set(psutil.Process().children())
    launch.ensure_supervisor(workspace.home)
    (child,) = set(psutil.Process().children()) - before
    try:
        assert child.cmdline()[1:] == ["-m", "ft_core.worker.supervisor", str(workspace.home)]
        assert SECRET not in str(child.environ())
        deadline = time.monotonic() + 60
        while not any(file.path.endswith("supervisor.lock") for file in child.open_files()):
            assert time.monotonic() < deadline and child.is_running()
            time.sleep(0.05)
        launch.ensure_supervisor(workspace.home)
        assert set(psutil.Process().children()) - before == {child}
    finally:
        child.kill()
        child.wait(10)


def test_the_supervisor_hands_on_the_token_of_whoever_started_the_app(workspace, monkeypatch):
    """By standard input to the supervisor, and from it to the job; on a Space there is no such person."""
    monkeypatch.setenv("HF_TOKEN", SECRET)
    assert launch.token_of_this_machine() == SECRET
    monkeypatch.setenv("SYSTEM", "spaces")
    assert launch.token_of_this_machine() is None


def test_a_childs_environment_holds_no_token_and_uses_none_by_itself(monkeypatch):
    for name in launch.SECRETS:
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "0")
    monkeypatch.setenv("FT_TEST_KEPT", "yes")
    found = launch.child_environment()
    assert SECRET not in found.values() and not set(launch.SECRETS) & set(found)
    assert (found["FT_TEST_KEPT"], found["HF_HUB_DISABLE_IMPLICIT_TOKEN"]) == ("yes", "1")


def test_a_token_reaches_the_child_by_its_standard_input_alone(workspace, monkeypatch):
    for name in launch.SECRETS:
        monkeypatch.setenv(name, SECRET)
    run = new_run(workspace)
    child = launch.start(run, "push", {"repo": "ada/x", "private": True}, SECRET)
    process = psutil.Process(child.pid)
    assert process.cmdline()[1:] == ["-m", "ft_core.worker", str(run.folder), "push"]
    assert SECRET not in str(process.environ())
    assert child.wait(60) == 2, "something the person can fix"
    assert run.error("push").code == "run.no_adapter", "it went on past the reading of its arguments"
    for path in workspace.home.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("how", ["pause", "keep", "discard"])
def test_a_running_job_is_asked_in_the_way_that_was_chosen(workspace, how):
    run = new_run(workspace)
    run.adapter.mkdir()
    with sleeping_job(run, "train"), FileLock(run.lock("train")):
        launch.stop(workspace, run, "train", how)
        seen = launch.view(workspace, run, "train")
        assert (seen.status, seen.how) == ("stopping", how) and run.adapter.is_dir()


@pytest.mark.parametrize("status", ["stopped", "failed", "paused", "done", "interrupted"])
def test_a_run_at_rest_is_discarded_at_once(workspace, supervised, status):
    run = new_run(workspace)
    run.adapter.mkdir()
    at = state(**GONE) if status == "interrupted" else state(status)
    run.write_job("train", at)
    launch.discard(workspace, run)
    assert not run.adapter.exists() and not run.stop_requested()
    assert launch.view(workspace, run, "train").status == "discarded"
    for begin in (launch.resume, lambda *names: launch.enqueue(*names, "evaluate")):
        with pytest.raises(FTError) as caught:
            begin(workspace, run)
        assert caught.value.code == "run.discarded"
    assert queued(workspace) == []


def test_discarding_a_study_ends_the_work_in_its_trials_first(workspace, supervised):
    """In the process that evaluates a trial, and nothing else is at work in the study."""
    run = new_run(workspace)
    trial = new_trial(run)
    for each in (run, trial):
        each.adapter.mkdir()

    def evaluating(_record):
        launch.discard(workspace, run)
        assert trial.adapter.is_dir() and trial.stop_requested() == "keep" and not run.is_discarded
        return "stopped"

    perform(trial, "evaluate", evaluating)
    assert run.is_discarded and trial.is_discarded and not trial.adapter.exists()
    assert run.stop_requested() is None and trial.stop_requested() is None


def test_a_waiting_run_is_discarded_out_of_the_queue(workspace, supervised):
    run, other = new_run(workspace), new_run(workspace)
    for each in (run, other):
        launch.enqueue(workspace, each, "train")
    launch.stop(workspace, run, "train", "discard")
    assert queued(workspace) == [(other.id, "train")] and run.is_discarded


def test_an_interrupted_job_that_was_cancelled_does_not_come_back(workspace, supervised):
    run = new_run(workspace)
    run.write_job("train", state(**GONE))
    launch.enqueue(workspace, run, "train")
    launch.cancel(workspace, run, "train")
    assert launch.view(workspace, run, "train").status == "paused" and queued(workspace) == []
    with pytest.raises(FTError) as caught:
        launch.cancel(workspace, run, "train")
    assert caught.value.code == "queue.not_waiting"
    launch.resume(workspace, run)
    assert queued(workspace) == [(run.id, "train")]


def test_a_resumed_sweep_goes_on_with_the_sweep(workspace, supervised):
    run = new_run(workspace)
    run.write_job("sweep", state("paused"))
    launch.resume(workspace, run)
    assert queued(workspace) == [(run.id, "sweep")]
    run.write_job("sweep", state("done"))
    with pytest.raises(FTError) as caught:
        launch.resume(workspace, run)
    assert caught.value.code == "run.done"


@pytest.mark.parametrize(
    ("asked", "job"), [({"sweep": {"settings": ["epochs"]}}, "sweep"), ({"data_size": {}}, "data_size"), ({}, "train")]
)
def test_a_run_that_was_taken_out_before_it_began_is_begun_as_what_it_is(workspace, supervised, asked, job):
    run = Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}} | asked, "p"), {}, {})
    launch.enqueue(workspace, run, job)
    launch.cancel(workspace, run, job)
    assert launch.view(workspace, run, job).status == "none" and launch.job_of(run) == job
    launch.resume(workspace, run)
    assert queued(workspace) == [(run.id, job)]


def test_what_was_begun_says_what_a_run_is_for(workspace):
    asked = {"data": {"source": "x.csv"}, "sweep": {"settings": ["epochs"]}}
    run = Run.create(workspace.runs_folder, project.parse(asked, "p"), {}, {})
    run.write_job("train", state("paused"))
    assert launch.unfinished(run) == "train", "`train` of a project that could be swept"


def test_stopping_a_waiting_job_leaves_no_request_for_another_job_of_the_run(workspace, supervised):
    run = new_run(workspace)
    launch.enqueue(workspace, run, "train")
    launch.stop(workspace, run, "train")
    assert queued(workspace) == [] and run.stop_requested() is None
    launch.enqueue(workspace, run, "evaluate")
    with sleeping_job(run, "train"):
        launch.stop(workspace, run, "evaluate")
        assert queued(workspace) == [] and run.stop_requested() is None, "the training was not asked"
        launch.stop(workspace, run, "train", "pause")
        launch.enqueue(workspace, run, "evaluate")
        assert run.stop_requested() == "pause", "the training is still asked"


def test_a_job_that_is_being_started_finds_the_request(workspace, supervised):
    run = new_run(workspace)
    launch.enqueue(workspace, run, "train")
    assert queue.take(workspace.home) is not None
    launch.stop(workspace, run, "train")
    assert queued(workspace) == [] and run.stop_requested() == "keep"


def test_a_state_that_cannot_be_read_does_not_keep_others_out_of_the_queue(workspace, supervised):
    broken, run = new_run(workspace), new_run(workspace)
    launch.enqueue(workspace, broken, "train")
    (broken.folder / "jobs").mkdir(exist_ok=True)
    for job in ("train", "serve"):
        (broken.folder / "jobs" / f"{job}.json").write_text("{", encoding="utf-8")
    launch.enqueue(workspace, run, "train")
    assert queued(workspace) == [(broken.id, "train"), (run.id, "train")]
    assert [row["status"] for row in overview.waiting(workspace)] == ["unreadable", "queued"]


def test_a_supervisor_that_was_killed_is_replaced_when_somebody_waits(workspace):
    run = new_run(workspace)
    run.write_job("train", state("done"))
    launch.keep_going(workspace.home)
    assert not workspace.queue.exists(), "nothing waits: nothing is started"
    launch.place(workspace.home, run, "train")
    launch.keep_going(workspace.home)
    deadline = time.monotonic() + 60
    while launch.entries(workspace.home) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert launch.entries(workspace.home) == []
