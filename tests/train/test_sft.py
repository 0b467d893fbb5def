"""Everything up to the first step."""

from ft_core.settings.train import TrainSpec
from ft_core.train import sft
from tests.helpers import make_base_model, make_dataset, make_run


def test_a_share_of_the_rows_gives_fewer_steps_and_the_log_says_what_is_learnt(tmp_path):
    spec = TrainSpec(method="lora", epochs=2, batch_size=8, lora_rank=4, training_share=0.5, threads=1)
    dataset = make_dataset(tmp_path / "datasets", 60)
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), dataset, spec)
    prepared = sft.prepare(run, lambda *_: None, None, 4)
    half = round(dataset.counts["train"] / 2)
    assert prepared.plan.rows == half and prepared.plan.steps == -(-2 * half // 8)
    assert len(prepared.lengths) == prepared.plan.steps * 8
    assert f"{half} training examples" in run.log_tail()
    assert prepared.trainer.args.gradient_accumulation_steps == 2 and prepared.beginning is None
