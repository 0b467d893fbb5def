"""The child process of one job: python -m ft_core.worker RUN_FOLDER JOB, with {"arguments", "token"} as JSON on standard input.

`python -m ft_core.worker --wait` loads the libraries before it is told {"run", "job", "arguments", "token"}; never told, it ends.
"""

import json
import os
import sys
from pathlib import Path
from typing import cast, get_args

from ft_core.errors import FTError
from ft_core.jobs import JobName
from ft_core.quiet import quiet_libraries
from ft_core.run import Run
from ft_core.worker.jobs import here, load_libraries


def main() -> int:
    """The exit code: 0 done or stopped, 2 something the person can fix, 1 a defect of ours."""
    waits = sys.argv[1:] == ["--wait"]
    quiet_libraries()
    if waits:
        _step_back()
        load_libraries()
    line = sys.stdin.readline()
    if not line:
        return 0
    request = json.loads(line)
    folder, name = (request["run"], request["job"]) if waits else sys.argv[1:3]
    if name not in get_args(JobName):
        raise SystemExit(f"no such job: {name}")
    job = cast(JobName, name)
    run = Run.open(Path(folder))
    if waits:
        _say_it_in(run.log)
    elif job != "serve":
        _step_back()
    try:
        here(run, job, request["arguments"], request["token"])
    except FTError as error:
        return 1 if error.code == "bug" else 2
    return 0


def _step_back() -> None:
    """The page comes first: an answer of its takes milliseconds, a training has hours."""
    os.nice(10)


def _say_it_in(log: Path) -> None:
    """From here on standard output and standard error are at the end of this file."""
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # everything is on disk; taking torch down in order would keep the next job waiting for seconds
