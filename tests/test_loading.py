"""Nothing is looked through for garbage while libraries are loaded, and afterwards as before."""

import gc

from ft_core.loading import loading


def test_the_collector_rests_and_then_looks_as_before():
    assert gc.isenabled()
    frozen = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() == frozen, "a notebook of a person keeps its own"
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled(), "who had it off keeps it off"
    finally:
        gc.enable()


def test_what_stays_for_good_is_looked_at_no_more():
    frozen = gc.get_freeze_count()
    with loading(stays=True):
        kept = [[number] for number in range(1000)]
    assert gc.isenabled() and gc.get_freeze_count() >= frozen + len(kept)
