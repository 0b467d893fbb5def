"""What is chosen for the training settings that a project leaves out, from its model, data and machine, each with its reason."""

import math
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.fit.architecture import Architecture
from ft_core.fit.memory import largest_micro_batch, most_at_once, trained_parameters
from ft_core.fit.steps import largest_divisor, training_rows
from ft_core.hardware import Hardware
from ft_core.settings.methods import METHODS, PREFERENCE, WHOLE_MODEL, used_by
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import Optimizer, TrainSpec

# LoRA's learning rate by the parameters of the base, below each limit. 2e-4 up to 13 and 1e-4 above 33 billion: arXiv:2305.14314, table 9;
# 4e-4 up to a billion and more below: 2e-3 trains the starter model best (its README), what lies between is between.
_RATES = ((30e6, 2e-3), (200e6, 1e-3), (1e9, 4e-4), (13e9, 2e-4), (float("inf"), 1e-4))
# Zephyr took steps 40 times smaller on pairs than on answers (arXiv:2310.16944), and many more of them than some hundred pairs give.
_PAIRS_RATE = 0.1
# Epochs and batch size by the number of training examples, below each limit: few rows are seen more often and in smaller batches, so
# that there are some hundred steps; many need be seen but once or twice.
_EPOCHS = ((100, 10.0), (500, 8.0), (5_000, 5.0), (20_000, 3.0), (100_000, 2.0), (float("inf"), 1.0))
_BATCHES = ((100, 4), (500, 8), (20_000, 16), (float("inf"), 32))
_CHECKPOINTING_FROM = 1_000_000_000  # parameters from which a GPU recomputes activations
_USUAL_LENGTH = 512
_WIDE = 512  # from this hidden size on a processor with matrix units computes in bfloat16, as `modeling.compute_dtype` decides
_UNKNOWN = 1_000_000_000  # parameters of a model that nothing is known of
# In this order: what stands later may depend on what stands before.
_FIRST = (
    *("method", "four_bit", "batch_size", "epochs", "learning_rate", "lora_rank", "lora_alpha", "trained_layers"),
    *("virtual_tokens", "preference_loss", "max_length", "gradient_checkpointing", "optimizer", "threads"),
    "micro_batch_size",
)


class Facts(BaseModel):
    """What choices are made from. `examples` is the training split's count; `longest` the tokens of the longest example and `learnt` over
    how many tokens the answers of one stretch, None where that is not known; `architecture` is None for a model that nobody has seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    examples: int
    hardware: Hardware
    architecture: Architecture | None = None
    longest: int | None = None
    learnt: int | None = None

    @property
    def on_gpu(self) -> bool:
        return self.hardware.gpu is not None

    @property
    def memory(self) -> float:
        """Bytes that the training may fill: the GPU's, or the computer's."""
        return 1e9 * (self.hardware.gpu_memory_gb or self.hardware.memory_gb)

    @property
    def bytes_per_value(self) -> Literal[2, 4]:
        """Of the type that is computed in on this machine."""
        wide = self.architecture is not None and self.architecture.hidden_size >= _WIDE
        return 2 if self.on_gpu or (wide and self.hardware.matrix_units) else 4


class Choice(BaseModel):
    """A setting's value and, in a sentence, why. `usual`: it is the same for every model, data and machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    setting: str
    value: Any
    reason: str
    usual: bool = False


