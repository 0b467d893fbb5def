"""Base against tuned, token by token."""

import pytest
import torch

from ft_core import modeling
from ft_core.evals.why.tokens import compare_tokens
from ft_core.modeling import Pair
from ft_core.settings.train import TrainSpec
from ft_core.train.methods.adapt import adapt
from tests.helpers import make_base_model


def test_an_untrained_adapter_changes_no_token_and_a_changed_one_does(tmp_path):
    folder = str(make_base_model(tmp_path))
    tokenizer = modeling.load_tokenizer(folder)
    tuned = adapt(modeling.load_base(folder), TrainSpec(lora_rank=4)).eval()
    pair, prompt, answer = Pair(tuned, tokenizer), [3, 40, 90, 4], [50, 60, 0]
    rows = compare_tokens(pair, tokenizer, prompt, answer)
    assert [row["difference"] for row in rows] == [0, 0, 0]
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.fill_(0.05)
        expected = tuned(torch.tensor([prompt + answer])).logits[0].float().log_softmax(-1)
    changed = compare_tokens(pair, tokenizer, prompt, answer)
    for place, row in enumerate(changed):
        assert row["tuned"] == pytest.approx(float(expected[3 + place, answer[place]]), abs=1e-4)
        assert row["base"] == rows[place]["base"] and row["difference"] != 0
        assert row["tuned_top"][0][1] == pytest.approx(float(expected[3 + place].max()), abs=1e-4)
