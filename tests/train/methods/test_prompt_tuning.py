"""prompt_tuning: what learns, and where it begins."""

import torch

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import prompt_tuning


def test_the_virtual_tokens_begin_as_words_of_the_vocabulary(load):
    model = prompt_tuning.adapt(load(), TrainSpec(method="prompt_tuning", virtual_tokens=5))
    (learning,) = [p for p in model.parameters() if p.requires_grad]
    assert learning.shape == (5, 64)
    words = model.get_base_model().get_input_embeddings().weight
    assert all(bool((words == row).all(dim=1).any()) for row in learning.detach().to(torch.float32))
