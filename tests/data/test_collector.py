import gc

import pytest

from ft_core.data.collector import paused


def test_it_goes_on_after_the_block_and_after_an_error():
    with paused():
        assert not gc.isenabled()
        with paused():
            pass
        assert not gc.isenabled(), "the outer block is not over"
    assert gc.isenabled()
    with pytest.raises(ValueError, match="no"), paused():
        raise ValueError("no")
    assert gc.isenabled()
