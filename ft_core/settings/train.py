"""TrainSpec: how a model is trained. Every setting says what it does, what too little and too much look like, and its source."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from ft_core.settings.methods import (
    LORA,
    METHODS,
    PREFERENCE,
    STARTS,
    WHOLE_MODEL,
    Head,
    Initialisation,
    Method,
    used_by,
)
from ft_core.settings.numbers import refuse_booleans

Schedule = Literal["cosine", "linear", "constant"]
Optimizer = Literal["adamw", "adamw_8bit", "paged_adamw_8bit", "adafactor"]
Reporter = Literal["none", "tensorboard", "trackio", "wandb"]
PreferenceLoss = Literal["dpo", "ipo", "kto"]


def _says(
    too_low: str = "", too_high: str = "", source: str = "", names: dict[str, str] | None = None
) -> dict[str, Any]:
    """What a form tells beside the description; `names` is what it calls each choice."""
    told: dict[str, Any] = {"too_low": too_low, "too_high": too_high, "source": source}
    return told | ({"names": names} if names else {})


class TrainSpec(BaseModel):
    """Settings of one training. Those that a project leaves out are chosen for its model, data and machine when a run is created.

    The defaults here are those for a small base model and some hundred short examples. A setting that the method does not have is
    refused when it is given, and is not written into a project file; so are the settings of PREFERENCE with another task than preference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    method: Method = Field(
        default="qlora",
        title="Method",
        description="What of the model learns, and how.",
        json_schema_extra=_says(
            source="Each method's paper is named beside it.",
            names={name: info.title for name, info in METHODS.items()},
        ),
    )
    four_bit: bool = Field(
        default=False,
        title="Base model in 4 bits",
        description="Hold the frozen base model in NF4, a quarter of its size in 16 bits.",
        json_schema_extra=_says("Needs more memory.", "A little slower, and rounds the base.", "arXiv:2305.14314"),
    )
    initialisation: Initialisation = Field(
        default="default",
        title="Initialisation",
        description="Where the adapter begins. default: without effect. pissa: the base's strongest directions. loftq: mends the error of 4 bits. "
        "eva: the directions in which your examples differ.",
        json_schema_extra=_says(
            source="arXiv:2404.02948 (PiSSA), 2310.08659 (LoftQ), 2410.07170 (EVA)",
            names={"default": "Default", "pissa": "PiSSA", "loftq": "LoftQ", "eva": "EVA"},
        ),
    )
    head: Head = Field(
        default="written",
        title="Answer with",
        description="written: the model writes its answer. classification: a small layer on top of the model chooses one of the labels, for "
        "the task classification only.",
        json_schema_extra=_says(
            source="Radford et al. 2018, Improving language understanding by generative pre-training",
            names={"written": "A written answer", "classification": "A classification head"},
        ),
    )
    epochs: float = Field(
        default=5,
        gt=0,
        le=100,
        title="Epochs",
        description="How often every example is seen.",
        json_schema_extra=_says(
            "Both losses still fall at the end.",
            "The validation loss rises: it learns by heart.",
            "arXiv:2305.14314, table 9",
        ),
    )
    learning_rate: float = Field(
        default=2e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="Size of each step.",
        json_schema_extra=_says(
            "The loss hardly falls.",
            "The loss jumps or grows.",
            "arXiv:2305.14314, table 9; arXiv:2106.09685, appendix D",
        ),
    )
    batch_size: int = Field(
        default=16,
        ge=1,
        le=1024,
        title="Batch size",
        description="Examples per step.",
        json_schema_extra=_says(
            "The loss is noisy.", "Few steps in each epoch, so it learns little.", "arXiv:1812.06162"
        ),
    )
    lora_rank: int = Field(
        default=16,
        ge=1,
        le=256,
        title="LoRA rank",
        description="Size of the adapter.",
        json_schema_extra=_says(
            "Cannot learn all of a hard task.", "More memory, learns by heart sooner.", "arXiv:2106.09685, section 7.2"
        ),
    )
    lora_alpha: int = Field(
        default=32,
        ge=1,
        le=1024,
        title="LoRA alpha",
        description="Strength of the adapter; twice the rank is usual, with rsLoRA twice its square root.",
        json_schema_extra=_says(
            "As a learning rate that is too low.",
            "As a learning rate that is too high.",
            "arXiv:2106.09685, section 4.1; arXiv:2312.03732",
        ),
    )
    lora_dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        title="LoRA dropout",
        description="Share of the adapter's input switched off at random. 0 is fastest.",
        json_schema_extra=_says("Learns by heart sooner.", "Learns more slowly.", "arXiv:2305.14314, appendix B"),
    )
    virtual_tokens: int = Field(
        default=20,
        ge=1,
        le=512,
        title="Virtual tokens",
        description="Invented tokens before every prompt.",
        json_schema_extra=_says(
            "Cannot learn the task.",
            "Prompts are longer and slower.",
            "arXiv:2104.08691, figure 3; arXiv:2110.07602, section 4.2 (prefixes)",
        ),
    )
    trained_layers: int = Field(
        default=2,
        ge=1,
        le=1000,
        title="Trained layers",
        description="How many of the last layers learn.",
        json_schema_extra=_says("Cannot learn the task.", "As full fine-tuning.", "arXiv:1911.03090"),
    )
    preference_loss: PreferenceLoss | None = Field(
        default=None,
        title="Preference loss",
        description="Task preference only; left out: dpo. dpo: the better answer is to be likelier than the worse, the more the better. "
        "ipo: likelier by a set distance per token and no more, for pairs that contradict each other. "
        "kto: every answer is good or bad by itself, not against the other; for answers that were judged one by one (thumbs up or down), "
        "and for pairs of which many may be wrong. Slower, since answers to other prompts are read, too.",
        json_schema_extra=_says(
            source="arXiv:2305.18290 (DPO), 2310.12036 (IPO), 2402.01306 (KTO)",
            names={"dpo": "DPO", "ipo": "IPO", "kto": "KTO"},
        ),
    )
    preference_beta: float | None = Field(
        default=None,
        gt=0,
        le=10,
        title="Preference beta",
        description="Task preference only; left out: 0.1. How dearly each step away from the starting model is paid for.",
        json_schema_extra=_says(
            "Answers drift away from sense.", "Hardly anything changes.", "arXiv:2305.18290, section 6"
        ),
    )
    max_length: int = Field(
        default=512,
        ge=16,
        le=131072,
        title="Longest example",
        description="Tokens kept of one example; longer ones are cut.",
        json_schema_extra=_says(
            "Answers lose their end.", "More memory for the longest examples.", "Your own examples' lengths"
        ),
    )
    training_share: float = Field(
        default=1.0,
        gt=0,
        le=1,
        title="Share of the training rows",
        description="Learn from a part of the training split, drawn by the seed; the smaller part is contained in the larger.",
        json_schema_extra=_says(
            "Learns less.", "Takes longest; nothing else speaks against all rows.", "arXiv:1712.00409"
        ),
    )
    schedule: Schedule = Field(
        default="cosine",
        title="Schedule",
        description="How the learning rate falls after the warm-up.",
        json_schema_extra=_says(
            source="arXiv:1608.03983", names={"cosine": "Cosine", "linear": "Linear", "constant": "Constant"}
        ),
    )
    warmup_ratio: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        title="Warm-up share",
        description="Share of the steps in which the learning rate rises.",
        json_schema_extra=_says("The first steps may jump.", "Time is lost.", "arXiv:1706.02677"),
    )
    weight_decay: float = Field(
        default=0.0,
        ge=0,
        le=1,
        title="Weight decay",
        description="Pulls the trained weights towards zero.",
        json_schema_extra=_says("Learns by heart sooner.", "Learns less.", "arXiv:1711.05101"),
    )
    max_gradient_norm: float = Field(
        default=1.0,
        gt=0,
        le=1000,
        title="Largest gradient norm",
        description="Longer gradients are shortened to this.",
        json_schema_extra=_says(
            "Steps are smaller than they need be.", "One odd batch can spoil the model.", "arXiv:1211.5063"
        ),
    )
    optimizer: Optimizer = Field(
        default="adamw",
        title="Optimizer",
        description="adamw: exact. The 8-bit ones (bitsandbytes) hold their moments in a quarter of the memory, paged ones move them out of a "
        "full GPU. adafactor: hardly any moments.",
        json_schema_extra=_says(
            source="arXiv:1711.05101, 2110.02861, 1804.04235",
            names={
                "adamw": "AdamW",
                "adamw_8bit": "AdamW, 8 bits",
                "paged_adamw_8bit": "AdamW, 8 bits, paged",
                "adafactor": "Adafactor",
            },
        ),
    )
    gradient_checkpointing: bool = Field(
        default=False,
        title="Recompute activations",
        description="Forget inner values and compute them again: far less memory, a third slower.",
        json_schema_extra=_says("More memory.", "Slower.", "arXiv:1604.06174"),
    )
    evaluations: int = Field(
        default=10,
        ge=1,
        le=1000,
        title="Validations",
        description="How often validation loss and sample answers are taken, and checkpoints kept, in a run.",
        json_schema_extra=_says(
            "The best moment may be missed.",
            "Time is spent on measuring.",
            "Chosen here: enough points to see where a curve turns",
        ),
    )
    early_stopping: int = Field(
        default=3,
        ge=0,
        le=1000,
        title="Early stopping",
        description="End after that many validations without a lower validation loss. 0: never.",
        json_schema_extra=_says(
            "Ends at a chance rise.", "Time is spent on learning by heart.", "Prechelt 1998, Early stopping, but when?"
        ),
    )
    keep: Literal["best", "last"] = Field(
        default="best",
        title="Keep",
        description="best: the weights with the lowest validation loss. last: those after the last step.",
        json_schema_extra=_says(
            source="Prechelt 1998, Early stopping, but when?",
            names={"best": "The best weights", "last": "The last weights"},
        ),
    )
    checkpoint_gb: float = Field(
        default=10.0,
        gt=0,
        le=100000,
        title="Disk for checkpoints",
        description="Gigabytes; the oldest checkpoints beyond it are removed. The newest and the best always stay.",
        json_schema_extra=_says(
            "Fewer moments to go back to.", "The disk fills.", "Chosen here: a small part of a usual disk"
        ),
    )
    report_to: Reporter = Field(
        default="none",
        title="Report to",
        description="Also send the measurements to a tracker of your own; its package must be installed.",
        json_schema_extra=_says(
            source="Chosen here: nothing is sent unless you ask for it",
            names={"none": "Nobody", "tensorboard": "TensorBoard", "trackio": "trackio", "wandb": "Weights & Biases"},
        ),
    )
    seed: int = Field(
        default=42,
        ge=0,
        title="Seed",
        description="The same seed gives the same run.",
        json_schema_extra=_says(
            "No number is: it only decides what chance brings.",
            "No number is: train with several to see how much is chance.",
            "arXiv:2002.06305",
        ),
    )
    micro_batch_size: int | None = Field(
        default=None,
        ge=1,
        title="Micro-batch size",
        description="Examples computed at once. Left out: chosen for this machine and recorded in the run.",
        json_schema_extra=_says("Slower.", "More memory.", "Measured on your machine before the first step"),
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        title="Threads",
        description="Processor threads. Left out: chosen for this machine and recorded in the run.",
        json_schema_extra=_says(
            "Slower.", "Slower, when other work wants the cores.", "Chosen here: one for each processor core"
        ),
    )
    profile: bool = Field(
        default=False,
        title="Profile",
        description="Look at three steps: where their time and memory go, with a trace of every operation.",
        json_schema_extra=_says(
            "Nothing is told.", "Three steps are slower, and a file of some megabytes is written.", "torch.profiler"
        ),
    )
    fused: bool = Field(
        default=True,
        title="Fused computation",
        description="On a processor: rows without padding, and layers that compute the same with less work.",
        json_schema_extra=_says(
            "The libraries' own layers: slower, and more memory.",
            "The numbers are the same but for rounding.",
            "Measured here: python -m tests.benchmarks.training",
        ),
    )

    @model_validator(mode="after")
    def _refuse_what_the_method_lacks(self) -> Self:
        title = METHODS[self.method].title
        unused = [
            name for name in type(self).model_fields if name in self.model_fields_set and not used_by(self.method, name)
        ]
        if unused:
            listed = ", ".join(f"`{name}`" for name in unused)
            raise PydanticCustomError(
                "unused",
                "{title} has no {listed}: leave it out",
                {"title": title, "listed": listed, "settings": unused},
            )
        if self.initialisation != "default" and self.method not in STARTS[self.initialisation]:
            others = ", ".join(METHODS[method].title for method in STARTS[self.initialisation])
            raise PydanticCustomError(
                "unused",
                "{title} cannot begin with {start}, which is for {others}",
                {
                    "title": title,
                    "start": self.initialisation,
                    "others": others,
                    "settings": ["method", "initialisation"],
                },
            )
        if self.method == "prefix_tuning" and self.gradient_checkpointing:
            raise PydanticCustomError(
                "unused",
                "{title} cannot recompute activations: its keys and values come from outside the layers",
                {"title": title, "settings": ["method", "gradient_checkpointing"]},
            )
        if self.head == "classification" and self.initialisation != "default":
            raise PydanticCustomError(
                "unused",
                "a classification head begins with the initialisation default only, not with {start}",
                {"start": self.initialisation, "settings": ["head", "initialisation"]},
            )
        return self

    @model_serializer(mode="wrap")
    def _only_what_the_method_has(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {
            name: value
            for name, value in write(self).items()
            if used_by(self.method, name) and not (name in PREFERENCE and value is None)
        }


def refuse_for_pairs(training: TrainSpec) -> None:
    """Raise PydanticCustomError for a method or a beginning with which nothing can learn from pairs."""
    if training.method not in (*LORA, *WHOLE_MODEL):
        raise PydanticCustomError(
            "unused",
            "{title} cannot learn from pairs: choose LoRA, one of its kin, or full fine-tuning",
            {"title": METHODS[training.method].title, "settings": ["training.method"]},
        )
    if training.initialisation != "default":
        raise PydanticCustomError(
            "unused",
            "a training on pairs cannot begin with {start}: it is measured against where it starts",
            {"start": training.initialisation, "settings": ["training.initialisation"]},
        )
