"""SweepSpec: which training settings a sweep tries, and how long. A range is checked against the setting's own limits."""

import difflib
import itertools
import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from ft_core.errors import FTError
from ft_core.settings import words
from ft_core.settings.change import trial
from ft_core.settings.methods import LORA, STARTS, used_by
from ft_core.settings.numbers import refuse_booleans
from ft_core.settings.train import TrainSpec, refuse_for_pairs

Value = bool | int | float | str
# Settings of this machine, of measuring and of where measurements go: they change nothing that is learnt, or make trials incomparable.
NOT_SWEPT = (
    "evaluations",
    "micro_batch_size",
    "threads",
    "checkpoint_gb",
    "report_to",
    "gradient_checkpointing",
    "fused",
    "profile",
)
# Settings of the validation loss itself: with another one it is another measure.
OF_THE_LOSS = ("preference_loss", "preference_beta", "max_length")
SWEPT = tuple(name for name in TrainSpec.model_fields if name not in (*NOT_SWEPT, *OF_THE_LOSS, "head"))
# Usual values of settings whose own value says little about what else is worth a trial.
_USUAL: dict[str, tuple[Value, ...]] = {
    "four_bit": (False, True),
    "lora_dropout": (0.0, 0.05, 0.1),
    "training_share": (0.5, 1.0),
    "warmup_ratio": (0.0, 0.05, 0.1),
    "weight_decay": (0.0, 0.01, 0.1),
    "max_gradient_norm": (0.3, 1.0),
    "optimizer": ("adamw", "adafactor"),
}
_LOG_FROM = 10.0  # high / low from which a range is searched by its logarithm unless it says otherwise


class RangeSpec(BaseModel):
    """What one setting may be: everything from `low` to `high`, or one of `values`. Neither: a usual range around the project's own value."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    low: float | None = Field(default=None, title="Lowest", description="The smallest value that is tried.")
    high: float | None = Field(default=None, title="Highest", description="The largest value that is tried.")
    log: bool | None = Field(
        default=None,
        title="By its logarithm",
        description="Search 0.001 to 0.01 as thoroughly as 0.01 to 0.1. Left out: when the highest is ten times the lowest or more.",
    )
    values: tuple[Value, ...] | None = Field(
        default=None, min_length=1, title="Values", description="Only these values are tried."
    )

    @field_validator("values", mode="before")
    @classmethod
    def _require_plain_values(cls, given: Any) -> Any:
        """One error for a value that is none of the four, where a union would give one for each."""
        plain = isinstance(given, list | tuple) and all(isinstance(value, bool | int | float | str) for value in given)
        if given is not None and not plain:
            raise PydanticCustomError("range", "must be a list of numbers or names, such as [8, 16]")
        return given

    @property
    def by_log(self) -> bool:
        """True when the range is searched by its logarithm."""
        if self.low is None or self.high is None:
            return False
        # A hair less than ten, so that one decade around a value counts as one.
        return self.low > 0 and self.high >= 0.999 * _LOG_FROM * self.low if self.log is None else self.log

    @property
    def empty(self) -> bool:
        """True when it only names a setting."""
        return self.values is None and self.low is None and self.high is None

    def holds(self, value: Value) -> bool:
        """True when a trial may have this value."""
        if self.values is not None:
            return value in self.values
        if self.low is None or self.high is None or not isinstance(value, int | float):
            return False
        return self.low <= value <= self.high


class SweepSpec(BaseModel):
    """Settings of one sweep: several short trainings of one project that differ in some training settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    settings: dict[str, RangeSpec] = Field(
        title="Settings to try",
        description="Training settings, each with its range. One without a range gets a usual one around the project's own value.",
    )
    trials: int = Field(
        default=8, ge=1, le=1000, title="Trials", description="How many trainings at most, each with other settings."
    )
    minutes: float | None = Field(
        default=None,
        gt=0,
        title="Minutes",
        description="No trial begins after that many minutes; the one at work is finished. Left out: no limit.",
    )
    seed: int = Field(default=42, ge=0, title="Seed", description="The same seed tries the same settings.")
    prune: bool = Field(
        default=True,
        title="End hopeless trials early",
        description="A trial whose validation loss is worse than the median of the earlier ones at the same point is ended.",
    )

    @field_validator("settings", mode="before")
    @classmethod
    def _require_ranges(cls, given: Any) -> Any:
        """All wrong ranges at once. A list of names, and values without `values:`, are understood."""
        if isinstance(given, list | tuple):
            given = dict.fromkeys(given)
        if not isinstance(given, dict) or not given:
            raise PydanticCustomError("range", "must be training settings, each with its range")
        checked: dict[str, RangeSpec] = {}
        wrong: list[InitErrorDetails] = []
        for name, raw in given.items():
            found, problems = _checked(str(name), raw)
            wrong += [_problem(said, str(name), raw) for said in problems]
            if found is not None:
                checked[str(name)] = found
        if wrong:
            raise ValidationError.from_exception_data(cls.__name__, wrong)
        return checked

    def filled(self, training: TrainSpec, task: str | None = None, on_gpu: bool = False) -> "SweepSpec":
        """With a range for every setting.

        Raises FTError `sweep.unused` for settings that the methods tried do not have, `sweep.impossible` for values with which no trial can
        be trained: not by the other settings, for this task, or on this machine.
        """
        ranges = {
            name: default_range(name, training, task, on_gpu) if given.empty else given
            for name, given in self.settings.items()
        }
        methods = ranges["method"].values if "method" in ranges else (training.method,)
        unused = [name for name in self.settings if not any(used_by(method, name) for method in methods or ())]  # pyright: ignore[reportArgumentType]
        if unused:
            listed = ", ".join(f"`{name}`" for name in unused)
            raise FTError(
                "sweep.unused",
                f"Trying {listed} would change nothing.",
                f"The method {' or '.join(f'`{method}`' for method in methods or ())} does not have {'it' if len(unused) == 1 else 'them'}.",
                f"Remove {listed} from the settings to try, or choose another Method.",
            )
        _require_possible(ranges, training, task, on_gpu)
        return self.model_copy(update={"settings": ranges})