def choose(spec: ProjectSpec, facts: Facts) -> tuple[ProjectSpec, list[Choice]]:
    """The project with every training setting that it leaves out and its method has filled in, and what was chosen and why.

    A micro-batch size that is given becomes a divisor of the batch size, so that every step sees exactly `batch_size` examples.
    Raises FTError `settings.too_long` when the longest example that is asked for is more than the model can read, and `settings.layers` when
    more layers are to be trained than it has.
    """
    training, choices = spec.training, []
    _require_layers(training, facts)
    given = training.model_fields_set
    if "max_length" in given and (fitting := fitted(training, facts.architecture)) is not training:
        training = fitting
        reason = f"The base model cannot read the usual {_USUAL_LENGTH}."
        choices.append(Choice(setting="max_length", value=training.max_length, reason=reason))
    rest = tuple(name for name in TrainSpec.model_fields if name not in _FIRST)
    for setting in (*_FIRST, *rest):
        if not used_by(training.method, setting) or (setting in PREFERENCE and spec.task != "preference"):
            continue
        if setting == "micro_batch_size":
            value, reason = _micro_batch(spec, training, facts)
            if setting in given and training.micro_batch_size == value:
                continue
        elif setting in given:
            continue
        else:
            value, reason = _value(setting, spec, training, facts)
        training = training.model_copy(update={setting: value})
        choices.append(Choice(setting=setting, value=value, reason=reason, usual=setting in rest))
    return spec.model_copy(update={"training": training}), choices


def _value(setting: str, spec: ProjectSpec, training: TrainSpec, facts: Facts) -> tuple[Any, str]:
    """A setting's value and reason; `training` holds what was chosen before it."""
    rows = training_rows(training.training_share, facts.examples)
    match setting:
        case "method":
            return training.method, METHODS[training.method].right_when
        case "four_bit":
            return _four_bit(facts)
        case "batch_size":
            size = _below(rows, _BATCHES)
            return (
                size,
                f"{amounts.count(rows, 'training example')}: in batches of {size} one epoch has {f'{rows / size:,.1f}'.removesuffix('.0')} steps.",
            )
        case "epochs":
            times = _below(rows, _EPOCHS)
            return (
                times,
                f"{amounts.count(rows, 'training example')}: the fewer there are, the more often each is seen.",
            )
        case "learning_rate":
            return _learning_rate(spec, training, facts)
        case "lora_rank":
            if training.method == "rslora":
                return 64, "rsLoRA is made for high ranks."
            return 16, "16 is enough for most tasks; a hard one with many examples may want 32 or 64."
        case "lora_alpha":
            return _lora_alpha(training)
        case "trained_layers":
            return _trained_layers(facts)
        case "virtual_tokens":
            if training.method == "prefix_tuning":
                return 20, "20 in every layer are enough for a classification; a hard task may want 100."
            return 100, "Nothing else learns, and fewer say too little."
        case "max_length":
            return _max_length(training, facts)
        case "gradient_checkpointing":
            return _checkpointing(spec, training, facts)
        case "optimizer":
            return _optimizer(training, facts)
        case "preference_loss":
            return "dpo", "The usual one."
        case "preference_beta":
            return 0.1, "The value of the paper's experiments (arXiv:2305.18290, section 6)."
        case "threads":
            return facts.hardware.cores, f"This machine has {amounts.count(facts.hardware.cores, 'processor core')}."
    return getattr(training, setting), TrainSpec.model_fields[setting].description or ""


def _below(number: float, table: tuple[tuple[float, Any], ...]) -> Any:
    return next(value for limit, value in table if number < limit)


def _parameters(spec: ProjectSpec, architecture: Architecture | None) -> tuple[float, str]:
    """How large the base model is, and how that is said."""
    if architecture is not None:
        size = architecture.parameters
        return size, f"The base model has {_short(size)} parameters"
    if found := re.search(r"(?<![\d.])(\d+(?:\.\d+)?)([BM])(?![A-Za-z])", spec.model.base, re.IGNORECASE):
        size = float(found[1]) * (1e9 if found[2] in "Bb" else 1e6)
        return size, f"The base model's name says {_short(size)} parameters"
    return _UNKNOWN, "The base model's size is not known before it is downloaded; a billion parameters are assumed"


def _short(count: float) -> str:
    return f"{count / 1e9:.1f} billion" if count >= 0.95e9 else f"{count / 1e6:.1f} million"


def _four_bit(facts: Facts) -> tuple[bool, str]:
    if facts.architecture is None:
        return True, "The base model's size is not known yet, and in 4 bits it needs least memory."
    size = facts.bytes_per_value * facts.architecture.parameters
    said = f"The base model is {size / 1e9:.2f} GB, and there are {facts.memory / 1e9:.0f} GB of memory"
    if size > facts.memory / 2:
        return True, f"{said}: more than half of it."
    return False, f"{said}, so it need not be rounded to 4 bits."


