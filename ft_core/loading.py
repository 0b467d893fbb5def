"""Imports of large libraries, sooner: Python looks for no garbage meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """For imports and what is built once: hundreds of thousands of objects that all stay.

    Looking through them again and again for those that nobody needs any more takes a good part of the time. They are left out of
    all later looks, too (`gc.freeze`).
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if looks:
            gc.enable()
