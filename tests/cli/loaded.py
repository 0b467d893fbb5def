"""What commands load, loaded once: imported by the process that `tests.cli.calls` forks all of them from, and that does nothing else."""

import os

from tests.cli.calls import ENVIRONMENT

os.environ.update(ENVIRONMENT)

from ft_core.cli.commands import before_libraries
from ft_core.worker.jobs import load_libraries

before_libraries()
load_libraries()
