"""Real trainings of a tiny model, each driven into one state."""

import csv
import random
import shutil
from pathlib import Path

import torch
from peft import PeftModel
from transformers import LlamaForCausalLM

from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.data import SplitSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import sft
from tests.helpers import THINGS, data_spec, make_base_model, make_run, toy_rows

Rows = list[tuple[str, str]]
SPEC = TrainSpec(
    epochs=3, learning_rate=3e-3, batch_size=8, lora_rank=8, lora_alpha=16, evaluations=8, max_length=128, threads=1
)


def sharp_base(folder: Path) -> Path:
    """The tiny base model with a final norm four times as large: it can be sure of an answer, so that its loss can come near zero."""
    make_base_model(folder)
    model = LlamaForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        model.model.norm.weight.mul_(4)
    model.save_pretrained(folder)
    return folder


def merged(run: Run, base: Path, folder: Path) -> Path:
    """A base model that knows what the run has learnt."""
    shutil.copytree(base, folder)
    PeftModel.from_pretrained(
        LlamaForCausalLM.from_pretrained(base), str(run.adapter)
    ).merge_and_unload().save_pretrained(folder)
    return folder


def random_labels(count: int, share: float = 1.0, seed: int = 3) -> Rows:
    """Toy rows; that share of them has its label by chance: nothing in the message tells it."""
    chance = random.Random(seed)
    return [
        (message, chance.choice(sorted(THINGS)) if chance.random() < share else label)
        for message, label in toy_rows(count)
    ]


def dataset(folder: Path, rows: Rows, validation: float = 0.1) -> Dataset:
    """A prepared classification dataset of these rows under `folder`."""
    (folder / "datasets").mkdir(parents=True)
    with open(folder / "toy.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["message", "label"])
        writer.writerows(rows)
    spec = data_spec().model_copy(update={"split": SplitSpec(validation=validation, test=0.1, seed=1)})
    return prepare(folder / "toy.csv", spec, "classification", folder / "datasets")


def trained(folder: Path, base: Path, data: Dataset, stop_after: int | None = None, **training) -> Run:
    """A run of SPEC with these settings, trained to its end, or stopped by hand after some steps; its error is kept as a job keeps it."""
    run = make_run(folder / "runs", base, data, SPEC.model_copy(update=training))

    def progress(step: int, total: int, message: str) -> None:
        if step == stop_after:
            run.request_stop()

    try:
        sft.train(run, progress)
    except FTError as error:
        run.write_error("train", error)
    return run
