"""The command line: the same functions the tabs call. What a person sees of them is in `ft_core.terminal`.

Exit codes: 0 done, 2 something the person can fix, 1 a defect of ours. With --json exactly one JSON object goes to standard output and
everything else to standard error.
"""

from ft_core.cli.commands import app, main

__all__ = ["app", "main"]
