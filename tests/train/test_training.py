"""Training for real on the processor: what changes, what does not, and that a resumed run is the same run to the bit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from bitsandbytes.nn import Linear4bit, Params4bit
from safetensors.torch import load_file, save_file

from ft_core import generate, modeling
from ft_core.data.mix import prepare_mix
from ft_core.data.prepare import prepare
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings.data import CleanSpec, ColumnSpec, DataSpec, PartSpec
from ft_core.settings.methods import METHODS, WHOLE_MODEL
from ft_core.settings.train import TrainSpec
from ft_core.train import checkpoints, sft, training
from ft_core.worker import jobs
from tests.helpers import make_base_model, make_dataset, make_run, write_toy_csv

ROOT = Path(__file__).parents[2]
SPEC = TrainSpec(
    epochs=2, learning_rate=5e-3, batch_size=8, lora_rank=8, lora_alpha=16, evaluations=3, max_length=128, threads=1
)
CHILD = """
import sys
from pathlib import Path
from ft_core.run import Run
from ft_core.train import training
training.train(Run.open(Path(sys.argv[1])), lambda step, total, message: None)
"""


SHORT_OF_MEMORY = """
import resource, sys
from pathlib import Path
import psutil
from ft_core.run import Run
from ft_core.train import training


def progress(step, total, message):
    if message.startswith("measuring"):  # everything is loaded: from now on there is a little more than what is held
        limit = psutil.Process().memory_info().data + 64 * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))


training.train(Run.open(Path(sys.argv[1])), progress)
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
    result = training.train(run, lambda step, total, message: said.append((step, total, message)))
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
    assert (total, total, "training, epoch 2.0 of 2") in said and said[-1] == (total, total, "training, saving")


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
    trainer = sft.prepare(run, quiet, None, 8).trainer
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
    trainer = sft.prepare(make_run(tmp_path, base, dataset, SPEC), quiet, None, 8).trainer
    batch = next(iter(trainer.get_train_dataloader()))
    tokenizer = trainer.processing_class
    ends = batch["lengths"].tolist()
    assert len(ends) == 8
    for ids, labels in zip(batch["input_ids"][0].split(ends), batch["labels"][0].split(ends), strict=True):
        text = tokenizer.decode(ids)
        answer = text.split("<|assistant|>")[1]
        assert tokenizer.decode(labels[labels != -100]) == answer and answer in {
            "fruit<|end|>",
            "animal<|end|>",
            "tool<|end|>",
        }
        assert torch.equal(ids[labels != -100], labels[labels != -100])


def test_loss_equals_the_plain_one_over_all_positions(tmp_path, base, dataset):
    plainly = SPEC.model_copy(update={"fused": False})
    trainer = sft.prepare(make_run(tmp_path, base, dataset, plainly), quiet, None, 8).trainer
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

    stopped = training.train(run, stop)
    assert stopped["status"] == "stopped" and stopped["steps"] == stop_at and run.has_adapter
    assert checkpoints.newest(run.checkpoints).step == stop_at
    run.clear_stop()
    result = training.train(run, quiet)
    assert (
        result["status"] == "done"
        and result["weights_sha256"] == finished[1]["weights_sha256"] != stopped["weights_sha256"]
    )
    assert same_curve(run, finished[0])
    assert [folder.name for folder in run.checkpoints.glob("checkpoint-*")] == [f"checkpoint-{result['total_steps']}"]


@pytest.mark.parametrize("validation", [1, 3], ids=["in the middle", "after the last step"])
def test_a_pause_cuts_a_validation_short_and_it_is_made_up_for(tmp_path, base, dataset, finished, validation):
    run, begun = make_run(tmp_path, base, dataset, SPEC), []

    def pause(step: int, total: int, message: str) -> None:
        if message == "training, validating":
            begun.append(step)
            if len(begun) == validation:
                run.request_stop("pause")

    paused = training.train(run, pause)
    steps = [row["step"] for row in run.metrics() if row["kind"] == "validation"]
    assert paused["status"] == "paused" and steps == begun[:-1] and len(begun) == validation
    assert paused["steps"] == begun[-1] == checkpoints.newest(run.checkpoints).step
    run.clear_stop()
    result = training.train(run, quiet)
    assert result["status"] == "done" and result["weights_sha256"] == finished[1]["weights_sha256"]
    assert result["validation_loss"] == finished[1]["validation_loss"] and same_curve(run, finished[0])


