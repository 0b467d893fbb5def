"""Training for real on the processor: what changes, what does not, and that a resumed run is the same run to the bit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from bitsandbytes.nn import Linear4bit, Params4bit
from safetensors.torch import load_file, save_file

from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.train import TrainSpec
from ft_core.train import checkpoints, sft
from tests.helpers import make_base_model, make_dataset, make_run

ROOT = Path(__file__).parents[2]
SPEC = TrainSpec(
    epochs=2, learning_rate=5e-3, batch_size=8, lora_rank=8, lora_alpha=16, evaluations=3, max_length=128, threads=1
)
CHILD = """
import sys
from pathlib import Path
from ft_core.run import Run
from ft_core.train import sft
sft.train(Run.open(Path(sys.argv[1])), lambda step, total, message: None)
"""


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data") / "datasets")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, base, dataset) -> tuple[Run, dict, list[tuple[int, int, str]]]:
    """An uninterrupted training: the run, its result, what it said meanwhile."""
    run = make_run(tmp_path_factory.mktemp("runs"), base, dataset, SPEC)
    said: list[tuple[int, int, str]] = []
    result = sft.train(run, lambda step, total, message: said.append((step, total, message)))
    return run, result, said


def test_loss_falls_and_everything_is_recorded(finished):
    run, result, said = finished
    total = result["total_steps"]
    assert result["status"] == "done" and result["steps"] == total == sft.plan_steps(
        SPEC, len(sft.Dataset.open(Path(run.data()["folder"])).examples("train"))
    )
    rows = [row for row in run.metrics() if row["kind"] == "train"]
    held = [row for row in run.metrics() if row["kind"] == "validation"]
    assert [row["step"] for row in rows] == list(range(1, total + 1))
    assert rows[-1]["loss"] < 0.7 * rows[0]["loss"]
    assert held[-1]["loss"] < held[0]["loss"] and 0 <= held[-1]["token_accuracy"] <= 1
    assert len(held) == SPEC.evaluations and held[-1]["step"] == total
    assert all(later["tokens"] > earlier["tokens"] for earlier, later in zip(rows, rows[1:], strict=False))
    assert set(rows[0]) >= {
        "epoch",
        "time",
        "token_accuracy",
        "learning_rate",
        "gradient_norm",
        "tokens_per_second",
        "memory_gb",
    }
    assert result["train_loss"] < rows[0]["loss"] and result["validation_loss"] == held[-1]["loss"]
    assert run.training() == result
    assert said[-1][:2] == (total, total) and said[-1][2] == "training, epoch 2.0 of 2"


def test_samples_begin_with_the_base_model_and_keep_their_prompts(finished):
    run, result, _ = finished
    samples = run.samples()
    steps = sorted({row["step"] for row in samples})
    assert steps[0] == 0 and steps[-1] == result["total_steps"] and len(steps) == SPEC.evaluations + 1
    prompts = [[row["prompt"] for row in samples if row["step"] == step] for step in steps]
    assert len(prompts[0]) == 3 and all(sorted(later) == sorted(prompts[0]) for later in prompts)
    assert [row["answer"] for row in samples if row["step"] == 0] != [
        row["answer"] for row in samples if row["step"] == steps[-1]
    ]


def test_adapter_learns_and_the_quantised_base_stays(tmp_path, base, dataset):
    run = make_run(tmp_path, base, dataset, SPEC.model_copy(update={"epochs": 0.5, "evaluations": 1}))
    trainer, _ = sft.prepare(run, quiet)
    layers = {name: module for name, module in trainer.model.named_modules() if isinstance(module, Linear4bit)}
    assert len(layers) == 2 * 7
    for layer in layers.values():
        assert (
            isinstance(layer.weight, Params4bit)
            and layer.weight.quant_type == "nf4"
            and layer.weight.dtype == torch.uint8
        )
        assert layer.weight.quant_state.nested
    trainable = {name: parameter for name, parameter in trainer.model.named_parameters() if parameter.requires_grad}
    assert len(trainable) == 2 * len(layers) and all(
        parameter.dtype == torch.float32 for parameter in trainable.values()
    )
    others = {
        name: parameter.detach().clone()
        for name, parameter in trainer.model.named_parameters()
        if not parameter.requires_grad
    }
    scales = {name: layer.weight.quant_state.absmax.clone() for name, layer in layers.items()}
    before = {name: parameter.detach().clone() for name, parameter in trainable.items()}

    trainer.train()

    assert all(not torch.equal(before[name], parameter) for name, parameter in trainable.items())
    after = dict(trainer.model.named_parameters())
    assert all(torch.equal(value, after[name]) for name, value in others.items())
    assert all(torch.equal(scales[name], layer.weight.quant_state.absmax) for name, layer in layers.items())


def test_only_answers_have_labels_in_a_real_batch(tmp_path, base, dataset):
    trainer, _ = sft.prepare(make_run(tmp_path, base, dataset, SPEC), quiet)
    batch = next(iter(trainer.get_train_dataloader()))
    tokenizer = trainer.processing_class
    for ids, labels, mask in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True):
        text = tokenizer.decode(ids[mask.bool()])
        answer = text.split("<|assistant|>")[1]
        assert tokenizer.decode(labels[labels != -100]) == answer and answer in {
            "fruit<|end|>",
            "animal<|end|>",
            "tool<|end|>",
        }
        assert torch.equal(ids[labels != -100], labels[labels != -100])


def test_loss_equals_the_plain_one_over_all_positions(tmp_path, base, dataset):
    trainer, _ = sft.prepare(make_run(tmp_path, base, dataset, SPEC), quiet)
    batch = next(iter(trainer.get_eval_dataloader()))
    trainer.model.eval()
    with torch.no_grad():
        ours = trainer.compute_loss(trainer.model, dict(batch))
        plain = trainer.model(**batch).loss
    assert ours.item() == pytest.approx(plain.item(), rel=1e-5)


def test_stopped_and_resumed_is_the_same_run(tmp_path, base, dataset, finished):
    run = make_run(tmp_path, base, dataset, SPEC)
    stop_at = finished[1]["total_steps"] // 2 + 1

    def stop(step: int, total: int, message: str) -> None:
        if step == stop_at:
            run.request_stop()

    stopped = sft.train(run, stop)
    assert stopped["status"] == "stopped" and stopped["steps"] == stop_at and run.has_adapter
    assert checkpoints.newest(run.checkpoints).step == stop_at
    run.clear_stop()
    result = sft.train(run, quiet)
    assert (
        result["status"] == "done"
        and result["adapter_sha256"] == finished[1]["adapter_sha256"] != stopped["adapter_sha256"]
    )
    assert same_curve(run, finished[0])
    assert [folder.name for folder in run.checkpoints.glob("checkpoint-*")] == [f"checkpoint-{result['total_steps']}"]


def test_killed_and_resumed_is_the_same_run(tmp_path, base, dataset, finished):
    run = make_run(tmp_path, base, dataset, SPEC)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    with open(tmp_path / "child.txt", "wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(run.folder)],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        total = finished[1]["total_steps"]
        while child.poll() is None and not any(row["step"] > total // 2 for row in run.metrics()):
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert child.returncode == -signal.SIGKILL, (tmp_path / "child.txt").read_text()
    assert 0 < checkpoints.newest(run.checkpoints).step < total
    result = sft.train(run, quiet)
    assert result["adapter_sha256"] == finished[1]["adapter_sha256"]
    assert same_curve(run, finished[0])


def same_curve(one: Run, other: Run) -> bool:
    """Both runs measured the same losses and token counts at the same steps."""
    keys = ("kind", "step", "loss", "token_accuracy", "tokens")
    return [[row.get(key) for key in keys] for row in one.metrics()] == [
        [row.get(key) for key in keys] for row in other.metrics()
    ]


def test_a_damaged_checkpoint_is_passed_over(tmp_path, base, dataset, finished):
    run = make_run(tmp_path, base, dataset, SPEC)
    total = finished[1]["total_steps"]

    def stop(step: int, total_steps: int, message: str) -> None:
        if step == total - 1:
            run.request_stop()

    sft.train(run, stop)
    run.clear_stop()
    (newest,) = run.checkpoints.glob("checkpoint-*")
    with open(newest / "optimizer.pt", "r+b") as file:
        file.seek(100)
        file.write(b"\0\0\0\0damaged")
    assert checkpoints.newest(run.checkpoints) is None and not newest.exists()
    assert sft.train(run, quiet)["adapter_sha256"] == finished[1]["adapter_sha256"]


def test_a_run_killed_before_its_adapter_was_saved_only_saves_it(tmp_path, base, dataset, finished):
    run, result, _ = finished
    (run.adapter / "adapter_model.safetensors").unlink()
    assert sft.train(run, quiet)["adapter_sha256"] == result["adapter_sha256"]


def test_a_loss_that_is_no_number_ends_the_training(tmp_path, base, dataset):
    broken = make_base_model(tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"].fill_(1e38)
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    run = make_run(tmp_path / "runs", broken, dataset, SPEC)
    with pytest.raises(FTError) as caught:
        sft.train(run, quiet)
    assert caught.value.code == "train.diverged" and "Learning rate" in caught.value.fix
    assert not run.has_adapter and checkpoints.newest(run.checkpoints) is None


def test_answers_that_are_cut_off_are_counted_in_log_and_result(tmp_path, base, dataset, finished):
    chat = ChatTokenizer.load(base)
    examples = dataset.examples("train")
    lengths = chat.lengths(examples)
    longest = int(lengths.max())
    short = SPEC.model_copy(update={"epochs": 0.3, "evaluations": 1, "max_length": longest - 1})
    run = make_run(tmp_path, base, dataset, short)
    result = sft.train(run, quiet)
    assert result["cut_off_rows"] == int((lengths == longest).sum()) > 0 == finished[1]["cut_off_rows"]
    words = f"{result['cut_off_rows']} of {len(examples)} training examples lose the end of an answer"
    assert words in run.log_tail() and f"Longest example is {longest - 1} tokens" in run.log_tail()


def test_the_saved_adapter_is_float32_and_names_its_base(finished, base):
    run, _, _ = finished
    assert {tensor.dtype for tensor in load_file(run.adapter / "adapter_model.safetensors").values()} == {torch.float32}
    config = json.loads((run.adapter / "adapter_config.json").read_text())
    assert Path(config["base_model_name_or_path"]) == base
    assert (run.adapter / "tokenizer.json").is_file() and not (run.adapter / "README.md").exists()
