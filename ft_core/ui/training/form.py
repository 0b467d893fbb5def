"""The form of a training's settings: its inputs, what is suggested for them and why, and the project that they make."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas

from ft_core import catalog
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.pipeline.runs import choices
from ft_core.pipeline.start import started
from ft_core.settings import trackers
from ft_core.settings.methods import METHODS, PREFERENCE, Method, used_by
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import fields, show, uploads
from ft_core.workspace import Workspace

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
_STARTS = 50  # the newest runs, of which those are offered that a training can start from
CHOSEN: dict[str, Any] = dict.fromkeys(
    NAMES
)  # as what was suggested: nothing, so that every value counts as the person's own


@dataclass(frozen=True)
class Form:
    """The inputs. `values` are in the order of NAMES; `suggested` remembers what was suggested last, by name.

    `start` is the run whose result the training starts from, "" for the base model itself. `pinned` is {base model: its commit} where a
    corrected run is to start from the very same.
    """

    name: gr.Textbox
    base: gr.Dropdown
    start: gr.Dropdown
    pinned: gr.State
    values: list[Any]
    suggested: gr.State

    @property
    def asked(self) -> list[Any]:
        """What `project_of` takes after the dataset."""
        return [self.base, self.start, self.pinned, *self.values]


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
        if name == "report_to" and isinstance(component, gr.Dropdown):
            _offer_installed(component)
    return made


def _offer_installed(component: gr.Dropdown) -> None:
    """Only the trackers whose packages are here, and how to have the others."""
    absent = trackers.missing()
    called = dict(component.choices)
    component.choices = [(title, name) for title, name in component.choices if name not in absent]
    if absent:
        titles = " and ".join(title for title, name in called.items() if name in absent)
        how = "add them to requirements.txt" if on_space() else f"run pip install {' '.join(absent)}"
        component.info = f"{component.info} Not installed here: {titles}; to have them, {how} and start the app again."


def project_of(
    workspace: Workspace, dataset: Dataset, base: str, start: str | None, pinned: dict[str, str], *values: Any
) -> ProjectSpec:
    """The dataset's project with the model and the settings in the form. Raises what `model_of`, `decided` and `training_of` raise."""
    model = model_of(base, start, pinned)
    training = training_of(values, dataset.task, decided(workspace, dataset, model))
    return uploads.project_of(workspace, dataset).model_copy(update={"model": model, "training": training})


def training_of(values: tuple[Any, ...], task: str | None, decided: dict[str, Any] | None = None) -> TrainSpec:
    """The settings in the form that the chosen method and the task have; the others are left alone. Raises FTError `settings.invalid`.

    `decided` are those that the run decides from which the training starts, whatever stands in the form.
    """
    given = dict(zip(NAMES, values, strict=True)) | (decided or {})
    names = tuple(name for name in NAMES if belongs(name, given["method"], task))
    return fields.collect(TrainSpec, names, [given[name] for name in names])


def decided(workspace: Workspace, dataset: Dataset, model: ModelSpec) -> dict[str, Any]:
    """The settings that the run decides from which a training starts; none without one. Raises what `pipeline.start.started` raises."""
    if model.start is None:
        return {}
    given = {"task": dataset.task, "model": model, "training": TrainSpec()}
    bare = uploads.project_of(workspace, dataset).model_copy(update=given)
    training = started(workspace, bare).training
    return {name: getattr(training, name) for name in training.model_fields_set}


def starts(workspace: Workspace, chosen: str | None) -> list[tuple[str, str]]:
    """What a training can start from: the base model (""), the person's runs that can be trained on, and what is chosen already."""
    found = [("The base model itself", "")]
    for run in [run for run in workspace.runs()[:_STARTS] if run.is_trained]:
        try:
            spec = run.spec()
            if run.id != chosen:
                started(workspace, spec.model_copy(update={"model": ModelSpec(start=run.id), "training": TrainSpec()}))
        except FTError:
            continue
        found.append((f"{spec.name}, {METHODS[spec.training.method].title}, {run.created:%d %b %Y %H:%M} UTC", run.id))
    return found if not chosen or chosen in dict(found).values() else [*found, (f"run {chosen}", chosen)]


def model_of(base: str, start: str | None, pinned: dict[str, str]) -> ModelSpec:
    """The chosen model. Raises FTError `settings.invalid`, or `model.missing` for a base that a Space does not offer."""
    if start:
        return fields.collect(ModelSpec, ("start",), (start,))
    if on_space() and base not in [model.id for model in catalog.suggestions()]:
        raise FTError(
            "model.missing",
            f"{base} is not one of the suggested models.",
            "On a Space only those are offered.",
            "Choose another Base model.",
        )
    return fields.collect(ModelSpec, ("base", "revision"), (base, pinned.get(base)))


def suggestions(
    workspace: Workspace, dataset: Dataset, model: ModelSpec, method: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """What is suggested for this model, data, machine and method, by setting; and why. Raises what `started` and `choices` raise."""
    training = TrainSpec() if model.start else TrainSpec(method=_method(method))
    given = {"task": dataset.task, "model": model, "training": training}
    bare = uploads.project_of(workspace, dataset).model_copy(update=given)
    filled, chosen = choices(started(workspace, bare), dataset)
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
    method: str,
    task: str | None,
    wanted: dict[str, Any],
    before: dict[str, Any],
    values: tuple[Any, ...],
    decided: dict[str, Any],
) -> list[Any]:
    """What to do with each input: shown when the method has it, and given the new suggestion unless the person changed it.

    What is `decided` by the run from which the training starts is shown and cannot be changed.
    """
    done = []
    method = decided.get("method", method)
    for name, value in zip(NAMES, values, strict=True):
        seen = gr.update(visible=belongs(name, method, task), interactive=name not in decided)
        if name in decided:
            seen["value"] = decided[name]
            done.append(seen)
            continue
        untouched = name not in before or value == before[name]
        if name != "method" and name in wanted and untouched and value != wanted[name]:
            seen["value"] = wanted[name]
        done.append(seen)
    return done


def filled(training: TrainSpec, task: str | None) -> list[Any]:
    """The inputs showing these settings of a training on this task."""
    values = training.model_dump() | dict.fromkeys(_MACHINE, 0)
    if not trackers.installed(training.report_to):  # the run was made elsewhere
        values["report_to"] = "none"
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


def methods() -> pandas.DataFrame:
    """Every method in words: columns Method, What learns, Costs, Right when."""
    rows = [[info.title, info.what, info.cost, info.right_when] for info in METHODS.values()]
    return pandas.DataFrame(rows, columns=["Method", "What learns", "Costs", "Right when"])


def explained(method: str, task: str | None, reasons: dict[str, str]) -> pandas.DataFrame:
    """Every setting of the method: what it does, what too low and too high look like, why the suggested value, and where that is from."""
    rows = []
    for name, field in TrainSpec.model_fields.items():
        extra = field.json_schema_extra
        if not belongs(name, method, task) or not isinstance(extra, dict):
            continue
        told = [str(extra[key]) for key in ("too_low", "too_high")]
        rows.append([field.title, field.description, *told, reasons.get(name, ""), str(extra["source"])])
    columns = ["Setting", "What it does", "Too low, or off", "Too high, or on", "Why this value", "Source"]
    return pandas.DataFrame(rows, columns=columns)


def _method(value: Any) -> Method:
    return value if value in METHODS else "qlora"
