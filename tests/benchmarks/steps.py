"""What a step of each method takes here, beside trl and peft as their documentation uses them.

    python -m tests.benchmarks.steps [--methods qlora lora ...] [--steps 12] [--rounds 3]

Both train the same batches of the shipped example: the same rows in the same order, as many at once, the same base model in the same
precision, the same configuration of peft, answers only. Ours is a whole run, measurements written included. They take turns in one process
for each method, from the same first weights; a step is from the start of one to the start of the next, the first two of each round are not
counted. Exit code 3 when a method's median step takes more than 1.05 times the plain one's, or when their first losses differ: then it
would be other work.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ft_core.pipeline.data import example_project, prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.methods import METHODS, WHOLE_MODEL, in_four_bits
from ft_core.workspace import Workspace

ROOT = Path(__file__).parents[2]
LIMIT = 1.05
SAME_LOSS = 1e-3  # of a loss: sums are taken in another order
UNCOUNTED = 2
MICRO_BATCH = 8


def make_run(home: Path, method: str, steps: int) -> Run:
    """A run on the example with all of its settings chosen but for the method, of that many steps."""
    spec, source = example_project()
    workspace = Workspace(home)
    dataset = prepare_source(workspace, spec, source)
    values = spec.model_dump(mode="json")
    epochs = steps * MICRO_BATCH / dataset.counts["train"]
    values["training"] = {
        "method": method, "batch_size": MICRO_BATCH, "micro_batch_size": MICRO_BATCH, "epochs": epochs, "evaluations": 1,
    }  # fmt: skip
    return create_run(workspace, project.parse(values, "the benchmark"), dataset)


def ours(run: Run) -> Any:
    """Our trainer of the run, with all that watches it but the sample answers and the checkpoint at its end."""
    from transformers import set_seed

    from ft_core.train import callbacks, sft

    set_seed(0)
    trainer = sft.prepare(run, lambda step, total, message: None, None, MICRO_BATCH).trainer
    trainer.remove_callback(callbacks.Sampler)
    trainer.remove_callback(callbacks.Keeper)
    return trainer


def plain(run: Run, rows: Any, settings: dict[str, Any]) -> Any:
    """trl's SFTTrainer on the same rows: a base model as transformers loads it, peft's configuration handed over."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, set_seed
    from trl import SFTConfig, SFTTrainer

    from ft_core import catalog, modeling
    from ft_core.train.methods.adapt import adapt

    spec = run.spec()
    base = catalog.base_folder(spec.model.base)
    four_bits = in_four_bits(spec.training.method, spec.training.four_bit)
    dtype = modeling.compute_dtype(settings["hidden"])
    quantised = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )
    set_seed(0)
    model = AutoModelForCausalLM.from_pretrained(
        base, dtype=dtype, quantization_config=quantised if four_bits else None
    )
    config = None
    plainly = spec.training.model_copy(update={"fused": False})
    adapted = adapt(modeling.load_base(str(base), quantised=False), plainly)
    if spec.training.method in WHOLE_MODEL:
        learning = {name for name, parameter in adapted.named_parameters() if parameter.requires_grad}
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in learning)
    else:
        assert isinstance(adapted, PeftModel)
        config = adapted.peft_config["default"]
    arguments = SFTConfig(
        output_dir=str(run.folder / "plain"),
        max_steps=settings["steps"],
        per_device_train_batch_size=MICRO_BATCH,
        learning_rate=spec.training.learning_rate,
        gradient_checkpointing=False,
        train_sampling_strategy="sequential",
        bf16=dtype == torch.bfloat16,
        use_cpu=modeling.device() == "cpu",
        dataloader_pin_memory=False,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        max_length=None,
    )
    tokenizer = AutoTokenizer.from_pretrained(base)
    return SFTTrainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer, peft_config=config)


def begin_alike(model: Any, other: Any) -> None:
    """Give `other` the numbers that learn in `model`: adapters begin by chance."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    others = [parameter for parameter in other.parameters() if parameter.requires_grad]
    for given, taken in zip(learning, others, strict=True):
        taken.data.copy_(given.data)


def step_seconds(trainer: Any) -> tuple[list[float], list[float]]:
    """(seconds from the start of each step to the start of the next, the loss of each step) of a whole training."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        def __init__(self) -> None:
            self.began: list[float] = []
            self.losses: list[float] = []

        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.began.append(time.perf_counter())

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            self.losses += [logs["loss"]] if "loss" in logs else []

    watch = Watch()
    trainer.add_callback(watch)
    trainer.train()
    return [after - before for before, after in zip(watch.began, watch.began[1:], strict=False)], watch.losses


def measure(method: str, steps: int, rounds: int) -> dict[str, Any]:
    """Both in turns in this process: {"ours", "plain": median seconds of a step; "first": the first loss of each}."""
    from transformers.utils import logging

    from ft_core import modeling

    logging.set_verbosity_error()
    found: dict[str, list[float]] = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            run = make_run(Path(folder) / str(number), method, steps)
            modeling.set_threads(run.spec().training.threads)
            mine = ours(run)
            settings = {"steps": steps, "hidden": int(mine.trained.config.hidden_size)}
            other = plain(run, mine.train_dataset, settings)
            begin_alike(mine.model, other.model)
            contestants = [("ours", mine), ("plain", other)]
            first = {}
            for name, trainer in contestants if number % 2 == 0 else reversed(contestants):
                seconds, losses = step_seconds(trainer)
                found[name] += seconds[UNCOUNTED:]
                first[name] = losses[0]
    return {name: statistics.median(seconds) for name, seconds in found.items()} | {"first": first}


def main() -> int:
    """A process for each method; print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=METHODS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one, chosen.steps, chosen.rounds)))
        return 0
    print("| method | trl and peft | ours | ours / theirs | first loss of both |\n|---|---|---|---|---|", flush=True)
    ratios, alike = [], True
    for method in chosen.methods:
        command = [sys.executable, "-m", "tests.benchmarks.steps", "--one", method]
        command += ["--steps", str(chosen.steps), "--rounds", str(chosen.rounds)]
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if answer.returncode:
            raise SystemExit(answer.stderr[-3000:])
        found = json.loads(answer.stdout.splitlines()[-1])
        ratios.append(found["ours"] / found["plain"])
        losses = found["first"]
        alike = alike and abs(losses["ours"] / losses["plain"] - 1) < SAME_LOSS
        first = f"{found['first']['plain']:.3f}, {found['first']['ours']:.3f}"
        print(
            f"| {METHODS[method].title} | {found['plain']:.3f} s | {found['ours']:.3f} s | {ratios[-1]:.2f} | {first} |",
            flush=True,
        )
    print(f"\nAt most {max(ratios):.2f} times as long.")
    return 0 if max(ratios) <= LIMIT and alike else 3


if __name__ == "__main__":
    sys.exit(main())
