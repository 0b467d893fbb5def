"""The commands that a page has begun."""

import os

import psutil


def at_work() -> set[psutil.Process]:
    """Those that have not ended, forked or begun anew: each leads a session of its own."""
    return {child for child in psutil.Process().children(recursive=True) if _leads(child)}


def _leads(child: psutil.Process) -> bool:
    try:
        return child.status() != psutil.STATUS_ZOMBIE and os.getsid(child.pid) == child.pid
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
