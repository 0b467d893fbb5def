"""Which prompt tokens an answer leaned on."""

import pytest

from ft_core import modeling
from ft_core.evals.why.attribution import attribute
from tests.helpers import make_base_model


@pytest.mark.parametrize("quantised", [False, True])
def test_attributions_sum_to_the_difference_of_log_probabilities(tmp_path, quantised):
    model = modeling.load_base(str(make_base_model(tmp_path)), quantised=quantised)
    found = attribute(model, [3, 40, 90, 120, 4], [50, 0], filler=0, steps=128)
    change = found["actual"] - found["filled"]
    assert len(found["tokens"]) == 5 and abs(change) > 0.05
    assert found["gap"] < 0.05 * max(1.0, abs(change))
    assert sum(found["tokens"]) == pytest.approx(change, abs=found["gap"] + 1e-6)


def test_a_token_that_is_the_filler_adds_nothing(tmp_path):
    model = modeling.load_base(str(make_base_model(tmp_path)), quantised=False)
    found = attribute(model, [0, 40, 0], [50], filler=0, steps=8)
    assert found["tokens"][0] == found["tokens"][2] == 0 and found["tokens"][1] != 0


def test_a_filler_whose_embedding_is_zero_is_refused(tmp_path):
    model = modeling.load_base(str(make_base_model(tmp_path)), quantised=False)
    with pytest.raises(ValueError, match="filler token 1 is zero"):
        attribute(model, [3, 40], [50], filler=1)
