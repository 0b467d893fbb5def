"""What the models of these tests are asked, and a 4-bit model with an adapter."""

from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training

from ft_core import modeling
from ft_core.settings.example import Message

END = 0


def user(text: str) -> list[Message]:
    return [Message(role="user", content=text)]


PROMPTS = [
    user(text)
    for text in ("Ada saw apple", "Ben", "Cleo saw drill in garden Monday and went home", "x", "Eve saw goat in attic")
]


PROMPTS.append(
    [
        Message(role="system", content="Sort it."),
        *user("hammer"),
        Message(role="assistant", content="tool"),
        *user("peach"),
    ]
)
CHOICES = ["fruit", "animal", "tool", "a kind that has a very long name"]


def with_adapter(folder: Path) -> PeftModel:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    base = prepare_model_for_kbit_training(modeling.load_base(str(folder)), use_gradient_checkpointing=False)
    return get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, lora_alpha=1))
