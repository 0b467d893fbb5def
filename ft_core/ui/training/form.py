"""The form of a training's settings: its inputs, what is suggested for them, and why."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas

from ft_core import catalog
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.pipeline.runs import choices
from ft_core.settings.methods import METHODS, PREFERENCE, Method, used_by
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import fields, show

# With the base model these are the eight that matter: of three of them each method has one at most. The others are under Everything else.
MAIN = (
    "method",
    "epochs",
    "learning_rate",
    "batch_size",
    "lora_rank",
    "virtual_tokens",
    "trained_layers",
    "max_length",
    "early_stopping",
)
EVERYTHING = tuple(name for name in TrainSpec.model_fields if name not in MAIN)
NAMES = MAIN + EVERYTHING
_MACHINE = ("micro_batch_size", "threads")  # left at 0: chosen when the run is created
_A_ROW = 4
CHOSEN: dict[str, Any] = dict.fromkeys(
    NAMES
)  # as what was suggested: nothing, so that every value counts as the person's own


@dataclass(frozen=True)
class Form:
    """The inputs. `values` are in the order of NAMES; `suggested` remembers what was suggested last, by name."""

    name: gr.Textbox
    base: gr.Dropdown
    values: list[Any]
    suggested: gr.State


def build_main() -> list[Any]:
    """The settings that matter, four a row; what the default method lacks is hidden."""
    made: list[Any] = []
    for start in range(0, len(MAIN), _A_ROW + 1):  # two of the five are hidden
        with gr.Row():
            made += _inputs(MAIN[start : start + _A_ROW + 1])
    return made


def build_everything() -> list[Any]:
    """All other settings."""
    made: list[Any] = []
    for start in range(0, len(EVERYTHING), _A_ROW):
        with gr.Row():
            made += _inputs(EVERYTHING[start : start + _A_ROW])
    return made


def _inputs(names: tuple[str, ...]) -> list[Any]:
    made = fields.inputs(TrainSpec, names, "training")
    for name, component in zip(names, made, strict=True):
        component.visible = belongs(name, "qlora", "classification")
    return made


def training_of(values: tuple[Any, ...], task: str | None) -> TrainSpec:
    """The settings in the form that the chosen method and the task have; the others are left alone. Raises FTError `settings.invalid`."""
    given = dict(zip(NAMES, values, strict=True))
    names = tuple(name for name in NAMES if belongs(name, given["method"], task))
    return fields.collect(TrainSpec, names, [given[name] for name in names])


def model_of(base: str) -> ModelSpec:
    """The chosen base model. Raises FTError `settings.invalid`, or `model.missing` for one that a Space does not offer."""
    if on_space() and base not in [model.id for model in catalog.suggestions()]:
        raise FTError(
            "model.missing",
            f"{base} is not one of the suggested models.",
            "On a Space only those are offered.",
            "Choose another Base model.",
        )
    return fields.collect(ModelSpec, ("base",), (base,))


def suggestions(
    project: ProjectSpec, dataset: Dataset, base: str, method: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """What is suggested for this base, data, machine and method, by setting; and why. Raises what `model_of` and `choices` raise."""
    bare = project.model_copy(update={"model": model_of(base), "training": TrainSpec(method=_method(method))})
    filled, chosen = choices(bare, dataset)
    values = filled.training.model_dump()
    return (
        {name: 0 if name in _MACHINE else value for name, value in values.items()},
        {choice.setting: choice.reason for choice in chosen if not choice.usual},
    )


def belongs(name: str, method: str, task: str | None) -> bool:
    """True when a training with this method on this task has the setting."""
    of_task = {"preference": PREFERENCE, "classification": ("head",)}
    elsewhere = any(name in names for other, names in of_task.items() if other != task)
    return used_by(_method(method), name) and not elsewhere


def updates(
    method: str, task: str | None, wanted: dict[str, Any], before: dict[str, Any], values: tuple[Any, ...]
) -> list[Any]:
    """What to do with each input: shown when the method has it, and given the new suggestion unless the person changed it."""
    done = []
    for name, value in zip(NAMES, values, strict=True):
        seen = gr.update(visible=belongs(name, method, task))
        untouched = name not in before or value == before[name]
        if name != "method" and name in wanted and untouched and value != wanted[name]:
            seen = gr.update(visible=True, value=wanted[name])
        done.append(seen)
    return done


def filled(training: TrainSpec, task: str | None) -> list[Any]:
    """The inputs showing these settings of a training on this task."""
    values = training.model_dump() | dict.fromkeys(_MACHINE, 0)
    return [
        gr.update(
            visible=belongs(name, training.method, task), value=values.get(name, TrainSpec.model_fields[name].default)
        )
        for name in NAMES
    ]


def about(method: str) -> str:
    """The method in words, as Markdown."""
    info = METHODS[_method(method)]
    return (
        f"**{info.title}.** {info.what} **Costs:** {info.cost} **Right when:** {show.plain(info.right_when)} "
        f"Source: {info.source}."
    )


def explained(method: str, task: str | None, reasons: dict[str, str]) -> pandas.DataFrame:
    """Every setting of the method: what it does, what too low and too high look like, why the suggested value, and where that is from."""
    rows = []
    for name, field in TrainSpec.model_fields.items():
        extra = field.json_schema_extra
        if not belongs(name, method, task) or not isinstance(extra, dict):
            continue
        told = [str(extra[key]) for key in ("too_low", "too_high")]
        rows.append([field.title, field.description, *told, reasons.get(name, ""), str(extra["source"])])
    columns = ["Setting", "What it does", "Too low", "Too high", "Why this value", "Source"]
    return pandas.DataFrame(rows, columns=columns)


def _method(value: Any) -> Method:
    return value if value in METHODS else "qlora"
