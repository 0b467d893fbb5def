"""A QLoRA training here beside what people would use instead, on the same chats and the same base model.

    python -m tests.benchmarks.training [--quick] [--shapes 135M starter] [--chats 1000] [--rounds 3] [--threads 2]
        [--llamafactory llamafactory-cli] [--swift swift] [--only NAME ...] [--plot FILE.png]

The chats are made from a seed: words of the shipped tickets, tokens spread as in real chats (median 190, a twentieth below 66 and above 539,
at most 598), 0.39 of them in the answer. The base models are SmolLM2-135M's shape with random weights, and the starter. All train one pass:
NF4 with double quantisation, LoRA of rank 16 on all linear layers, 8 chats a step, answers only. A process each, in turns; the first of each
round changes. `--quick`: 48 chats, one round, without float32 and without the one that is not fused. The last line says how long all took.

- trl's quick start: its documentation's, with `use_cpu`, in bfloat16; and the same in float32, which is faster on a processor that
  multiplies no bfloat16 in hardware.
- LLaMA-Factory and ms-swift where their commands are given or found, each installed in an environment of its own
  (`pip install torch==2.13.0`, then `llamafactory bitsandbytes` or `ms-swift bitsandbytes`). Beside torch's CPU build LLaMA-Factory 0.9.5
  starts only without torchvision and with an empty module for torchaudio. Their chats are written in their own template `default`.
- ours: `python -m ft_core train` with everything else left to be chosen, and the same with `fused: false`.

Seconds are those of all steps; LLaMA-Factory's and ms-swift's are their own `train_runtime`, with the loop's beginning and end in it.
Tokens are those of the chats as ours writes them, padding left out. Printed are medians of the rounds: tokens a second of all steps, the
most memory that a process held, seconds from the command to the end of the first step, and the mean loss (random weights: it only shows that all
do the same work; rows come in another order). Last, how much of this machine's matrix rate ours used. Exit code 3 where a ratio is less than
its target.
"""

import argparse
import csv
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import yaml

from ft_core import catalog
from ft_core.amounts import duration
from ft_core.data.tokens import ChatTokenizer
from ft_core.settings import project
from ft_core.settings.example import Message
from tests.benchmarks.fit import make_model
from tests.benchmarks.main_job import EXAMPLE, ROOT

OURS, PLAIN, TRL, TRL_32, FACTORY, SWIFT = (
    "ours", "ours, not fused", "trl's quick start", "trl's, in float32", "LLaMA-Factory", "ms-swift"
)  # fmt: skip
LEAST = {"135M": {TRL: 4.0, FACTORY: 3.0, SWIFT: 3.5}, catalog.STARTER: {TRL: 3.0}}
MOST_MEMORY, MOST_START = {"135M": 0.6}, {catalog.STARTER: 1.0}  # of trl's
RANK, ALPHA, BATCH, RATE, SEED = 16, 32, 8, 2e-4, 0
MEDIAN, SPREAD, LONGEST, ANSWER = 190, 0.634, 598, 0.389  # tokens; of a log-normal distribution
MESSAGES = "messages.jsonl"


