"""Every method is described, and knows what is its own."""

from typing import get_args

from ft_core.settings import methods
from ft_core.settings.train import TrainSpec


def test_every_method_says_what_it_is_costs_and_is_for():
    assert list(methods.METHODS) == list(get_args(methods.Method))
    for info in methods.METHODS.values():
        for sentence in (info.what, info.cost, info.right_when):
            assert sentence.endswith(".") and len(sentence) < 160
        assert "arXiv:" in info.source and info.rate > 0


def test_settings_of_their_own_are_settings():
    assert set(methods.BELONGS) <= set(TrainSpec.model_fields)
    assert methods.used_by("lora", "lora_rank") and not methods.used_by("full", "lora_rank")
    assert all(methods.used_by(method, "epochs") for method in methods.METHODS)


def test_the_base_is_in_four_bits_with_qlora_and_by_choice():
    assert methods.in_four_bits("qlora", False)
    assert methods.in_four_bits("dora", True) and not methods.in_four_bits("dora", False)
    assert not methods.in_four_bits("full", True) and not methods.in_four_bits("lora", True)
