"""What all commands load, imported by the process that those of the tests are forked from: `ft_core.cli.loaded`, and torch with the rest."""

import os

from tests.cli.calls import ENVIRONMENT

os.environ.update(ENVIRONMENT)

import ft_core.cli.loaded  # noqa: F401
from ft_core.worker.jobs import load_libraries

load_libraries()
