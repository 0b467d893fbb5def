"""Memory of this process."""

import numpy
import torch

from ft_core.train import memory


def test_what_is_held_is_below_what_may_be():
    assert 0.05 < memory.held_gb() < memory.limit_gb() < 10_000


def test_the_peak_holds_what_was_given_back_meanwhile():
    before = memory.held_gb()
    with memory.watched() as peak:
        block = numpy.ones(40_000_000)  # 0.32 GB
        for _ in range(3):
            block = block + 1
        del block
    assert peak.gb > before + 0.3


def test_refusals_of_memory_are_known_by_their_words():
    words = (
        "[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"
    )
    assert memory.ran_out(RuntimeError(words)) and memory.ran_out(MemoryError())
    assert memory.ran_out(torch.OutOfMemoryError("CUDA out of memory"))
    assert not memory.ran_out(RuntimeError("shapes cannot be multiplied"))
