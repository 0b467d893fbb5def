"""A trial computes the longest micro-batch, and some usual ones where it is timed, and leaves everything as it was."""

import numpy
import pytest
import torch

from ft_core.settings.train import TrainSpec
from ft_core.train import rows, sft, trial
from tests.helpers import make_base_model, make_dataset, make_run


def test_a_trial_measures_and_changes_nothing(tmp_path):
    spec = TrainSpec(method="lora", epochs=1, batch_size=8, lora_rank=4, lora_dropout=0.1, threads=1)
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), make_dataset(tmp_path / "datasets", 60), spec)
    prepared = sft.prepare(run, lambda *_: None, None, 4)
    model = prepared.trainer.model
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    state = torch.get_rng_state()
    found = trial.measure(prepared.trainer, prepared.lengths, 4, 2, "adamw")
    assert found.longest_tokens == prepared.lengths.max() and found.micro_batch_size == 4
    assert found.peak_memory_gb > 0.05 and found.seconds_per_step > 0
    untimed = trial.measure(prepared.trainer, prepared.lengths, 4, 2, "adamw", timed=False)
    assert set(found.as_dict()) - set(untimed.as_dict()) == {"seconds_per_step"} and untimed.peak_memory_gb > 0.05
    assert torch.equal(torch.get_rng_state(), state) and prepared.trainer.tally.learnt == 0
    assert all(torch.equal(p, before[name]) and p.grad is None for name, p in model.named_parameters())


@pytest.mark.parametrize("micro", [1, 4, 32])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_timed_is_padded_as_the_whole_training_is(micro, seed):
    """Lengths are as people write, log-normal; the micro-batches that stand first are the shortest of their step."""
    lengths = numpy.random.default_rng(seed).lognormal(4, 1, 300).astype(int).clip(4, 512)
    ordered = lengths[rows.order(lengths, steps=27, batch_size=32, seed=seed)].reshape(-1, micro)
    padded = ordered.max(axis=1)
    chosen = trial.usual(padded, 32 // micro)
    assert len(set(chosen)) == min(8, 32 // micro)
    assert padded[chosen].mean() == pytest.approx(padded.mean(), rel=0.15)


@pytest.mark.parametrize("method", ["qlora", "full"])
def test_a_trial_computes_activations_again_where_the_training_will(tmp_path, method):
    base, data = make_base_model(tmp_path / "base"), make_dataset(tmp_path / "datasets", 60)
    kept = {}
    for again in (False, True):
        spec = TrainSpec(method=method, epochs=1, batch_size=8, gradient_checkpointing=again, threads=1)
        prepared = sft.prepare(make_run(tmp_path / f"runs-{again}", base, data, spec), lambda *_: None, None, 8)
        sizes: list[int] = []

        def pack(tensor: torch.Tensor, sizes: list[int] = sizes) -> torch.Tensor:
            sizes.append(tensor.nbytes)
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            trial.measure(prepared.trainer, prepared.lengths, 8, 1, "adamw")
        assert prepared.trainer.model.is_gradient_checkpointing is again
        kept[again] = sum(sizes)
        prepared.trainer.train()
        assert prepared.trainer.state.global_step == prepared.plan.steps
    assert kept[True] != kept[False]


def test_the_moments_are_those_of_the_optimizer(tmp_path):
    spec = TrainSpec(method="full", epochs=1, batch_size=8, threads=1)
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), make_dataset(tmp_path / "datasets", 60), spec)
    prepared = sft.prepare(run, lambda *_: None, None, 8)
    prepared.trainer.model.lm_head = torch.nn.Linear(
        64, 400_000, bias=False
    )  # some 25 million parameters: 0.2 GB of moments
    found = [trial.measure(prepared.trainer, prepared.lengths, 8, 1, name) for name in ("adamw", "adafactor")]
    assert found[0].peak_memory_gb - found[1].peak_memory_gb > 0.1
