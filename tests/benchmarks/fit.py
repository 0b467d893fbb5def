"""Does it fit: the memory that `ft_core.fit.memory` foretells, beside what a training of two steps really took.

    python -m tests.benchmarks.fit [--shapes starter 30M 135M] [--methods qlora lora full] [--cells 1x128 8x128 2x512] [--task preference]

Each cell is a process of its own that trains through `ft_core.train` on rows, or pairs, of exactly that many tokens. On a processor the
measure is the highest resident memory of that process, on a GPU what torch held at most. Exit code 3 if an estimate is more than a
fifth beside its measure.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copyfile
from typing import Any

from ft_core import catalog
from ft_core.data.prepare import prepare
from ft_core.data.tokens import ChatTokenizer
from ft_core.fit.architecture import architecture
from ft_core.fit.memory import estimate
from ft_core.run import Run
from ft_core.settings.data import DataSpec, SplitSpec
from ft_core.settings.example import Message
from ft_core.settings.methods import Method
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec

ROOT = Path(__file__).parents[2]
TOLERANCE = 0.2
# SHAPES: hidden, MLP, layers, heads, key-value heads, vocabulary. 135M is SmolLM2-135M's (its config.json on the Hub).
SHAPES = {"30M": (384, 1024, 14, 6, 2, 16384), "135M": (576, 1536, 30, 9, 3, 49152)}
CELLS = [(1, 128), (8, 128), (2, 512)]  # examples computed at once, tokens of each
METHODS: tuple[Method, ...] = ("qlora", "lora", "full")
ANSWER, ANSWER_WORSE = (
    "billing problem",
    "delivery problem",
)  # what is learnt of each row is short, as in a classification
ROWS = 40


def make_model(shape: str, folder: Path) -> str:
    """A base model of that shape with random weights and the starter's tokenizer; the starter itself is one."""
    if shape == catalog.STARTER:
        return catalog.STARTER
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    hidden, inner, layers, heads, key_value_heads, vocabulary = SHAPES[shape]
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=key_value_heads,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=1,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    starter = catalog.base_folder(catalog.STARTER)
    assert starter is not None
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        copyfile(starter / name, folder / name)
    return str(folder)


