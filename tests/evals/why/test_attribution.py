"""Which prompt tokens an answer leaned on."""

import pytest

from ft_core import modeling
from ft_core.evals.why.attribution import attribute
from ft_core.settings.train import TrainSpec
from ft_core.train.methods.adapt import adapt
from tests.helpers import make_base_model

PROMPT, ANSWER = [3, 40, 90, 120, 4], [50, 0]


@pytest.mark.parametrize("quantised", [False, True])
def test_attributions_sum_to_the_difference_of_log_probabilities(tmp_path, quantised):
    model = modeling.load_base(str(make_base_model(tmp_path)), quantised=quantised)
    found = attribute(model, PROMPT, ANSWER, range(5), filler=0)
    change = found["actual"] - found["filled"]
    assert len(found["tokens"]) == 5 and abs(change) > 0.05
    assert found["gap"] < 0.05 * max(1.0, abs(change))
    assert sum(found["tokens"]) == pytest.approx(change, abs=found["gap"] + 1e-6)


def test_a_soft_prompt_stands_before_it(tmp_path):
    model = adapt(
        modeling.load_base(str(make_base_model(tmp_path))), TrainSpec(method="prompt_tuning", virtual_tokens=4)
    )
    found = attribute(model, PROMPT, ANSWER, range(5), filler=0)
    assert found["gap"] < 0.05 * max(1.0, abs(found["actual"] - found["filled"])) and any(found["tokens"])


def test_only_the_places_that_are_asked_for_are_filled(tmp_path):
    model = modeling.load_base(str(make_base_model(tmp_path)), quantised=False)
    found = attribute(model, [0, 40, 41, 0], [50], [0, 1], filler=0)
    assert len(found["tokens"]) == 2 and found["tokens"][0] == 0 != found["tokens"][1]
    assert found["gap"] < 0.05


def test_a_filler_whose_embedding_is_zero_is_refused(tmp_path):
    model = modeling.load_base(str(make_base_model(tmp_path)), quantised=False)
    with pytest.raises(ValueError, match="filler token 1 is zero"):
        attribute(model, [3, 40], [50], [0], filler=1)