def _learning_rate(spec: ProjectSpec, training: TrainSpec, facts: Facts) -> tuple[float, str]:
    size, said = _parameters(spec, facts.architecture)
    usual, method = _below(size, _RATES), METHODS[training.method]
    rate = usual_rate(spec, facts.architecture)
    reason = f"{said}: LoRA trains such a one well at {usual:g}"
    if spec.task == "preference":
        return rate, f"{reason}; learning from pairs wants a tenth of a method's rate, or answers drift."
    if method.rate == 1:
        return rate, f"{reason}; larger models want smaller steps."
    return rate, f"{reason}, and {method.title} wants {method.rate:g} times that."


def usual_rate(spec: ProjectSpec, architecture: Architecture | None) -> float:
    """The learning rate that is chosen for the project's method and task and a base model of this size; None: one that nobody has seen."""
    size, _ = _parameters(spec, architecture)
    share = _PAIRS_RATE if spec.task == "preference" else 1
    return float(f"{_below(size, _RATES) * METHODS[spec.training.method].rate * share:.6g}")


def _lora_alpha(training: TrainSpec) -> tuple[int, str]:
    """The strength of 2 in both: LoRA divides by the rank, rsLoRA by its square root."""
    rank = training.lora_rank
    if training.method == "rslora":
        return max(
            1, round(2 * math.sqrt(rank))
        ), f"Twice the square root of the LoRA rank of {rank}, by which it is divided."
    return min(1024, 2 * rank), f"Twice the LoRA rank of {rank}, by which it is divided."


def _trained_layers(facts: Facts) -> tuple[int, str]:
    layers = facts.architecture.layers if facts.architecture else 8
    count = max(min(2, layers), round(layers / 4))
    return (
        count,
        f"A quarter of the {layers} layers, at least two: nine tenths of what all would reach (arXiv:1911.03090).",
    )


