"""How a run stands, in the fewest words: the job at work, else how far it came."""

from ft_core import amounts
from ft_core.jobs import WORK, Work
from ft_core.run import Run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

AT_WORK: dict[Work, str] = {
    "train": "training",
    "evaluate": "being evaluated",
    "sweep": "trying settings",
    "data_size": "measuring how much data it needs",
}
STUDIES: dict[Work, str] = {"sweep": "settings tried", "data_size": "data size measured"}
_WORDS = {
    "none": "new",
    "queued": "waiting",
    "done": "trained",
    "stopped": "stopped",
    "paused": "paused",
    "discarded": "discarded",
    "stopping": "stopping",
    "failed": "failed",
    "interrupted": "interrupted",
}


def standing(workspace: Workspace, run: Run, detailed: bool = False) -> str:
    """`training`, `evaluated`; a `detailed` one tells the steps and the time left too."""
    views = {job: launch.view(workspace, run, job) for job in WORK}
    for status in ("running", "stopping", "queued"):
        for job in WORK:
            if views[job].status == status:
                return _at_work(job, views[job], detailed)
    if run.is_evaluated:
        return "evaluated"
    job = launch.job_of(run) if views["train"].status == "none" else "train"
    status = views[job].status
    if job not in STUDIES:
        return _WORDS[status]
    return STUDIES[job] if status == "done" else f"{AT_WORK[job]}: {_WORDS[status]}"


def _at_work(job: Work, view: JobView, detailed: bool) -> str:
    if view.status == "running":
        return AT_WORK[job] + (_left(view) if detailed else "")
    words = _WORDS[view.status]
    return words if job == "train" else f"evaluation: {words}" if job == "evaluate" else f"{AT_WORK[job]}: {words}"


def _left(view: JobView) -> str:
    steps = f", {view.step:,} of {view.total:,}" if view.total else ""
    return steps if view.seconds_left is None else f"{steps}, {amounts.duration(view.seconds_left)} left"
