"""What each part of the fast way to train brings: speed, memory and loss as one after the other is put in.

    python -m tests.benchmarks.fast_parts [--shape 135M] [--chats 24] [--threads 2] [--rounds 1]

The chats and the QLoRA training are those of `training.py`, without optimizer and Trainer: loss and gradients of 8 chats at a time, in a process
of its own for each row. The first row is what `fused: false` computes, the last what `fused: true` does with as many chats at once. Exit
code 3 where the loss or the length of the gradient is not that of the first row within 0.01 %, or the last row is slower than the first.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from ft_core import catalog
from ft_core.data.tokens import ChatTokenizer
from ft_core.settings.example import Example, Message
from ft_core.settings.train import TrainSpec
from tests.benchmarks.fit import SHAPES, make_model
from tests.benchmarks.training import ALPHA, BATCH, MESSAGES, RANK, SEED, watched, write_chats

PARTS = (
    "plain",
    "+ LoRA in one function",
    "+ 4-bit weights held unpacked",
    "+ norms and MLPs in one function",
    "+ rows without padding",
    "+ logits in parts",
)


def compute(base: str, data: Path, threads: int, parts: int) -> dict[str, Any]:
    """Loss, length of the gradient and seconds of all chats with the first `parts` of PARTS put in."""
    import torch
    from datasets import Dataset
    from transformers import PreTrainedModel

    from ft_core import modeling
    from ft_core.train import build, rows
    from ft_core.train.answer_trainer import AnswerTrainer
    from ft_core.train.fast import attention, layers
    from ft_core.train.fast.fasten import Fast
    from ft_core.train.fast.lora import FusedLinear4bit
    from ft_core.train.methods.adapt import adapt

    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    spec = TrainSpec(
        method="qlora", lora_rank=RANK, lora_alpha=ALPHA, batch_size=BATCH, max_length=1024, fused=parts >= 1
    )
    model = adapt(modeling.load_base(base), spec)
    for name, parameter in model.named_parameters():  # as after some steps: with zeros nothing would flow through A
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    base_model = cast(PreTrainedModel, cast(Any, model).get_base_model())
    if parts >= 2:
        for module in model.modules():
            if isinstance(module, FusedLinear4bit):
                module.unpack()
    if parts >= 3:
        layers.replace(base_model)
    if parts >= 4:
        attention.register()
        base_model.set_attn_implementation(attention.NAME)
    folder = catalog.base_folder(base)
    assert folder is not None
    chats = [json.loads(line)["messages"] for line in data.read_text(encoding="utf-8").splitlines()]
    examples = [Example(place + 1, tuple(Message(**one) for one in chat)) for place, chat in enumerate(chats)]
    learnt = rows.tokenise(examples, ChatTokenizer.load(folder, base), 1024)
    order = rows.order([len(row.ids) for row in learnt], len(learnt) // BATCH, BATCH, SEED)
    table = {"input_ids": [row.ids for row in learnt], "labels": [row.labels for row in learnt]}
    dtype = str(base_model.dtype).removeprefix("torch.")
    trainer = AnswerTrainer(
        model=model, arguments=build.sft_arguments(spec, data.parent / "out", 1, BATCH, dtype, use_cpu=True),
        train_rows=Dataset.from_dict(table), validation_rows=None, tokenizer=modeling.load_tokenizer(base), part_names=[],
        callbacks=[], fast=Fast(parts >= 4, parts >= 5),
    )  # fmt: skip
    table_rows = list(trainer.train_dataset)
    batches = [[table_rows[place] for place in part] for part in order.reshape(-1, BATCH)]

    def all_of(some: list[Any]) -> float:
        total = 0.0
        for batch in some:
            with trainer.compute_loss_context_manager():
                loss = trainer.compute_loss(model, trainer._prepare_inputs(trainer.data_collator(batch)))
            loss.backward()
            total += loss.item()
        return total / len(some)

    model.train()
    all_of(batches[:1])  # warm up
    model.zero_grad()
    began = time.perf_counter()
    loss = all_of(batches)
    seconds = time.perf_counter() - began
    length = torch.stack([p.grad.double().norm() for p in model.parameters() if p.grad is not None]).norm()
    return {"seconds": seconds, "loss": loss, "gradient": length.item()}


def main() -> int:
    """Print the table; see above for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=[catalog.STARTER, *SHAPES], default="135M")
    parser.add_argument("--chats", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--compute", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.compute:
        base, data, parts = asked.compute
        print(json.dumps(compute(base, Path(data), asked.threads, int(parts))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_HOME"] = str(Path(folder) / "hub")  # what is kept of the base models goes with them
        data = Path(folder) / MESSAGES
        tokens = write_chats(data, asked.chats)
        base = make_model(asked.shape, Path(folder) / "base")
        found: list[list[dict[str, Any]]] = [[] for _ in PARTS]
        for _ in range(asked.rounds):
            for parts, each in enumerate(found):
                command = [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.fast_parts",
                    "--compute",
                    base,
                    str(data),
                    str(parts),
                ]
                printed, seen = watched([*command, "--threads", str(asked.threads)], asked.threads)
                each.append(json.loads(printed.splitlines()[-1]) | seen)
    print(f"{asked.shape}, {asked.chats} chats, {tokens:,} tokens, {asked.threads} threads\n")
    print("| put in | tokens/s | times plain | memory at most | loss | gradient |\n|---|---|---|---|---|---|")
    speeds = [tokens / statistics.median(one["seconds"] for one in each) for each in found]
    same = True
    for name, speed, each in zip(PARTS, speeds, found, strict=True):
        one, first = each[-1], found[0][-1]
        same = same and all(abs(one[key] / first[key] - 1) < 1e-4 for key in ("loss", "gradient"))
        memory = statistics.median(other["memory"] for other in each) / 1e9
        print(
            f"| {name} | {speed:,.0f} | {speed / speeds[0]:.2f} | {memory:.2f} GB | {one['loss']:.5f} | {one['gradient']:.5f} |"
        )
    return 0 if same and speeds[-1] > speeds[0] else 3


if __name__ == "__main__":
    sys.exit(main())
