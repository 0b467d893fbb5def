"""TrainSpec: how the adapter is trained."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TrainSpec(BaseModel):
    """Settings of one QLoRA training.

    Defaults follow the QLoRA paper (Dettmers et al. 2023, arXiv:2305.14314: NF4, double quantisation, LoRA on all linear
    layers) with the learning rate and epochs that suit a small base model and some hundred short examples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["qlora"] = Field(
        default="qlora",
        title="Method",
        description="QLoRA: the base model in 4 bits stays as it is, a small adapter learns.",
    )
    epochs: float = Field(
        default=5,
        gt=0,
        le=100,
        title="Epochs",
        description="How often every example is seen. Too few: learns little; too many: learns by heart.",
    )
    learning_rate: float = Field(
        default=2e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="Size of each step. Large models want about 0.0002, the starter model 0.002. Too high: the loss jumps; too low: it hardly falls.",
    )
    batch_size: int = Field(
        default=16,
        ge=1,
        le=1024,
        title="Batch size",
        description="Examples per step. Larger is steadier and slower per step.",
    )
    lora_rank: int = Field(
        default=16,
        ge=1,
        le=256,
        title="LoRA rank",
        description="Size of the adapter. Higher can learn more and needs more memory.",
    )
    lora_alpha: int = Field(
        default=32, ge=1, le=1024, title="LoRA alpha", description="Strength of the adapter; twice the rank is usual."
    )
    lora_dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        title="LoRA dropout",
        description="Share of the adapter's input switched off at random. 0 is fastest; 0.05 to 0.1 helps when it learns by heart.",
    )
    max_length: int = Field(
        default=512,
        ge=16,
        le=131072,
        title="Longest example",
        description="Tokens kept of one example; longer ones are cut.",
    )
    warmup_ratio: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        title="Warm-up share",
        description="Share of the steps in which the learning rate rises.",
    )
    weight_decay: float = Field(
        default=0.0, ge=0, le=1, title="Weight decay", description="Pulls the adapter's weights towards zero."
    )
    evaluations: int = Field(
        default=10,
        ge=1,
        le=1000,
        title="Validations",
        description="How often validation loss and sample answers are taken in a run.",
    )
    seed: int = Field(default=42, ge=0, title="Seed", description="The same seed gives the same run.")
    micro_batch_size: int | None = Field(
        default=None,
        ge=1,
        title="Micro-batch size",
        description="Examples computed at once. Left out: chosen for this machine and recorded in the run.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        title="Threads",
        description="Processor threads. Left out: chosen for this machine and recorded in the run.",
    )
