"""Small benchmark files of our own in the real layouts, and a tiny base model with an adapter that changes its answers."""

import csv
import json
import random
from functools import cache
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model

from ft_core import modeling
from ft_core.modeling import Pair
from tests import helpers

THINGS = [thing for things in helpers.THINGS.values() for thing in things]
SUBJECTS = {"anatomy": 7, "virology": 4}


def arc_row(chance: random.Random) -> dict:
    """As the rewritten ARC file has it; three to five choices."""
    choices = chance.sample(THINGS, chance.choice([3, 4, 5]))
    return {"query": f"Question: What was in the {chance.choice(helpers.PLACES)}?", "choices": choices, "gold": 1}


def hellaswag_row(chance: random.Random) -> dict:
    """As the original file has it, with the bracket that the task takes out."""
    endings = [f"takes the {chance.choice(THINGS)} to the {chance.choice(helpers.PLACES)}." for _ in range(4)]
    who = chance.choice(helpers.PEOPLE)
    ctx = {"ctx_a": f"{who} saw a {chance.choice(THINGS)} [step] there.", "ctx_b": "she"}
    return {"activity_label": "Moving", **ctx, "endings": endings, "label": chance.randrange(4)}


def write_folder(folder: Path) -> Path:
    """Files of all five benchmarks."""
    chance = random.Random(3)
    (folder / "mmlu").mkdir(parents=True)
    for name, make in (("arc_easy_9", arc_row), ("arc_challenge", arc_row), ("hellaswag_9", hellaswag_row)):
        lines = [json.dumps(make(chance)) for _ in range(9)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for subject, count in SUBJECTS.items():
        for part, rows in (("dev", 5), ("test", count)):
            with open(folder / "mmlu" / f"{subject}_{part}.csv", "w", newline="", encoding="utf-8") as file:
                for _ in range(rows):
                    asked = f"Which was in the {chance.choice(helpers.PLACES)}?"
                    csv.writer(file).writerow([asked, *chance.sample(THINGS, 4), chance.choice("ABCD")])
    with open(folder / "TruthfulQA.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Type", "Question", "Best Answer", "Correct Answers", "Incorrect Answers"])
        for _ in range(6):
            best, other, *wrong = (f"It was the {thing}" for thing in chance.sample(THINGS, 5))
            asked = f"Who was in the {chance.choice(helpers.PLACES)}?"
            writer.writerow(["Adversarial", asked, best, f"{best}; {other}", "; ".join(wrong)])
    return folder


@cache
def pair(folder: Path) -> Pair:
    """The tiny base below `folder`, with an adapter of random weights."""
    base = str(helpers.make_base_model(folder))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        config = LoraConfig(r=4, lora_alpha=32, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        tuned = get_peft_model(modeling.load_base(base, quantised=False), config)
    return Pair(tuned.eval(), modeling.load_tokenizer(base))
