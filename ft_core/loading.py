"""Imports of large libraries, sooner: Python looks for no garbage meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading(stays: bool = False) -> Iterator[None]:
    """For imports and what is built once: looking through hundreds of thousands of new objects again and again takes a good part of the time.

    `stays`, as a process of ours begins: what is there at the end stays for good and is left out of all later looks (`gc.freeze`).
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if stays:
            gc.freeze()
        if looks:
            gc.enable()
