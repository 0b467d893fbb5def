"""How long a training takes and what it costs, on this machine and on each piece of hardware that a Space can have."""

import os
import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ft_core.fit.architecture import Architecture
from ft_core.fit.choose import Facts
from ft_core.fit.memory import USABLE, MemoryEstimate, estimate, in_four_bits, largest_micro_batch, trained_parameters
from ft_core.hardware import on_space
from ft_core.settings.methods import WHOLE_MODEL
from ft_core.settings.train import TrainSpec

# Of the vendor's rate, what a training of one small model reaches. On a processor 0.6 was measured: 3,230 tokens/s with the starter on
# two threads (README). On a GPU 0.25 is assumed: PaLM reports 0.46 for very large models (arXiv:2204.02311, table 3), short rows reach
# less. 4 bits are made into 16 again for each product: a third slower (arXiv:2305.14314 trains at about that).
_CPU_EFFICIENCY = 0.6
_GPU_EFFICIENCY = 0.25
_FOUR_BIT_SLOWDOWN = 1.33
# DoRA takes the length of every adapted weight's columns at each step: 1.3 times LoRA's time by tests/benchmarks/steps on two cores.
_DORA_SLOWDOWN = 1.3
# A GPU waits for Python while the model is small: some hundred kernels a layer, forward and back, of about 10 microseconds; assumed.
_GPU_SECONDS_A_LAYER = 0.002
_START_SECONDS = 20.0  # until the first step: libraries and weights are loaded (README: 9 to 46 s on two slow cores)


class Flavour(BaseModel):
    """One piece of hardware of a Space. `memory_gb` is that of one GPU, or of the computer; `tflops` 1e12 operations a second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    memory_gb: float
    dollars_an_hour: float
    tflops: float
    gpu: bool = False


class FlavourFit(BaseModel):
    """Does it fit there, how long, how much. `hours` and `dollars` are None where it does not fit or this machine's rate is not known.

    `measured`: `hours` come from steps that were really made, else they are an estimate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    flavour: str
    title: str
    memory_gb: float
    needed_gb: float
    micro_batch_size: int
    fits: bool
    hours: float | None
    dollars: float | None
    measured: bool = False


