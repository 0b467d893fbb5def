"""A trial computes the longest and some usual micro-batches, and leaves everything as it was."""

import torch

from ft_core.settings.train import TrainSpec
from ft_core.train import sft, trial
from tests.helpers import make_base_model, make_dataset, make_run


def test_a_trial_measures_and_changes_nothing(tmp_path):
    spec = TrainSpec(method="lora", epochs=1, batch_size=8, lora_rank=4, lora_dropout=0.1, threads=1)
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), make_dataset(tmp_path / "datasets", 60), spec)
    prepared = sft.prepare(run, lambda *_: None, None, 4)
    model = prepared.trainer.model
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    state = torch.get_rng_state()
    found = trial.measure(prepared.trainer, prepared.lengths, 4, 2)
    assert found.longest_tokens == prepared.lengths.max() and found.micro_batch_size == 4
    assert found.peak_memory_gb > 0.05 and found.seconds_per_step > 0
    assert torch.equal(torch.get_rng_state(), state) and prepared.trainer.tally.learnt == 0
    assert all(torch.equal(p, before[name]) and p.grad is None for name, p in model.named_parameters())