def _require_possible(ranges: dict[str, RangeSpec], training: TrainSpec, task: str | None, on_gpu: bool) -> None:
    """Of `method` and `initialisation`, which exclude each other and much else, each value must be possible with one of the other's."""
    tried = {name: ranges[name].values or () for name in ("method", "initialisation") if name in ranges}
    problems = {}
    for name, values in tried.items():
        others = [dict(zip(tried, one, strict=True)) for one in itertools.product(*tried.values())]
        for value in values:
            said = [_impossible(training, one, task, on_gpu) for one in others if one[name] == value]
            if all(said):
                problems[f"`{name}`: {value}"] = said[0]
    if problems:
        listed = ", ".join(problems)
        raise FTError(
            "sweep.impossible",
            f"No trial can have {listed}.",
            "\n".join(f"{name}: {said}." for name, said in problems.items()),
            f"Remove {listed} from the settings to try.",
        )


def _impossible(training: TrainSpec, changes: dict[str, Any], task: str | None, on_gpu: bool) -> str:
    """Why a training cannot have these changes, a sentence without its final stop; empty when it can."""
    try:
        changed = TrainSpec.model_validate(trial(training, changes))
        if task == "preference":
            refuse_for_pairs(changed)
    except ValidationError as error:
        return _said(error.errors(include_url=False)[0], TrainSpec)
    except PydanticCustomError as error:
        return error.message()
    except FTError as error:
        return error.what.rstrip(".")
    return "LoftQ begins on a GPU alone" if changed.initialisation == "loftq" and not on_gpu else ""


