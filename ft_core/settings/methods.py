"""The ways to fine-tune: what each changes, what it costs, when it is right, and which settings belong to it alone."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

Method = Literal["qlora", "lora", "dora", "rslora", "full", "layers", "ia3", "prompt_tuning", "prefix_tuning"]
Initialisation = Literal["default", "pissa", "loftq", "eva"]
Head = Literal["written", "classification"]


class MethodInfo(BaseModel):
    """One method in words. `rate` is the learning rate it wants relative to LoRA's; `source` is where it was described."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    what: str
    cost: str
    right_when: str
    source: str
    rate: float = 1.0


METHODS: dict[Method, MethodInfo] = {
    "qlora": MethodInfo(
        title="QLoRA",
        what="The base model is held in 4 bits and stays as it is; small matrices beside its layers learn.",
        cost="About 0.6 bytes for each parameter of the base: of a large model, the least memory of the strong methods. On a GPU a third slower than LoRA.",
        right_when="The usual choice, and the only one when the model hardly fits.",
        source="Dettmers et al. 2023, arXiv:2305.14314",
    ),
    "lora": MethodInfo(
        title="LoRA",
        what="The base model stays as it is, in full precision; small matrices beside its layers learn.",
        cost="2 to 4 bytes for each parameter of the base. On a GPU faster than QLoRA.",
        right_when="The model fits in memory without 4 bits.",
        source="Hu et al. 2021, arXiv:2106.09685",
    ),
    "dora": MethodInfo(
        title="DoRA",
        what="LoRA that learns how large each change is apart from its direction.",
        cost="As LoRA, and a third to a half slower.",
        right_when="LoRA with a low rank is not quite good enough.",
        source="Liu et al. 2024, arXiv:2402.09353",
    ),
    "rslora": MethodInfo(
        title="rsLoRA",
        what="LoRA whose strength is scaled by the square root of the rank, so that high ranks keep learning.",
        cost="As LoRA with that rank: at its usual rank of 64, four times as many weights learn as at 16.",
        right_when="You want a LoRA rank of 64 or more.",
        source="Kalajdzievski 2023, arXiv:2312.03732",
    ),
    "full": MethodInfo(
        title="Full fine-tuning",
        what="Every weight of the model learns.",
        cost="16 bytes for each parameter: weights, gradients and two moments. The result is a whole model, not a small adapter.",
        right_when="The model is small, the data plentiful, or the task far from what the model knows.",
        source="Howard and Ruder 2018, arXiv:1801.06146",
        rate=0.25,
    ),
    "layers": MethodInfo(
        title="Chosen layers only",
        what="The last layers learn, all others are frozen.",
        cost="Between LoRA and full fine-tuning. The result is a whole model.",
        right_when="Full fine-tuning is too large, or makes the model forget too much.",
        source="Lee et al. 2019, arXiv:1911.03090",
        rate=0.25,
    ),
    "ia3": MethodInfo(
        title="IA3",
        what="One number learns for each inner value of the model: it is made larger or smaller.",
        cost="The smallest adapter of all, some kilobytes. Memory as LoRA.",
        right_when="There are few examples, or many adapters to keep.",
        source="Liu et al. 2022, arXiv:2205.05638",
        rate=5.0,
    ),
    "prompt_tuning": MethodInfo(
        title="Prompt tuning",
        what="Some invented tokens are put before every prompt; only they learn.",
        cost="A few kilobytes. Makes every prompt longer.",
        right_when="The base model is large (billions of parameters) and the task is one it can nearly do. Weak on small models.",
        source="Lester et al. 2021, arXiv:2104.08691",
        rate=50.0,
    ),
    "prefix_tuning": MethodInfo(
        title="Prefix tuning",
        what="Invented keys and values are put before every prompt in every layer; only they learn.",
        cost="Some dozens of kilobytes. Makes every prompt longer.",
        right_when="As prompt tuning, with more strength for smaller models.",
        source="Li and Liang 2021, arXiv:2101.00190",
        rate=50.0,
    ),
}

LORA: tuple[Method, ...] = ("qlora", "lora", "dora", "rslora")
SOFT_PROMPTS: tuple[Method, ...] = ("prompt_tuning", "prefix_tuning")
WHOLE_MODEL: tuple[Method, ...] = ("full", "layers")  # the result is a model, not an adapter
# Bytes of 4-bit weights that are held as plain numbers on a processor: less than a training of that model takes.
UNPACKED = 2**31
QUANTISABLE: tuple[Method, ...] = ("dora", "rslora", "ia3", *SOFT_PROMPTS)  # the base may be in 4 bits or not

# A classification head reads a state of the model itself: invented tokens before the prompt change too little of it.
HEADED: tuple[Method, ...] = (*LORA, "full", "layers", "ia3")

# Settings that only some methods have; every other setting belongs to all of them.
BELONGS: dict[str, tuple[Method, ...]] = {
    "head": HEADED,
    "four_bit": QUANTISABLE,
    "initialisation": LORA,
    "lora_rank": LORA,
    "lora_alpha": LORA,
    "lora_dropout": LORA,
    "virtual_tokens": SOFT_PROMPTS,
    "trained_layers": ("layers",),
}
# Settings of the task preference alone, whatever the method.
PREFERENCE = ("preference_loss", "preference_beta")
# DoRA takes its magnitudes from the weights as they are; PiSSA needs them in full precision, LoftQ in 4 bits.
STARTS: dict[Initialisation, tuple[Method, ...]] = {
    "default": LORA,
    "pissa": ("lora", "rslora"),
    "loftq": ("qlora",),
    "eva": ("qlora", "lora", "rslora"),
}


def used_by(method: Method, setting: str) -> bool:
    """True when the method has this training setting."""
    return method in BELONGS.get(setting, get_args(Method))


def in_four_bits(method: Method, chosen: bool) -> bool:
    """True when the base model is held in 4 bits: always with QLoRA, by choice with methods that leave it as it is."""
    return method == "qlora" or (method in QUANTISABLE and chosen)