def write_chats(path: Path, count: int) -> int:
    """`count` chats of a question and an answer as {"messages"} lines; returns their tokens."""
    folder = catalog.base_folder(catalog.STARTER)
    assert folder is not None
    tokenizer, chance = ChatTokenizer.load(folder, catalog.STARTER), random.Random(SEED)
    with open(EXAMPLE.parent / "tickets.csv", newline="", encoding="utf-8") as file:
        words = sorted({word for row in csv.DictReader(file) for word in row["message"].split()})
    total, lines = 0, []
    for number in range(count):
        wanted = min(LONGEST, max(24, round(MEDIAN * chance.lognormvariate(0, SPREAD))))
        asked, answered = [f"{number}:"], [chance.choice(words)]
        while True:
            pair = Message("user", " ".join(asked)), Message("assistant", " ".join(answered))
            length = len(tokenizer.encode(pair).ids)
            if length >= wanted:
                break
            for _ in range(max(1, (wanted - length) // 8)):
                (answered if chance.random() < ANSWER else asked).append(chance.choice(words))
        total += length
        lines.append(json.dumps({"messages": [{"role": one.role, "content": one.content} for one in pair]}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return total


def trl(base: str, data: Path, threads: int, dtype: str) -> dict[str, Any]:
    """trl's quick start with peft and bitsandbytes, in this process: {"seconds" of all steps, "first": time.time() after the first, "losses"}."""
    import torch
    from datasets import load_dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    torch.set_num_threads(threads)
    folder = catalog.base_folder(base)
    quantised = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=getattr(torch, dtype)
    )  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(folder, quantization_config=quantised, dtype=getattr(torch, dtype))
    rows = load_dataset("json", data_files=str(data), split="train")
    rows = rows.map(
        lambda row: {"prompt": row["messages"][:1], "completion": row["messages"][1:]}, remove_columns="messages"
    )
    watch: dict[str, Any] = {"seconds": 0.0, "first": None, "losses": []}

    class Watch(TrainerCallback):
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            watch["seconds"] += time.perf_counter() - self.began
            watch["first"] = watch["first"] or time.time()

        def on_log(self, *_: Any, logs: Any = None, **__: Any) -> None:
            watch["losses"] += [logs["loss"]] if "loss" in logs else []

    SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=str(data.parent / "trl"), per_device_train_batch_size=BATCH, learning_rate=RATE, num_train_epochs=1, use_cpu=True,
            bf16=dtype == "bfloat16",
            logging_steps=1, save_strategy="no", report_to=[], disable_tqdm=True, dataloader_pin_memory=False, seed=SEED,
        ),
        train_dataset=rows,
        processing_class=AutoTokenizer.from_pretrained(folder),
        peft_config=LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
        callbacks=[Watch()],
    ).train()  # fmt: skip
    return watch


def run_trl(base: str, data: Path, threads: int, dtype: str = "bfloat16") -> dict[str, Any]:
    """`trl` in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.training", "--trl", base, str(data), dtype]
    printed, found = watched([*command, "--threads", str(threads)], threads)
    watch = json.loads(printed.splitlines()[-1])
    return found | {
        "seconds": watch["seconds"],
        "first": watch["first"] - found["began"],
        "losses": watch["losses"],
    }


def run_factory(program: str, base: str, data: Path, threads: int) -> dict[str, Any]:
    """LLaMA-Factory's command."""
    folder = Path(tempfile.mkdtemp(dir=data.parent))
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    known = {"file_name": str(data), "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
    (folder / "dataset_info.json").write_text(json.dumps({"chats": known}), encoding="utf-8")
    settings = {
        "model_name_or_path": str(catalog.base_folder(base)), "stage": "sft", "do_train": True, "finetuning_type": "lora",
        "lora_rank": RANK, "lora_alpha": ALPHA, "lora_target": "all", "quantization_bit": 4, "quantization_method": "bnb",
        "double_quantization": True, "dataset": "chats", "dataset_dir": str(folder), "template": "default", "cutoff_len": 1024,
        "per_device_train_batch_size": BATCH, "gradient_accumulation_steps": 1, "learning_rate": RATE, "num_train_epochs": 1.0,
        "use_cpu": True, "bf16": True, "output_dir": str(folder / "out"), "logging_steps": 1, "report_to": "none",
        "save_strategy": "no", "seed": SEED,
    }  # fmt: skip
    (folder / "train.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    log = folder / "out" / "trainer_log.jsonl"
    _, found = watched([program, "train", str(folder / "train.yaml")], threads, log)
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    result = json.loads((folder / "out" / "train_results.json").read_text(encoding="utf-8"))
    return found | {"seconds": result["train_runtime"], "losses": [row["loss"] for row in rows if "loss" in row]}


def run_swift(program: str, base: str, data: Path, threads: int) -> dict[str, Any]:
    """ms-swift's command."""
    folder = Path(tempfile.mkdtemp(dir=data.parent)) / "out"
    settings = {
        "model": catalog.base_folder(base), "model_type": "llama", "template": "default", "tuner_type": "lora", "quant_method": "bnb",
        "quant_bits": 4, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": "true", "lora_rank": RANK, "lora_alpha": ALPHA,
        "target_modules": "all-linear", "dataset": data, "per_device_train_batch_size": BATCH, "gradient_accumulation_steps": 1,
        "learning_rate": RATE, "num_train_epochs": 1, "max_length": 1024, "output_dir": folder, "add_version": "false",
        "logging_steps": 1, "use_cpu": "true", "torch_dtype": "bfloat16", "split_dataset_ratio": 0, "save_strategy": "no",
        "report_to": "none", "seed": SEED,
    }  # fmt: skip
    asked = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    _, found = watched([program, "sft", *asked], threads, folder / "logging.jsonl")
    rows = [json.loads(line) for line in (folder / "logging.jsonl").read_text(encoding="utf-8").splitlines()]
    (seconds,) = [row["train_runtime"] for row in rows if "train_runtime" in row]
    return found | {"seconds": seconds, "losses": [row["loss"] for row in rows if "loss" in row]}


def project_of(base: str, data: Path, threads: int, fused: bool = True) -> dict[str, Any]:
    """A project.yaml of the same work, everything else left to be chosen; every chat is trained on."""
    keep = {"duplicates": "keep", "near_duplicates": "keep", "private_data": "keep"} | dict.fromkeys(
        ("secrets", "html", "mojibake", "empty"), "keep"
    )
    return {
        "name": "chats",
        "task": "chat",
        "data": {"source": str(data), "clean": keep, "split": {"validation": 0, "test": 0}},
        "model": {"base": base},
        "training": {
            "method": "qlora", "epochs": 1, "learning_rate": RATE, "batch_size": BATCH, "lora_rank": RANK, "lora_alpha": ALPHA,
            "max_length": 1024, "evaluations": 1, "threads": threads, "seed": SEED, "fused": fused,
        },
    }  # fmt: skip


def run_ours(base: str, data: Path, threads: int, fused: bool = True) -> dict[str, Any]:
    """`python -m ft_core train` on the same chats."""
    home = data.parent / f"home-{time.monotonic_ns()}"
    path = data.parent / "project.yaml"
    path.write_text(yaml.safe_dump(project_of(base, data, threads, fused)), encoding="utf-8")
    printed, found = watched(
        [sys.executable, "-m", "ft_core", "train", str(path), "--json", "--home", str(home)], threads
    )
    result = json.loads(printed)
    (made,) = home.glob("people/*/datasets/*/dataset.json")
    counts, chats = (
        json.loads(made.read_text(encoding="utf-8"))["counts"],
        len(data.read_text(encoding="utf-8").splitlines()),
    )
    assert counts["train"] == chats, f"{counts['train']} of {chats} chats were trained on"
    (metrics,) = home.glob("people/*/runs/*/metrics.jsonl")
    rows = [row for row in map(json.loads, metrics.read_text(encoding="utf-8").splitlines()) if row["kind"] == "train"]
    return found | {
        "seconds": rows[-1]["tokens"] / result["tokens_per_second"],
        "first": rows[0]["time"] - found["began"],
        "losses": [row["loss"] for row in rows],
    }


def watched(command: list[str], threads: int = 2, log: Path | None = None) -> tuple[str, dict[str, Any]]:
    """What a process printed, and {"began": time.time(), "memory": bytes that it or a child of it held at most}.

    "first": seconds until `log` held a line, which a trainer writes after its first step.
    """
    began, most, first = time.time(), 0, 0.0
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        process = psutil.Popen(command, cwd=ROOT, stdout=said, stderr=errors, env=environment)
        while process.poll() is None:
            most = max([most, *(held(one) for one in (process, *process.children(recursive=True)))])
            if log is not None and not first and log.is_file() and log.stat().st_size:
                first = time.time() - began
            time.sleep(0.1)
        if process.wait():
            errors.seek(0)
            raise subprocess.SubprocessError(errors.read()[-3000:])
        said.seek(0)
        return said.read(), {"began": began, "memory": most, "first": first}


def held(process: psutil.Process) -> int:
    """Bytes that a process held at most so far; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return max((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), default=0)


def compare(
    shape: str, contestants: dict[str, Callable[..., dict[str, Any]]], base: str, data: Path, tokens: int, rounds: int, threads: int
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """A row of each; returns the medians by name, with the last round's losses."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(contestants[name](base, data, threads))
    rows = {}
    for name, each in found.items():
        row = {key: statistics.median(one[key] for one in each) for key in ("seconds", "memory", "first")}
        rows[name] = row | {"speed": tokens / row["seconds"], "losses": each[-1]["losses"]}
        print(
            f"| {shape} | {name} | {rows[name]['speed']:,.0f} | {row['memory'] / 1e9:.2f} GB | {row['first']:.1f} s | "
            f"{statistics.fmean(each[-1]['losses']):.3f} |",
            flush=True,
        )
    return rows


def judge(shape: str, rows: dict[str, dict[str, Any]]) -> bool:
    """Print the ratios; True when each reaches its target."""
    ours, reached = rows[OURS], True
    for name, row in rows.items():
        if name == OURS:
            continue
        ratio, least = ours["speed"] / row["speed"], LEAST[shape].get(name)
        print(f"{shape}: {ratio:.1f} times the tokens a second of {name}{f' (target {least})' if least else ''}")
        reached = reached and (least is None or ratio >= least)
    for key, words, most in (("memory", "memory", MOST_MEMORY), ("first", "time to the first step", MOST_START)):
        ratio = ours[key] / rows[TRL][key]
        print(f"{shape}: {ratio:.2f} of the {words} of {TRL}{f' (target {most[shape]})' if shape in most else ''}")
        reached = reached and ratio <= most.get(shape, float("inf"))
    return reached


def utilisation(shape: str, base: str, data: Path, threads: int, tokens_a_second: float) -> None:
    """Print what share of this machine's matrix rate the layers' matrices took."""
    import torch

    from ft_core import modeling
    from ft_core.fit.architecture import architecture
    from ft_core.fit.cost import flops_per_token
    from ft_core.train.profiling import matrix_rate

    torch.set_num_threads(threads)
    sizes, training = architecture(base), project.parse(project_of(base, data, threads), shape).training
    assert sizes is not None
    config = SimpleNamespace(hidden_size=sizes.hidden_size, intermediate_size=sizes.intermediate_size)
    dtype = modeling.compute_dtype(sizes.hidden_size)
    rate, work = matrix_rate(config, dtype, "cpu"), tokens_a_second * flops_per_token(sizes, training)
    print(
        f"{shape}: {work / 1e9:,.0f} of {rate / 1e9:,.0f} billion operations a second ({work / rate:.0%}), "
        f"{str(dtype).removeprefix('torch.')}, {torch.get_num_threads()} threads"
    )


def plot(path: Path, shapes: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Speed and memory as bars and the losses as lines, a row of pictures for each base model."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(shapes), 3, figsize=(15, 4 * len(shapes)), squeeze=False, layout="constrained")
    for (shape, rows), (speed, memory, loss) in zip(shapes.items(), axes, strict=True):
        names, colours = list(rows), [f"C{number}" for number in range(len(rows))]
        speed.barh(names, [row["speed"] for row in rows.values()], color=colours)
        speed.set(title=f"{shape}: tokens a second", xlabel="more is better")
        memory.barh(names, [row["memory"] / 1e9 for row in rows.values()], color=colours)
        memory.set(title=f"{shape}: memory at most, GB", xlabel="less is better")
        memory.set_yticklabels([])
        for name, row in rows.items():
            loss.plot(range(1, len(row["losses"]) + 1), row["losses"], label=name)
        loss.set(title=f"{shape}: loss", xlabel="step", ylabel="nats per token")
        loss.legend(fontsize=8)
        speed.invert_yaxis()
        memory.invert_yaxis()
    figure.savefig(path, dpi=110)


def main() -> int:
    """Print the table; see above for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--shapes", nargs="+", choices=LEAST, default=list(LEAST))
    parser.add_argument("--chats", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--llamafactory", default=shutil.which("llamafactory-cli"))
    parser.add_argument("--swift", default=shutil.which("swift"))
    parser.add_argument(
        "--only", nargs="*", choices=[PLAIN, TRL_32, FACTORY, SWIFT], help="beside trl's quick start and ours"
    )
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--trl", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.trl:
        base, data, dtype = asked.trl
        print(json.dumps(trl(base, Path(data), asked.threads, dtype)))
        return 0
    contestants: dict[str, Callable[..., dict[str, Any]]] = {TRL: run_trl, TRL_32: partial(run_trl, dtype="float32")}
    if asked.llamafactory:
        contestants[FACTORY] = partial(run_factory, asked.llamafactory)
    if asked.swift:
        contestants[SWIFT] = partial(run_swift, asked.swift)
    contestants[PLAIN] = partial(run_ours, fused=False)
    if asked.quick and asked.only is None:
        asked.only = [FACTORY, SWIFT]
    if asked.only is not None:
        contestants = {name: run for name, run in contestants.items() if name in (TRL, *asked.only)}
    contestants[OURS] = run_ours
    chats, rounds = asked.chats or (48 if asked.quick else 1000), asked.rounds or (1 if asked.quick else 3)
    reached, shapes, began = True, {}, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_HOME"] = str(Path(folder) / "hub")  # what is kept of the base models goes with them
        data = Path(folder) / MESSAGES
        tokens = write_chats(data, chats)
        print(
            f"{chats:,} chats, {tokens:,} tokens, {rounds} round{'s' if rounds > 1 else ''}, {asked.threads} threads\n"
        )
        print(
            "| base model | training by | tokens/s | memory at most | command to the first step | mean loss |\n|---|---|---|---|---|---|",
            flush=True,
        )
        bases = {shape: make_model(shape, Path(folder) / shape) for shape in asked.shapes}
        for shape, base in bases.items():
            shapes[shape] = compare(shape, contestants, base, data, tokens, rounds, asked.threads)
        print()
        for shape, base in bases.items():
            reached = judge(shape, shapes[shape]) and reached
            utilisation(shape, base, data, asked.threads, shapes[shape][OURS]["speed"])
    if asked.plot:
        plot(asked.plot, shapes)
    print(f"\nAll of it took {duration(time.monotonic() - began)}.")
    return 0 if reached else 3


if __name__ == "__main__":
    sys.exit(main())