def default_range(name: str, training: TrainSpec, task: str | None = None, on_gpu: bool = False) -> RangeSpec:
    """A usual range around the project's own value, within the setting's limits.

    One decade for the learning rate, which matters most (Goodfellow, Bengio and Courville 2016, Deep Learning, section 11.4); half, once and
    twice the value for other numbers, two more seeds, all there is of a choice; of methods and beginnings those that go
    together, with the task and with this machine.
    Raises KeyError for a setting that is not in SWEPT.
    """
    value = {swept: getattr(training, swept) for swept in SWEPT}[name]
    if name == "learning_rate":
        side = math.sqrt(10)
        return RangeSpec(low=float(f"{value / side:.3g}"), high=min(1.0, float(f"{value * side:.3g}")), log=True)
    if name in ("method", "initialisation"):
        around = STARTS if name == "initialisation" else LORA if value in LORA else (value, "lora")
        return RangeSpec(
            values=tuple(one for one in around if one == value or not _impossible(training, {name: one}, task, on_gpu))
        )
    if name == "seed":
        return RangeSpec(values=(value, value + 1, value + 2))
    if get_origin(_plain(name)) is Literal and name not in _USUAL:
        return RangeSpec(values=get_args(_plain(name)))
    if name in _USUAL:
        others = [one for one in _USUAL[name] if one != value]
        return RangeSpec(values=(value, *others) if isinstance(value, str) else tuple(sorted((value, *others))))
    limits = TrainSpec.model_fields[name].metadata
    least = min((limit.ge for limit in limits if hasattr(limit, "ge")), default=0)
    most = max((limit.le for limit in limits if hasattr(limit, "le")), default=math.inf)
    half = value / 2 if isinstance(value, float) else max(least, value // 2)
    return RangeSpec(values=tuple(sorted({half, value, min(most, 2 * value)})))


# What is wrong with a range, in words.


def _problem(said: str, name: str, raw: Any) -> InitErrorDetails:
    return {"type": PydanticCustomError("range", "{said}", {"said": said}), "loc": (name,), "input": raw}


def _checked(name: str, raw: Any) -> tuple[RangeSpec | None, list[str]]:
    """The range with values of the setting's own type, or sentences without their final stop."""
    if name not in TrainSpec.model_fields:
        near = difflib.get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), TrainSpec.model_fields, n=1)
        meant = f"`{near[0]}` was probably meant" if near else "try `learning_rate`"
        return None, [f"is no training setting; {meant}"]
    if name in NOT_SWEPT:
        return None, ["cannot be tried: it does not change what is learnt"]
    if name == "head":
        return None, ["cannot be tried: the losses of labels and of written answers cannot be compared"]
    if name in OF_THE_LOSS:
        return None, ["cannot be tried: it changes the loss itself, so the trials could not be compared"]
    try:
        found = RangeSpec.model_validate(_spelled_out(raw))
    except ValidationError as error:
        return None, [_said(problem, RangeSpec) for problem in error.errors(include_url=False)]
    problems = list(_wrong_form(name, found))
    if problems:
        return None, problems
    values, low, high = found.values, found.low, found.high
    try:
        if values is not None:
            values = tuple(_own_value(name, value) for value in values)
        elif low is not None and high is not None:
            low, high = (_own_value(name, int(end) if end.is_integer() else end) for end in (low, high))
    except ValidationError as error:
        problem: Any = error.errors(include_url=False)[0] | {"loc": (name,)}
        return None, [_said(problem, TrainSpec)]
    return found.model_copy(update={"values": values, "low": low, "high": high}), []


def _spelled_out(raw: Any) -> Any:
    """`learning_rate:` and `lora_rank: [8, 16]` as they are meant."""
    if raw is None:
        return {}
    return {"values": raw} if isinstance(raw, list | tuple) else raw


def _said(problem: ErrorDetails, model: type[BaseModel]) -> str:
    """A wrong value's sentence without its final stop; a wrong key of a range keeps its own name."""
    label = "" if model is TrainSpec or not problem["loc"] else ".".join(f"`{key}`" for key in problem["loc"])
    return words.sentence(problem, label, model).removeprefix(": ").rstrip(".?")


def _wrong_form(name: str, found: RangeSpec) -> Iterator[str]:
    """Exactly one form, in the right order, of a setting that has it."""
    numeric = _plain(name) in (int, float)
    bounds = (found.low is not None) + (found.high is not None)
    if bounds and found.values is not None:
        yield "has both `values` and a range: keep one of them"
    elif bounds == 1:
        yield f"needs `{'high' if found.high is None else 'low'}` too"
    elif bounds and not numeric:
        yield "is no number: give it `values`"
    elif found.low is not None and found.high is not None and found.low >= found.high:
        yield f"`low` must be below `high` (given: {found.low:g} and {found.high:g})"
    elif found.log and not (found.low and found.low > 0):
        yield "a range by its logarithm must begin above 0"
    if found.values is not None and len(set(found.values)) < len(found.values):
        yield "names a value twice"
    if numeric and any(isinstance(value, bool) for value in found.values or ()):
        yield "must be numbers, not true or false"


def _plain(name: str) -> Any:
    """The setting's type."""
    return TrainSpec.model_fields[name].annotation


def _own_value(name: str, value: Any) -> Any:
    """The value in the setting's own type and within its limits. Raises ValidationError."""
    field = TrainSpec.model_fields[name]
    return TypeAdapter(Annotated[field.annotation, *(field.metadata or (None,))]).validate_python(value)
