"""python -m ft_core COMMAND: see `ft_core.cli`."""

import os
import sys
from typing import NoReturn

from ft_core.loading import loading


def end(code: object) -> NoReturn:
    """What `sys.exit` does with `code`, without taking torch down in order, which would take seconds."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    number = code if isinstance(code, int) else int(code is not None)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read it is gone
        number = number or 1
    os._exit(number)


if __name__ == "__main__":
    with loading(stays=True):
        from ft_core.cli import main
    try:
        main()
    except SystemExit as ended:
        end(ended.code)