def _max_length(training: TrainSpec, facts: Facts) -> tuple[int, str]:
    context = facts.architecture.context if facts.architecture else None
    room = _room(training, facts.architecture)
    longest = facts.longest or _USUAL_LENGTH
    wanted = max(_USUAL_LENGTH, 64 * -(-longest // 64))
    value = min(wanted, room) if room else wanted
    said = f"The longest example has {facts.longest:,} tokens" if facts.longest else "Token lengths are not known yet"
    if facts.longest and value < facts.longest:
        return value, f"{said}, more than the {context:,} that the base model can read: longer ones are cut."
    return (
        value,
        f"{said}; {value:,} holds it, and shorter ones cost no more." if facts.longest else f"{said}: the usual value.",
    )


def _room(training: TrainSpec, sizes: Architecture | None) -> int | None:
    """Tokens that an example may have: the model's context without invented tokens. None where it is not known."""
    if sizes is None or sizes.context is None:
        return None
    return max(16, sizes.context - (training.virtual_tokens if used_by(training.method, "virtual_tokens") else 0))


def fitted(training: TrainSpec, sizes: Architecture | None) -> TrainSpec:
    """The settings with a Longest example that the base model can read: the usual one, chosen where nobody knows its sizes, is lowered.

    Raises FTError `settings.too_long` for any other that is larger.
    """
    room = _room(training, sizes)
    if room is None or training.max_length <= room:
        return training
    if training.max_length == _USUAL_LENGTH:
        return training.model_copy(update={"max_length": room})
    raise FTError(
        "settings.too_long",
        f"The base model cannot read examples of {training.max_length:,} tokens.",
        f"Its context holds {room:,} tokens for an example; Longest example (`training.max_length`) asks for more.",
        f"Lower Longest example to at most {room:,}, leave it out, or choose another Base model.",
    )


def _require_layers(training: TrainSpec, facts: Facts) -> None:
    if facts.architecture and training.method == "layers" and "trained_layers" in training.model_fields_set:
        require_layers(training, facts.architecture.layers)


def require_layers(training: TrainSpec, layers: int) -> None:
    """Raise FTError `settings.layers` when more layers are to be trained than the base model has."""
    if training.trained_layers > layers:
        raise FTError(
            "settings.layers",
            f"This base model has {layers} layers.",
            f"Trained layers asks for {training.trained_layers}.",
            f"Set Trained layers to {layers} at most, or choose full fine-tuning.",
        )


def require_loftq(training: TrainSpec, on_gpu: bool) -> None:
    """Raise FTError `settings.loftq` when LoftQ is asked for without a GPU."""
    if training.initialisation == "loftq" and not on_gpu:
        raise FTError(
            "settings.loftq",
            "LoftQ cannot begin on this machine.",
            "peft computes it on a GPU alone.",
            "Choose another Initialisation, or a machine with a GPU.",
        )


def without_validation(training: TrainSpec) -> str:
    """What these settings cannot do where there are no validation rows, in a sentence; empty when they ask for nothing of it."""
    lost = ["end early"] if training.early_stopping else []
    lost += ["keep its best weights"] if training.keep == "best" else []
    if not lost:
        return ""
    return f"There are no validation rows, so the training cannot {' or '.join(lost)}: it goes on to its end, and the last weights are kept."


def _checkpointing(spec: ProjectSpec, training: TrainSpec, facts: Facts) -> tuple[bool, str]:
    size, said = _parameters(spec, facts.architecture)
    if training.method == "prefix_tuning":
        return False, "Prefix tuning cannot recompute: its keys and values come from outside the layers."
    if facts.on_gpu and size >= _CHECKPOINTING_FROM:
        return True, f"{said}: recomputing saves far more of the GPU's memory than the third of the time that it costs."
    where = "on this GPU" if facts.on_gpu else "on a processor time is scarcer than memory"
    return (
        False,
        f"{said}, and {where}: nothing is computed twice." if not facts.on_gpu else f"{said}: small enough {where}.",
    )


def _optimizer(training: TrainSpec, facts: Facts) -> tuple[Optimizer, str]:
    if facts.architecture is None or training.method not in WHOLE_MODEL:
        return "adamw", "An adapter is small, so its moments are, too: exact ones cost little."
    moments = 8 * trained_parameters(facts.architecture, training)
    said = f"Its moments take {moments / 1e9:.2f} GB of {facts.memory / 1e9:.0f} GB"
    if moments <= 0.3 * facts.memory:
        return "adamw", f"{said}: exact ones fit."
    if facts.on_gpu:
        return "paged_adamw_8bit", f"{said}: in 8 bits a quarter of that, and moved out of the GPU when it is full."
    return "adafactor", f"{said}: Adafactor holds hardly any."


def _micro_batch(spec: ProjectSpec, training: TrainSpec, facts: Facts) -> tuple[int, str]:
    rows = 2 if spec.task == "preference" else 1  # an example is a pair: two rows at once
    tokens = min(facts.longest or training.max_length, training.max_length)
    limit = most_at_once(training, tokens, facts.on_gpu) // rows
    size = largest_divisor(training.batch_size, training.micro_batch_size or limit)
    if "micro_batch_size" in spec.training.model_fields_set and training.micro_batch_size:
        return (
            size,
            f"The largest divisor of the batch size {training.batch_size} that is at most {training.micro_batch_size}.",
        )
    if facts.architecture is None:
        return size, f"At most {limit} at once on {'a GPU' if facts.on_gpu else 'a processor'}."
    fitting = largest_micro_batch(
        facts.architecture, training, tokens, facts.bytes_per_value, facts.on_gpu, facts.memory, facts.learnt
    )
    fitting = largest_divisor(training.batch_size, max(1, fitting // rows))
    if fitting < size:
        return fitting, f"More of {tokens:,} tokens each would not fit into {facts.memory / 1e9:.0f} GB of memory."
    return (
        size,
        f"{amounts.count(size, 'example')} of {tokens:,} tokens {'fits' if size == 1 else 'fit'} at once, and more would hardly be faster here.",
    )
