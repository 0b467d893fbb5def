"""A QLoRA training here beside trl's quick start, on the same chats and the same base model.

    python -m tests.benchmarks.training [--quick] [--shapes 135M starter] [--chats 1000] [--rounds 3] [--threads 2]

The chats are made from a seed: words of the shipped tickets, tokens spread as in real chats (median 190, a twentieth below 66 and above 539,
at most 598), 0.39 of them in the answer. The base models are SmolLM2-135M's shape with random weights, and the starter. Both train one pass:
NF4 with double quantisation, LoRA of rank 16 on all linear layers, 8 chats a step, answers only. trl's side is its documentation's quick start
with `use_cpu`; ours is `python -m ft_core train` with everything else left to be chosen. A process each, in turns; the first of each round
changes. `--quick`: 48 chats, one round.

Tokens are those of the chats, padding left out. Printed are medians of the rounds: tokens a second of all steps, the most memory that the
process held, seconds from the command to the end of the first step, and the mean loss (random weights: it only shows that both do the same
work; rows come in another order). Exit code 3 where ours is less than 4 times as fast with the 135M shape, 3 times with the starter.
"""

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import yaml

from ft_core import catalog
from ft_core.data.tokens import ChatTokenizer
from ft_core.settings.example import Message
from tests.benchmarks.fit import make_model
from tests.benchmarks.main_job import EXAMPLE, ROOT

LEAST = {"135M": 4.0, catalog.STARTER: 3.0}
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


def trl(base: str, data: Path, threads: int) -> dict[str, Any]:
    """trl's quick start with peft and bitsandbytes, in this process: {"seconds" of all steps, "first": time.time() after the first, "losses"}."""
    import torch
    from datasets import load_dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    torch.set_num_threads(threads)
    folder = catalog.base_folder(base)
    quantised = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16
    )  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(folder, quantization_config=quantised, dtype=torch.bfloat16)
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
            logging_steps=1, save_strategy="no", report_to=[], disable_tqdm=True, dataloader_pin_memory=False, seed=SEED,
        ),
        train_dataset=rows,
        processing_class=AutoTokenizer.from_pretrained(folder),
        peft_config=LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
        callbacks=[Watch()],
    ).train()  # fmt: skip
    return watch


def run_trl(base: str, data: Path, threads: int) -> dict[str, Any]:
    """`trl` in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.training", "--trl", base, str(data), "--threads", str(threads)]
    printed, found = watched(command)
    watch = json.loads(printed.splitlines()[-1])
    return found | {
        "seconds": watch["seconds"],
        "first": watch["first"] - found["began"],
        "loss": statistics.fmean(watch["losses"]),
    }


def run_ours(base: str, data: Path, threads: int) -> dict[str, Any]:
    """`python -m ft_core train` on the same chats."""
    home = data.parent / f"home-{time.monotonic_ns()}"
    keep = {"duplicates": "keep", "near_duplicates": "keep", "private_data": "keep"} | dict.fromkeys(
        ("secrets", "html", "mojibake", "empty"), "keep"
    )
    project = {
        "name": "chats",
        "task": "chat",
        "data": {"source": str(data), "clean": keep, "split": {"validation": 0, "test": 0}},
        "model": {"base": base},
        "training": {
            "method": "qlora", "epochs": 1, "learning_rate": RATE, "batch_size": BATCH, "lora_rank": RANK, "lora_alpha": ALPHA,
            "max_length": 1024, "evaluations": 1, "threads": threads, "seed": SEED,
        },
    }  # fmt: skip
    path = data.parent / "project.yaml"
    path.write_text(yaml.safe_dump(project), encoding="utf-8")
    printed, found = watched([sys.executable, "-m", "ft_core", "train", str(path), "--json", "--home", str(home)])
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
        "loss": statistics.fmean(row["loss"] for row in rows),
    }


def watched(command: list[str]) -> tuple[str, dict[str, Any]]:
    """What a process printed, and {"began": time.time(), "memory": bytes that it held at most}."""
    began, most = time.time(), 0
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        process = psutil.Popen(command, cwd=ROOT, stdout=said, stderr=errors)
        while process.poll() is None:
            try:
                lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
            except (FileNotFoundError, ProcessLookupError):
                break
            most = max([most, *(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))])
            time.sleep(0.1)
        if process.wait():
            errors.seek(0)
            raise subprocess.SubprocessError(errors.read()[-3000:])
        said.seek(0)
        return said.read(), {"began": began, "memory": most}


CONTESTANTS = {"trl's quick start": run_trl, "ours": run_ours}


def compare(shape: str, base: str, data: Path, tokens: int, rounds: int, threads: int) -> float:
    """A row of each; returns how many times as fast ours is."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    for number in range(rounds):
        names = list(CONTESTANTS)
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(CONTESTANTS[name](base, data, threads))
    speeds = {name: statistics.median(tokens / one["seconds"] for one in each) for name, each in found.items()}
    for name, each in found.items():
        memory, first, loss = (statistics.median(one[key] for one in each) for key in ("memory", "first", "loss"))
        print(
            f"| {shape} | {name} | {speeds[name]:,.0f} | {memory / 1e9:.2f} GB | {first:.1f} s | {loss:.3f} |",
            flush=True,
        )
    return speeds["ours"] / speeds["trl's quick start"]


def main() -> int:
    """Print the table; see above for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--shapes", nargs="+", choices=LEAST, default=list(LEAST))
    parser.add_argument("--chats", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--trl", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.trl:
        print(json.dumps(trl(asked.trl[0], Path(asked.trl[1]), asked.threads)))
        return 0
    chats, rounds = asked.chats or (48 if asked.quick else 1000), asked.rounds or (1 if asked.quick else 3)
    ratios = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / MESSAGES
        tokens = write_chats(data, chats)
        print(
            f"{chats:,} chats, {tokens:,} tokens, {rounds} round{'s' if rounds > 1 else ''}, {asked.threads} threads\n"
        )
        print(
            "| base model | training by | tokens/s | memory at most | command to the first step | mean loss |\n|---|---|---|---|---|---|",
            flush=True,
        )
        for shape in asked.shapes:
            base = make_model(shape, Path(folder) / shape)
            ratios[shape] = compare(shape, base, data, tokens, rounds, asked.threads)
    print("\nOurs is " + ", ".join(f"{ratio:.1f} times as fast with {shape}" for shape, ratio in ratios.items()) + ".")
    return 0 if all(ratio >= LEAST[shape] for shape, ratio in ratios.items()) else 3


if __name__ == "__main__":
    sys.exit(main())