class Work(BaseModel):
    """What is to be learnt from in all: `rows` and `tokens` of all steps; of one example the `longest` and over how many its answers stretch.

    A pair is one row with the tokens of both its answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    tokens: int
    longest: int
    learnt: int | None = None


@cache
def flavours() -> list[Flavour]:
    """The hardware of hardware.toml, cheapest first."""
    with open(Path(__file__).parent / "hardware.toml", "rb") as file:
        return [Flavour.model_validate(row) for row in tomllib.load(file)["flavour"]]


def dollars_per_hour() -> float | None:
    """What this Space's hardware costs an hour; None off a Space, and for hardware without a known price.

    A Space says in ACCELERATOR which GPU it has, `none` for a processor; that is told by its cores.
    """
    if not on_space():
        return None
    name = os.environ.get("ACCELERATOR", "none")
    if name == "none":
        name = {"2": "cpu-basic", "8": "cpu-upgrade"}.get(os.environ.get("CPU_CORES", ""), name)
    return next((flavour.dollars_an_hour for flavour in flavours() if flavour.name == name), None)


def dollars_for(seconds: float) -> float | None:
    """What that much time costs on this Space; None where `dollars_per_hour` is."""
    price = dollars_per_hour()
    return None if price is None else round(seconds / 3600 * price, 4)


def flops_per_token(architecture: Architecture, training: TrainSpec) -> float:
    """Floating-point operations to learn from one token.

    Two for each parameter forward, two for the gradients of the values and two for those of the weights (arXiv:2001.08361, section 2.1):
    6 in all, 4 for the weights that are frozen. Embeddings are looked up, and the output layer works on answers only; neither counts.
    Recomputing makes the way forward twice; so does the reference of a training on pairs.
    """
    body = architecture.linear
    learning = trained_parameters(architecture, training)
    each = 6.0 * body if training.method == "full" else 4.0 * body
    if training.method == "layers":  # no gradient goes further down than the lowest layer that learns
        each = 2.0 * body + 4.0 * learning
    elif training.method not in WHOLE_MODEL:
        each += 6.0 * learning
    again = int(training.gradient_checkpointing) + int(training.preference_loss is not None)
    return each + again * 2.0 * body


def seconds(
    architecture: Architecture,
    training: TrainSpec,
    work: Work,
    flavour: Flavour,
    micro_batch_size: int,
    slower: float = 1.0,
) -> float:
    """An estimate, not a measure, of the whole training there: as long as the arithmetic takes, or the starting of it.

    `slower`: how many times as long as estimated the steps took where they were measured.
    """
    rate = flavour.tflops * 1e12 * (_GPU_EFFICIENCY if flavour.gpu else _CPU_EFFICIENCY)
    slow = _FOUR_BIT_SLOWDOWN if flavour.gpu and in_four_bits(training) else 1.0
    slow *= _DORA_SLOWDOWN if training.method == "dora" else 1.0
    computing = slow * work.tokens * flops_per_token(architecture, training) / rate
    waiting = _GPU_SECONDS_A_LAYER * architecture.layers * work.rows / micro_batch_size if flavour.gpu else 0.0
    return _START_SECONDS + slower * max(computing, waiting)


def slower(
    architecture: Architecture, training: TrainSpec, work: Work, facts: Facts, measured_seconds: float | None
) -> float:
    """How many times as long as estimated this machine takes, by the `measured_seconds` of all steps; 1 where either is not known."""
    like = _like(facts)
    if measured_seconds is None or like is None:
        return 1.0
    estimated = seconds(architecture, training, work, like, training.micro_batch_size or 1) - _START_SECONDS
    return measured_seconds / estimated if estimated > 0 else 1.0


def fits(architecture: Architecture, training: TrainSpec, work: Work, slower: float = 1.0) -> list[FlavourFit]:
    """Each piece of hardware, with the micro-batch that fits there. `slower` as in `seconds`."""
    return [_there(architecture, training, work, flavour, slower) for flavour in flavours()]


def here(
    architecture: Architecture, training: TrainSpec, work: Work, facts: Facts, measured_seconds: float | None = None
) -> FlavourFit:
    """The same for this machine with the settings as they are; what it costs on a Space.

    `measured_seconds` is what the whole training takes by steps really made.
    """
    needed = memory_here(architecture, training, work, facts).total
    like = _like(facts)
    took = measured_seconds
    fitting = needed <= USABLE * facts.memory
    if took is None and like is not None and fitting:
        took = seconds(architecture, training, work, like, training.micro_batch_size or 1)
    return FlavourFit(
        flavour="here",
        title=facts.hardware.label,
        memory_gb=round(facts.memory / 1e9, 1),
        needed_gb=round(needed / 1e9, 2),
        micro_batch_size=training.micro_batch_size or 1,
        fits=fitting,
        hours=None if took is None else round(took / 3600, 4),
        dollars=None if took is None else dollars_for(took),
        measured=measured_seconds is not None,
    )


def memory_here(architecture: Architecture, training: TrainSpec, work: Work, facts: Facts) -> MemoryEstimate:
    """What the training takes on this machine, part by part."""
    rows = training.micro_batch_size or 1
    tokens = min(work.longest, training.max_length)
    return estimate(architecture, training, rows, tokens, facts.bytes_per_value, facts.on_gpu, work.learnt)


def _there(architecture: Architecture, training: TrainSpec, work: Work, flavour: Flavour, slower: float) -> FlavourFit:
    tokens, memory = min(work.longest, training.max_length), flavour.memory_gb * 1e9
    value = 2 if flavour.gpu else 4
    size = largest_micro_batch(architecture, training, tokens, value, flavour.gpu, memory, work.learnt)
    needed = estimate(architecture, training, size, tokens, value, flavour.gpu, work.learnt).total
    fitting = needed <= USABLE * memory
    hours = seconds(architecture, training, work, flavour, size, slower) / 3600 if fitting else None
    return FlavourFit(
        flavour=flavour.name,
        title=flavour.title,
        memory_gb=flavour.memory_gb,
        needed_gb=round(needed / 1e9, 2),
        micro_batch_size=size,
        fits=fitting,
        hours=None if hours is None else round(hours, 4),
        dollars=None if hours is None else round(hours * flavour.dollars_an_hour, 4),
    )


def _like(facts: Facts) -> Flavour | None:
    """This machine as a flavour, for its rate: a GPU of a known name, or that many processor cores. None for any other GPU."""
    if facts.hardware.gpu is None:
        basic = next(flavour for flavour in flavours() if not flavour.gpu)
        return basic.model_copy(update={"tflops": basic.tflops / 2 * facts.hardware.cores})
    words = facts.hardware.gpu.upper().replace("-", " ").split()
    return next((flavour for flavour in flavours() if flavour.gpu and _model(flavour) in words), None)


def _model(flavour: Flavour) -> str:
    """`T4` of `NVIDIA T4, 4 cores`."""
    return flavour.title.removeprefix("NVIDIA ").partition(",")[0].upper()
