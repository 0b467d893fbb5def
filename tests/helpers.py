"""What tests of several rooms need: a tiny base model, a toy dataset with a rule in it, a run that joins the two."""

import csv
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ft_core import fit
from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.run import Run
from ft_core.settings.data import DataSpec, SplitSpec
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec

TEMPLATE = Path(__file__).parents[1] / "ft_core" / "starter" / "chat_template.jinja"
SPECIAL = ["<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"]
THINGS = {
    "fruit": ["apple", "banana", "cherry", "grape", "lemon", "mango", "melon", "peach"],
    "animal": ["badger", "camel", "donkey", "eagle", "falcon", "goat", "horse", "lizard"],
    "tool": ["anvil", "chisel", "drill", "hammer", "mallet", "pliers", "ruler", "wrench"],
}
PLACES = [
    "attic",
    "barn",
    "cellar",
    "garden",
    "harbour",
    "island",
    "jungle",
    "kitchen",
    "library",
    "market",
    "office",
    "palace",
    "station",
    "tunnel",
    "valley",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
PEOPLE = [
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gus",
    "Hana",
    "Ivo",
    "Jo",
    "Kim",
    "Lea",
    "Max",
    "Nia",
    "Olaf",
    "Pia",
    "Rex",
    "Sue",
    "Tom",
    "Uma",
]


def toy_rows(count: int) -> list[tuple[str, str]]:
    """`count` different (message, label) rows; the label is the kind of the thing that the message names."""
    chance = random.Random(7)
    rows: dict[str, str] = {}
    while len(rows) < count:
        label = sorted(THINGS)[len(rows) % len(THINGS)]
        message = f"{chance.choice(PEOPLE)} saw {chance.choice(THINGS[label])} in {chance.choice(PLACES)} {chance.choice(DAYS)}"
        rows.setdefault(message, label)
    return list(rows.items())


def write_toy_csv(path: Path, count: int = 96) -> Path:
    """A CSV file with the columns message and label."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["message", "label"])
        writer.writerows(toy_rows(count))
    return path


def make_base_model(folder: Path) -> Path:
    """A two-layer Llama of hidden size 64 with random weights, a byte-level tokenizer and our chat template. Always the same."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([f"{message} {label}" for message, label in toy_rows(200)], trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=SPECIAL[0],
        pad_token=SPECIAL[1],
        model_max_length=512,
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = TEMPLATE.read_text(encoding="utf-8")
    wrapped.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(wrapped),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        initializer_range=0.1,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=1,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def make_dataset(datasets: Path, count: int = 96) -> Dataset:
    """A prepared classification dataset of `count` toy rows under `datasets`."""
    datasets.mkdir(parents=True, exist_ok=True)
    source = write_toy_csv(datasets.parent / "toy.csv", count)
    return prepare(source, data_spec(), "classification", datasets)


def data_spec() -> DataSpec:
    """How the toy file is split."""
    return DataSpec(source="toy.csv", split=SplitSpec(validation=0.1, test=0.2, seed=1))


def make_run(
    runs: Path,
    base: Path | str,
    dataset: Dataset,
    training: TrainSpec | None = None,
    evaluation: EvalSpec | None = None,
) -> Run:
    """A run under `runs` that is ready to train: one thread, quick settings unless `training` says otherwise."""
    spec = ProjectSpec(
        name="toy",
        task="classification",
        data=data_spec(),
        model=ModelSpec(base=str(base)),
        training=training
        or TrainSpec(
            epochs=2,
            learning_rate=5e-3,
            batch_size=8,
            lora_rank=8,
            lora_alpha=16,
            evaluations=3,
            max_length=128,
            threads=1,
        ),
        evaluation=evaluation or EvalSpec(few_shot=2, max_new_tokens=8, forgetting=False),
    )
    data = {"dataset": dataset.id, "folder": str(dataset.folder.resolve()), "sha256": dataset.sha256}
    micro_batch = fit.largest_divisor(spec.training.batch_size, spec.training.micro_batch_size or 8)
    machine = {"micro_batch_size": micro_batch, "threads": spec.training.threads or 1}
    spec = spec.model_copy(update={"training": spec.training.model_copy(update=machine)})
    return Run.create(runs, spec, data, {"python": "3.11"})
