"""python -m ft_core COMMAND: see `ft_core.cli`."""

import os
import sys

from ft_core.loading import loading

with loading():
    from ft_core.cli import main

if __name__ == "__main__":
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)  # taking torch down in order would take seconds