def write_rows(path: Path, base: str, tokens: int, task: str) -> None:
    """A data file whose examples all have exactly `tokens` tokens."""
    starter = catalog.base_folder(base)
    assert starter is not None
    tokenizer = ChatTokenizer.load(starter, base)
    lines = []
    for number in range(ROWS):
        words = f"{number}"
        while (length := len(tokenizer.encode((Message("user", words), Message("assistant", ANSWER))).ids)) < tokens:
            words += " the" * max(1, (tokens - length) // 2)
        if length > tokens:
            raise ValueError(f"no row of exactly {tokens} tokens")
        lines.append(
            json.dumps(
                {"prompt": words, "answer": ANSWER}
                if task == "instruction"
                else {"prompt": words, "chosen": ANSWER, "rejected": ANSWER_WORSE}
            )
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_run(folder: Path, base: str, method: Method, micro_batch: int, tokens: int, task: str) -> Path:
    """The folder of a run that trains two steps of two micro-batches each."""
    write_rows(folder / "rows.jsonl", base, tokens, task)
    data = DataSpec.model_validate(
        {"source": "rows.jsonl", "clean": {"near_duplicates": "keep", "private_data": "keep"}}
    )
    data = data.model_copy(update={"split": SplitSpec(validation=0, test=0)})
    dataset = prepare(folder / "rows.jsonl", data, task, folder / "datasets")
    given = {"method": method, "batch_size": 2 * micro_batch, "micro_batch_size": micro_batch, "evaluations": 1}
    steps = {"epochs": 4 * micro_batch / dataset.counts["train"], "max_length": 512}
    threads = {"threads": 1}  # more only wait for each other on a busy machine
    training = TrainSpec.model_validate(
        given | steps | threads | ({"preference_loss": "dpo"} if task == "preference" else {})
    )
    spec = ProjectSpec(name="fit", task=task, data=data, model=ModelSpec(base=base), training=training)
    where = {"dataset": dataset.id, "folder": str(dataset.folder), "sha256": dataset.sha256}
    return Run.create(folder / "runs", spec, where, {}).folder


def train(run_folder: Path) -> dict[str, Any]:
    """Two steps in this process: {"peak": bytes at most, "on_gpu", "bytes_per_value" of the compute dtype}."""
    import torch
    from transformers import set_seed

    from ft_core import modeling
    from ft_core.train import training
    from ft_core.train.callbacks import Sampler

    run = Run.open(run_folder)
    spec = run.spec().training
    modeling.set_threads(spec.threads)
    set_seed(0)
    trainer = training.prepare(
        run, lambda step, total, message: None, None, spec.micro_batch_size or spec.batch_size
    ).trainer
    trainer.remove_callback(Sampler)  # answers need less memory than a step, and the larger part of the time
    trainer.train()
    on_gpu = torch.cuda.is_available()
    peak = torch.cuda.max_memory_allocated() if on_gpu else _highest_resident()
    dtype = trainer.model.get_input_embeddings().weight.dtype
    return {"peak": peak, "on_gpu": on_gpu, "bytes_per_value": dtype.itemsize}


def _highest_resident() -> int:
    """Bytes. Not `ru_maxrss`, which a child takes over from its parent."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def measure(run_folder: Path) -> dict[str, Any]:
    """`train` in a process of its own, that quantises the base model itself."""
    command = [sys.executable, "-m", "tests.benchmarks.fit", "--run", str(run_folder)]
    environment = os.environ | {"HF_HOME": str(run_folder.parent / "hub")}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if answer.returncode:
        raise RuntimeError(answer.stderr[-3000:])
    return json.loads(answer.stdout.splitlines()[-1])


def compare(base: str, shape: str, method: Method, micro_batch: int, tokens: int, task: str) -> float:
    """One line of the table; returns estimate / measure."""
    with tempfile.TemporaryDirectory() as folder:
        run_folder = make_run(Path(folder), base, method, micro_batch, tokens, task)
        training = Run.open(run_folder).spec().training
        measured = measure(run_folder)
    sizes = architecture(base)
    assert sizes is not None
    tokenizer = ChatTokenizer.load(catalog.base_folder(base) or Path(base), base)
    learnt = 1 + tokenizer.encode((Message("user", ""), Message("assistant", ANSWER))).learnt.count(True)
    value, on_gpu = measured["bytes_per_value"], measured["on_gpu"]
    foretold = estimate(sizes, training, micro_batch, tokens, value, on_gpu, learnt)
    # On a GPU the measure is what torch holds; the context is beside it.
    total = foretold.total - (foretold.fixed if on_gpu else 0)
    ratio = total / measured["peak"]
    sizes_said = f"{total / 1e9:.2f} GB | {measured['peak'] / 1e9:.2f} GB | {ratio:.2f}"
    print(f"| {shape} | {method} | {micro_batch} | {tokens} | {sizes_said} |", flush=True)
    return ratio


def main() -> None:
    """Print the table; exit code 3 when an estimate is too far beside its measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--shapes", nargs="+", default=[catalog.STARTER, *SHAPES])
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--cells", nargs="+", default=[f"{rows}x{tokens}" for rows, tokens in CELLS])
    parser.add_argument("--task", choices=["instruction", "preference"], default="instruction")
    asked = parser.parse_args()
    if asked.run:
        print(json.dumps(train(asked.run)))
        return
    print(
        "| shape | method | at once | tokens | estimated | measured | ratio |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for shape in asked.shapes:
            base = make_model(shape, Path(folder) / shape)
            for method in asked.methods:
                for cell in asked.cells:
                    rows, tokens = map(int, cell.split("x"))
                    ratios.append(compare(base, shape, method, rows, tokens, asked.task))
    worst = max(abs(ratio - 1) for ratio in ratios)
    print(f"{len(ratios)} estimates, from {min(ratios):.2f} to {max(ratios):.2f} of what was measured")
    sys.exit(3 if worst > TOLERANCE else 0)


if __name__ == "__main__":
    main()
