"""The child process of one job: python -m ft_core.worker RUN_FOLDER JOB, with {"arguments", "token"} as JSON on standard input."""

import json
import os
import sys
from pathlib import Path
from typing import cast, get_args

from ft_core.errors import FTError
from ft_core.jobs import JobName
from ft_core.quiet import quiet_libraries
from ft_core.run import Run
from ft_core.worker.jobs import here


def main() -> int:
    """The exit code: 0 done or stopped, 2 something the person can fix, 1 a defect of ours."""
    folder, name = sys.argv[1:3]
    if name not in get_args(JobName):
        raise SystemExit(f"no such job: {name}")
    job = cast(JobName, name)
    if job != "serve":
        os.nice(10)  # the page comes first: an answer of its takes milliseconds, a training has hours
    quiet_libraries()
    request = json.loads(sys.stdin.readline())
    run = Run.open(Path(folder))
    try:
        here(run, job, request["arguments"], request["token"])
    except FTError as error:
        return 1 if error.code == "bug" else 2
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # everything is on disk; taking torch down in order would keep the next job waiting for seconds
