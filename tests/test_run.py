"""The run directory: atomic, torn lines survived, status derived from the process itself."""

import os
import shutil
import subprocess
import sys
import time

import psutil
import pytest

from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import VOTES, Run
from ft_core.settings import project


@pytest.fixture
def run(tmp_path):
    spec = project.parse({"data": {"source": "x.csv"}}, "p.yaml")
    return Run.create(
        tmp_path / "runs", spec, {"dataset": "0" * 12, "folder": "../d", "sha256": "0" * 64}, {"python": "3"}
    )


def state(pid: int, started: float, **changes) -> JobState:
    return JobState(
        status="running", step=3, total=9, pid=pid, process_start=started, started=1.0, heartbeat=1.0
    ).model_copy(update=changes)


def test_a_run_holds_its_project_and_is_opened_again(run):
    again = Run.open(run.folder)
    assert again.spec().data.source == "x.csv"
    assert again.data()["dataset"] == "0" * 12
    assert again.id == run.id and abs(again.created.timestamp() - time.time()) < 60


def test_a_folder_without_a_project_is_no_run(tmp_path):
    with pytest.raises(FTError) as caught:
        Run.open(tmp_path)
    assert caught.value.code == "run.missing"


def test_a_living_process_is_running_a_dead_one_interrupted(run):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    run.write_job("train", state(child.pid, started))
    assert run.job("train").status == "running"
    child.kill()
    deadline = time.monotonic() + 5
    while run.job("train").status == "running" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert run.job("train").status == "interrupted", "a zombie counts as gone"
    child.communicate()
    assert run.job("train").status == "interrupted"


def test_a_reused_process_id_is_not_taken_for_the_worker(run):
    run.write_job("train", state(os.getpid(), psutil.Process().create_time() - 1000))
    assert run.job("train").status == "interrupted"


def test_a_job_is_running_while_its_process_is_there(run):
    assert not run.is_running("train")
    me = psutil.Process()
    run.write_job("train", state(me.pid, me.create_time()))
    assert run.is_running("train") and not run.is_running("evaluate")
    run.write_job("train", state(2**22 + 1, 1.0))
    assert not run.is_running("train")


def test_an_ended_job_stays_ended_when_its_process_is_gone(run):
    run.write_job("train", state(2**22 + 1, 1.0, status="done"))
    assert run.job("train").status == "done"


def test_the_last_row_of_a_step_wins(run):
    for step, loss in ((1, 3.0), (2, 2.0), (3, 1.5), (2, 1.9)):
        run.append_metric({"kind": "train", "step": step, "loss": loss})
    run.append_metric({"kind": "validation", "step": 2, "loss": 7.0})
    assert [(row["step"], row["loss"]) for row in run.metrics() if row["kind"] == "train"] == [
        (1, 3.0),
        (2, 1.9),
        (3, 1.5),
    ]


def test_stop_is_a_file(run):
    assert not run.stop_requested()
    for how in ("pause", "discard", "keep"):
        run.request_stop(how)
        assert Run.open(run.folder).stop_requested() == how
    (run.folder / "stop").write_text("")
    assert run.stop_requested() == "keep", "an older version asked so"
    run.clear_stop()
    run.clear_stop()
    assert not run.stop_requested()


def test_a_request_to_stop_is_forgotten_when_nobody_is_left_to_follow_it(run):
    me = psutil.Process()
    run.write_job("evaluate", state(me.pid, me.create_time()))
    run.request_stop("pause")
    run.forget_stop()
    assert run.stop_requested() == "pause"
    run.write_job("evaluate", state(me.pid, me.create_time(), status="stopped"))
    run.forget_stop()
    assert run.stop_requested() is None


def test_an_error_is_kept_in_its_four_parts(run):
    assert run.error("train") is None
    run.write_error("train", FTError("a.b", "What.", "Why.", "Fix."))
    assert run.error("train").as_dict() == {"code": "a.b", "what": "What.", "why": "Why.", "fix": "Fix."}


def test_a_forgotten_evaluation_was_never_done(run):
    run.write_report({"n": 4})
    for job in ("train", "evaluate"):
        run.write_job(job, state(2**22 + 1, 1.0, status="done"))
    run.write_error("evaluate", FTError("a.b", "What.", "Why.", "Fix."))
    run.clear_report()
    assert run.report() is None and run.job("evaluate") is None and run.error("evaluate") is None
    assert run.job("train").status == "done"
    run.clear_report()
    assert not list(run.folder.glob("evaluation*"))