@pytest.mark.parametrize("method", [method for method in METHODS if method != "qlora"])
def test_every_method_learns_and_resumes_exactly(tmp_path, base, dataset, method):
    spec = TrainSpec(
        method=method, epochs=0.8, learning_rate=5e-3 * METHODS[method].rate, batch_size=8, evaluations=2, max_length=128,
        threads=1,
    )  # fmt: skip
    whole, halved = (make_run(tmp_path / name, base, dataset, spec) for name in ("whole", "halved"))
    result = training.train(whole, quiet)
    losses = [row["loss"] for row in whole.metrics() if row["kind"] == "train"]
    assert result["status"] == "done" and losses[-1] < losses[0]

    def stop(step: int, total: int, message: str) -> None:
        if step == result["total_steps"] // 2 + 1:
            halved.request_stop()

    assert training.train(halved, stop)["status"] == "stopped"
    halved.clear_stop()
    assert training.train(halved, quiet)["weights_sha256"] == result["weights_sha256"]
    assert same_curve(whole, halved)
    pair = modeling.load_run_model(halved)
    assert halved.has_adapter == (method not in WHOLE_MODEL)
    ids = torch.tensor([[3, 40, 41, 0]])
    with torch.no_grad(), pair.base() as alone:
        bare = alone(ids).logits
    with torch.no_grad():
        assert torch.equal(bare, modeling.load_base(str(base), quantised=False)(ids).logits)
        assert not torch.equal(pair.tuned(ids).logits, bare)


@pytest.mark.parametrize(("method", "initialisation"), [("lora", "pissa"), ("qlora", "eva")])
def test_other_beginnings_resume_exactly_and_leave_an_ordinary_adapter(tmp_path, base, dataset, method, initialisation):
    spec = TrainSpec(
        method=method, initialisation=initialisation, epochs=0.8, learning_rate=5e-3, batch_size=8, evaluations=2, lora_rank=4,
        max_length=128, threads=1,
    )  # fmt: skip
    whole, halved = (make_run(tmp_path / name, base, dataset, spec) for name in ("whole", "halved"))
    result = training.train(whole, quiet)

    def stop(step: int, total: int, message: str) -> None:
        if step == result["total_steps"] // 2 + 1:
            halved.request_stop()

    training.train(halved, stop)
    halved.clear_stop()
    assert training.train(halved, quiet)["weights_sha256"] == result["weights_sha256"]
    last = [row for row in whole.metrics() if row["kind"] == "validation" and row["step"] == result["kept_step"]][0]
    pair = modeling.load_run_model(whole)
    sums = generate.answer_losses(pair.tuned, pair.tokenizer, dataset.examples("validation"))
    loss = sum(total for total, _ in sums) / sum(tokens for _, tokens in sums)
    assert loss == pytest.approx(last["loss"], rel=0.02), "loaded from disk it is the model that was validated"
    assert not (whole.folder / "beginning").exists()


def test_the_best_weights_are_kept_and_a_training_that_only_gets_worse_ends_early(tmp_path, base, dataset):
    spec = SPEC.model_copy(
        update={"method": "full", "learning_rate": 0.05, "epochs": 12, "evaluations": 30, "early_stopping": 2}
    )
    run = make_run(tmp_path, base, dataset, TrainSpec.model_validate(spec.model_dump()))
    result = training.train(run, quiet)
    held = {row["step"]: row["loss"] for row in run.metrics() if row["kind"] == "validation"}
    assert result["status"] == "done" and result["stopped_early"] and result["steps"] < result["total_steps"]
    assert result["kept_step"] == min(held, key=lambda step: held[step]) < result["steps"]
    assert result["validation_loss"] == min(held.values())
    assert [step > result["kept_step"] for step in held].count(True) == 2
    pair = modeling.load_run_model(run)
    sums = generate.answer_losses(pair.tuned, pair.tokenizer, dataset.examples("validation"))
    assert sum(total for total, _ in sums) / sum(tokens for _, tokens in sums) == pytest.approx(
        min(held.values()), rel=1e-3
    )
    again = training.train(run, quiet)
    assert (again["steps"], again["weights_sha256"]) == (result["steps"], result["weights_sha256"]), "it is over"


