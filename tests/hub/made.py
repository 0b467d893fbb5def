"""A run as a training and an evaluation leave it, without either: a real peft adapter with random weights on the tiny base model."""

import json
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from ft_core.run import Run
from ft_core.settings.data import DataSpec
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec

SECRET_ROW = "Please ring Ada on 555 0199"
ENVIRONMENT: dict[str, Any] = {
    "python": "3.11.7",
    "packages": {"torch": "2.13.0", "peft": "0.21.2"},
    "hardware": {"cores": 2},
}
REPORT: dict[str, Any] = {
    "version": 1,
    "task": "classification",
    "n": 40,
    "metrics": {
        "accuracy": {
            "title": "Accuracy",
            "meaning": "Share of right labels.",
            "better": "higher",
            "base": 0.325,
            "few_shot": None,
            "tuned": 0.9,
            "difference": 0.575,
            "low": 0.4,
            "high": 0.725,
        }
    },
    "headline": "accuracy",
    "verdict": {"result": "better", "sentence": "The tuned model is better than its base.", "detectable": 0.2},
    "few_shot_examples": 0,
    "decoding": "greedy",
}


def make_tuned_run(folder: Path, base: Path, *, hub_base: str | None = None, system: str | None = None) -> Run:
    """A run under `folder` whose adapter lies on the model in `base`; `hub_base` is what its project calls the base instead of the folder."""
    dataset = folder / "datasets" / "0123456789ab"
    dataset.mkdir(parents=True)
    labels = ["bill | ing", "<b>login</b>", "*other*"]
    report = {
        "rows": 200,
        "kept": 190,
        "splits": {"train": 130, "validation": 20, "test": 40},
        "labels": labels,
        "samples": [SECRET_ROW],
    }
    (dataset / "report.json").write_text(json.dumps(report), encoding="utf-8")
    spec = ProjectSpec(
        name="ticket_triage",
        task="classification",
        data=DataSpec(source=str(folder / "private" / "tickets.csv"), system=system),
        model=ModelSpec(base=hub_base or str(base), revision="a" * 40 if hub_base else None),
        training=TrainSpec(threads=1),
        evaluation=EvalSpec(max_new_tokens=4),
    )
    data = {"dataset": "0123456789ab", "folder": "../../datasets/0123456789ab", "sha256": "f" * 64}
    run = Run.create(folder / "runs", spec, data, ENVIRONMENT)
    save_adapter(base, run.adapter)
    run.write_training(
        {
            "status": "done",
            "steps": 45,
            "epochs": 5.0,
            "train_loss": 0.21,
            "validation_loss": 0.33,
            "trainable_parameters": 8192,
        }
    )
    run.append_metric({"kind": "train", "step": 1, "loss": 2.5})
    return run


def save_adapter(base: Path, folder: Path) -> None:
    """A LoRA adapter whose weights are random enough that the tuned model answers unlike its base."""
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base),
        LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    chance = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.copy_(torch.randn(weight.shape, generator=chance))
    model.save_pretrained(folder)
