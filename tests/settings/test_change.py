"""The same run with changes: what goes with another method, what with another rank."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.change import change, rate_for, trial
from ft_core.settings.train import TrainSpec

LORA = TrainSpec(method="lora", lora_rank=8, lora_alpha=16, learning_rate=2e-4, epochs=2)


def test_another_method_drops_the_learning_rate_and_what_only_one_has():
    values = change(LORA, {"method": "full"})
    assert values["method"] == "full" and values["epochs"] == 2
    assert not {"learning_rate", "lora_rank", "lora_alpha"} & values.keys()
    assert change(LORA, {"method": "full", "learning_rate": 1e-5})["learning_rate"] == 1e-5
    kept = change(LORA, {"method": "rslora"})
    assert kept["lora_rank"] == 8 and "learning_rate" not in kept and "four_bit" not in kept


def test_another_rank_or_rslora_keeps_the_strength():
    """LoRA divides alpha by the rank (arXiv:2106.09685), rsLoRA by its square root (arXiv:2312.03732)."""
    scaled = change(LORA, {"method": "rslora", "lora_rank": 64})
    assert scaled["lora_alpha"] == 16 == LORA.lora_alpha / LORA.lora_rank * 64**0.5
    back = change(TrainSpec(method="rslora", lora_rank=64, lora_alpha=16), {"method": "lora"})
    assert back["lora_alpha"] == 128
    assert change(LORA, {"lora_rank": 32})["lora_alpha"] == 64 == change(LORA, {"lora_rank": "32"})["lora_alpha"]
    assert change(LORA, {"lora_rank": 32, "lora_alpha": 8})["lora_alpha"] == 8
    assert change(LORA, {"lora_rank": "many"})["lora_alpha"] == 16
    assert change(LORA, {"seed": 1}) == LORA.model_dump(mode="json") | {"seed": 1}


def test_a_classification_head_is_not_dropped_without_a_word():
    headed = LORA.model_copy(update={"head": "classification"})
    assert change(headed, {"method": "ia3"})["head"] == "classification"
    for method in ("prompt_tuning", "prefix_tuning"):
        with pytest.raises(FTError) as caught:
            change(headed, {"method": method})
        assert caught.value.code == "settings.head"
        assert change(LORA, {"method": method})["method"] == method


def test_a_trial_has_what_its_method_has_and_the_rate_that_it_wants():
    values = trial(LORA, {"method": "full", "lora_rank": 32})
    assert values["learning_rate"] == rate_for(LORA, "full") and "lora_rank" not in values


def test_a_rate_goes_with_its_method():
    assert rate_for(LORA, "full") == pytest.approx(5e-5) and rate_for(LORA, "dora") == pytest.approx(2e-4)
    assert rate_for(LORA.model_copy(update={"learning_rate": 0.5}), "prompt_tuning") == 1.0