def test_memory_that_is_refused_makes_micro_batches_smaller_and_the_training_goes_on(tmp_path, base):
    rows = [
        {"prompt": f"{'Ada saw a goat in the barn on Monday. ' * 26}{number}", "answer": "animal"}
        for number in range(40)
    ]
    source = tmp_path / "long.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    spec = DataSpec(source="long.jsonl", clean=CleanSpec(near_duplicates="keep"))
    long = prepare(source, spec, None, tmp_path / "datasets")
    run = make_run(tmp_path, base, long, TrainSpec(method="lora", epochs=1, batch_size=8, evaluations=1, threads=1))
    command = [sys.executable, "-c", SHORT_OF_MEMORY, str(run.folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    child = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert child.returncode == 0, child.stderr
    result, found = run.training(), run.fit()
    assert result["status"] == "done" and result["micro_batch_size"] == found["micro_batch_size"] < 8
    assert [change["why"] for change in found["changes"]] == ["memory was refused"] * len(found["changes"]) != []
    assert "still 8 in every step" in run.log_tail()


def test_a_training_that_was_ended_for_want_of_memory_goes_on_with_fewer_examples_at_once(tmp_path, base, dataset):
    run = make_run(tmp_path, base, dataset, SPEC.model_copy(update={"epochs": 0.4, "evaluations": 1}))
    gone = {"pid": 2**22 + 5, "process_start": 1.0, "started": 1.0, "heartbeat": 1.0}
    run.write_job("train", JobState(status="running", attempts=2, **gone))  # twice, and the kernel's word is not known
    assert jobs.here(run, "train") == "done"
    assert run.training()["micro_batch_size"] == run.fit()["micro_batch_size"] == 4
    (change,) = run.fit()["changes"]
    assert (change["from"], change["to"]) == (8, 4) and "want of memory" in change["why"]
    assert "still 8 in every step" in run.log_tail()


def test_a_mix_tells_the_loss_of_each_part(tmp_path, base):
    """In training and in validation."""
    toy = write_toy_csv(tmp_path / "toy.csv", 60)
    sums = [f"{one} and {two} make?,{one + two}" for one in range(5) for two in range(5)]
    (tmp_path / "sums.csv").write_text("\n".join(["question,answer", *sums]))
    spec = DataSpec(
        source="toy.csv",
        name="toy",
        mix=(PartSpec(name="sums", source="sums.csv", columns=ColumnSpec(prompt="question", answer="answer")),),
        clean=CleanSpec(near_duplicates="keep"),
    )
    mixed = prepare_mix({"toy": [toy], "sums": [tmp_path / "sums.csv"]}, spec, None, tmp_path / "datasets")
    run = make_run(tmp_path / "runs", base, mixed, SPEC.model_copy(update={"epochs": 3, "evaluations": 2}))
    training.train(run, quiet)
    learnt = [row for row in run.metrics() if row["kind"] == "train"]
    held = [row["parts"] for row in run.metrics() if row["kind"] == "validation"]
    assert [set(parts) for parts in held] == [{"sums", "toy"}] * 2
    assert {name for row in learnt for name in row["parts"]} == {"sums", "toy"}
    for name in ("sums", "toy"):
        course = [row["parts"][name] for row in learnt if name in row["parts"]]
        assert course[-1] < course[0], name
    both = [row for row in learnt if len(row["parts"]) == 2]
    assert both and all(min(row["parts"].values()) < row["loss"] < max(row["parts"].values()) for row in both)


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
    result = training.train(run, quiet)
    assert result["weights_sha256"] == finished[1]["weights_sha256"]
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

    training.train(run, stop)
    run.clear_stop()
    newest = checkpoints.newest(run.checkpoints).folder
    with open(newest / "optimizer.pt", "r+b") as file:
        file.seek(100)
        file.write(b"\0\0\0\0damaged")
    result = training.train(run, quiet)
    assert result["weights_sha256"] == finished[1]["weights_sha256"]
    (notice,) = run.notices()
    assert f"Checkpoint {total - 1} is damaged: going on from step " in notice and notice in run.log_tail()


def test_a_full_disk_ends_a_training_that_says_so_and_can_be_resumed(tmp_path, base, dataset, finished):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        run = make_run(disk, base, dataset, SPEC)
        total, other = finished[1]["total_steps"], disk / "other"

        def fill(step: int, _total: int, _message: str) -> None:
            if step == total - 2 and not other.exists():
                other.write_bytes(b"o" * (shutil.disk_usage(disk).free - 60_000))

        with pytest.raises(FTError) as caught:
            jobs.here(run, "train", on_progress=fill)
        assert caught.value.code == "disk.full" and run.job("train").status == "failed"
        assert run.error("train").code == "disk.full" and "disk is full" in run.log_tail()
        steps = sorted(int(folder.name.split("-")[1]) for folder in run.checkpoints.iterdir())
        assert steps and steps[-1] < total, "the checkpoint that found no room is gone"
        assert all((folder / checkpoints.SEAL).is_file() for folder in run.checkpoints.iterdir())
        other.unlink()
        assert jobs.here(run, "train") == "done"
        assert run.training()["weights_sha256"] == finished[1]["weights_sha256"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_run_killed_before_its_adapter_was_saved_only_saves_it(tmp_path, base, dataset, finished):
    run, result, _ = finished
    (run.adapter / "adapter_model.safetensors").unlink()
    assert training.train(run, quiet)["weights_sha256"] == result["weights_sha256"]


def test_a_loss_that_is_no_number_ends_the_training(tmp_path, base, dataset):
    broken = make_base_model(tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"].fill_(1e38)
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    run = make_run(tmp_path / "runs", broken, dataset, SPEC)
    with pytest.raises(FTError) as caught:
        training.train(run, quiet)
    assert caught.value.code == "train.diverged" and "Learning rate" in caught.value.fix
    assert not run.has_adapter and checkpoints.newest(run.checkpoints) is None


@pytest.mark.parametrize("keep", ["last", "best"])
def test_a_training_that_diverges_leaves_the_weights_of_a_good_checkpoint(tmp_path, dataset, keep):
    base = make_base_model(tmp_path / "base")
    run = make_run(tmp_path / "runs", base, dataset, SPEC.model_copy(update={"keep": keep}))

    def stop(step: int, total: int, message: str) -> None:
        if step == total // 2:
            run.request_stop()

    stopped = training.train(run, stop)
    run.clear_stop()
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"].fill_(1e38)
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(FTError) as caught:
        training.train(run, quiet)
    assert caught.value.code == "train.diverged"
    result = run.training()
    assert result["status"] == "stopped" and result["steps"] == result["kept_step"] == stopped["kept_step"]
    assert f"The weights of step {result['kept_step']}, the best before, are kept." in caught.value.what
    assert "evaluate it" in caught.value.fix and "Lower Learning rate" in caught.value.fix
    assert result["weights_sha256"] == stopped["weights_sha256"]
    saved = load_file(run.adapter / "adapter_model.safetensors")
    assert all(tensor.isfinite().all() for tensor in saved.values())


def test_answers_that_are_cut_off_are_counted_in_log_and_result(tmp_path, base, dataset, finished):
    chat = ChatTokenizer.load(base)
    examples = dataset.examples("train")
    lengths = chat.lengths(examples)
    longest = int(lengths.max())
    short = SPEC.model_copy(update={"epochs": 0.3, "evaluations": 1, "max_length": longest - 1})
    run = make_run(tmp_path, base, dataset, short)
    result = training.train(run, quiet)
    assert (
        run.fit()["cut_off_rows"]
        == result["cut_off_rows"]
        == int((lengths == longest).sum())
        > 0
        == finished[1]["cut_off_rows"]
    )
    assert f"{len(examples)} training examples" in run.log_tail()
    assert (
        f"{result['cut_off_rows']} lose the end of an answer" in run.log_tail()
        and f"Longest example is {longest - 1} tokens" in run.log_tail()
    )


def test_the_saved_adapter_is_float32_and_names_its_base(finished, base):
    run, _, _ = finished
    assert {tensor.dtype for tensor in load_file(run.adapter / "adapter_model.safetensors").values()} == {torch.float32}
    config = json.loads((run.adapter / "adapter_config.json").read_text())
    assert Path(config["base_model_name_or_path"]) == base
    assert (run.adapter / "tokenizer.json").is_file() and not (run.adapter / "README.md").exists()
