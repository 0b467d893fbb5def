"""Memory of this process: what it holds, what it may still take, and whether an error means that there was none left."""

import gc
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

_EVERY_SECONDS = 0.005
_CGROUP = Path("/sys/fs/cgroup/memory.max")


def held_gb() -> float:
    """Gigabytes (1e9 bytes): on the GPU at most so far, else by the process now."""
    used = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else psutil.Process().memory_info().rss
    return round(used / 1e9, 3)


def now() -> float:
    """Seconds by a clock, once everything that was asked for is computed: a GPU works on by itself."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def limit_gb() -> float:
    """Gigabytes that this process can hold in all: of the GPU, else the least of free memory, container and RLIMIT_DATA."""
    if torch.cuda.is_available():
        return torch.cuda.mem_get_info()[1] / 1e9
    held = psutil.Process().memory_info()
    limits = [float(psutil.virtual_memory().available + held.rss)]
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if allowed != resource.RLIM_INFINITY:  # it counts what is private and writable, not the libraries' code
        limits.append(float(allowed - held.data + held.rss))
    if _CGROUP.is_file() and (text := _CGROUP.read_text().strip()).isdigit():
        limits.append(float(text))
    return min(limits) / 1e9


@dataclass
class Peak:
    """The most that was held meanwhile, in gigabytes."""

    gb: float = 0.0


@contextmanager
def watched() -> Iterator[Peak]:
    """Watch the memory while the body runs; the peak is right once it has ended."""
    peak = Peak(held_gb())
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
        yield peak
        peak.gb = held_gb()
        return
    ended = threading.Event()

    def watch() -> None:
        process = psutil.Process()
        while not ended.wait(_EVERY_SECONDS):
            peak.gb = max(peak.gb, process.memory_info().rss / 1e9)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def ran_out(error: BaseException) -> bool:
    """True when the error means that memory was refused, by torch, Python or the system."""
    text = str(error).lower()
    named = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return named or "out of memory" in text or "can't allocate memory" in text or "cannot allocate memory" in text


def give_back() -> None:
    """Let go of what nothing refers to any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