def test_what_people_made_outlives_the_evaluation_it_is_part_of_until_the_run_is_discarded(run):
    for votes in ("one", "two"):
        run.write_report({"n": 2})
        (run.evaluation / VOTES).write_text(votes)
        run.clear_report()
    assert run.report() is None and not run.evaluation.exists()
    assert sorted((folder.name, (folder / VOTES).read_text()) for folder in run.folder.glob("evaluation-*")) == [
        ("evaluation-1", "one"),
        ("evaluation-2", "two"),
    ]
    shutil.rmtree(run.folder / "evaluation-1")
    run.write_report({"n": 2})
    (run.evaluation / VOTES).write_text("three")
    run.clear_report()
    assert (run.folder / "evaluation-3" / VOTES).read_text() == "three", "no number is given twice"
    run.discard()
    assert not list(run.folder.glob("evaluation*"))


def test_a_later_version_of_the_state_is_refused(run):
    (run.folder / "jobs").mkdir()
    (run.folder / "jobs" / "train.json").write_text('{"version": 2}')
    with pytest.raises(FTError, match=r"jobs/train.json was written by another version") as caught:
        run.job("train")
    assert caught.value.code == "run.newer"
    (run.folder / "jobs" / "train.json").write_text('{"version": 1, "sta')
    with pytest.raises(FTError, match="or is damaged"):
        run.job("train")


def test_notes_are_the_persons_own(run):
    assert run.notes() == ""
    run.write_notes("tries a lower\nlearning rate ⚙")
    assert Run.open(run.folder).notes() == "tries a lower\nlearning rate ⚙"


def test_trials_are_whole_runs_inside_a_run(run):
    assert run.trials() == []
    for name in ("10", "2", "unfinished"):
        Run.create(run.folder / "trials", run.spec(), run.data(), {}, name=name)
    (run.folder / "trials" / "3").mkdir()
    assert [trial.id for trial in run.trials()] == [f"{run.id}/2", f"{run.id}/10"]
    trial = run.trials()[0]
    assert (trial.parent, run.parent) == (run, None)
    assert trial.spec() == run.spec() and abs(trial.created.timestamp() - time.time()) < 60


def test_discarding_removes_what_was_trained_and_nothing_else(run):
    kept = {"project.yaml", "data.json", "environment.json", "metrics.jsonl", "log.txt", "notes.md", "jobs", "trials"}
    trial = Run.create(run.folder / "trials", run.spec(), {}, {}, name="1")
    for each in (run, trial):
        for folder in (each.checkpoints / "checkpoint-3", each.adapter, each.folder / ".adapter-0123"):
            folder.mkdir(parents=True)
        each.append_sample({"step": 1, "prompt": "a", "answer": "b"})
        each.append_metric({"kind": "train", "step": 1, "loss": 2.0})
        each.write_training({"status": "stopped"})
        each.write_report({"n": 4})
        each.write_log("train: stopped")
    run.write_notes("keep me")
    run.write_job("train", state(2**22 + 1, 1.0, status="stopped"))
    run.require_kept()
    for name in ("model", ".model-1a2b", "beginning"):
        (run.folder / name).mkdir()
    run.discard()
    assert not any((run.folder / name).exists() for name in ("model", ".model-1a2b", "beginning"))
    assert {path.name for path in run.folder.iterdir()} == kept
    assert {path.name for path in trial.folder.iterdir()} == kept - {"notes.md", "trials"}
    assert run.job("train").status == "discarded" and run.job("train").step == 3
    for refused in (run.require_kept, run.require_unfinished):
        with pytest.raises(FTError) as caught:
            refused()
        assert caught.value.code == "run.discarded"


def test_a_notice_is_told_once_and_is_in_the_log(tmp_path):
    run = Run.create(tmp_path, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    assert run.notices() == []
    for text in ("One.", "Two.", "One."):
        run.append_notice(text)
    assert run.notices() == ["One.", "Two."] and run.log_tail().count("One.") == 2
    run.discard()
    assert run.notices() == []
