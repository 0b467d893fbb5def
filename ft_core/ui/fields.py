"""Form inputs from the settings' own fields: title, help, limits and default are written there and nowhere else."""

import math
import types
from collections.abc import Sequence
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import gradio as gr
from gradio.components import Component
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ft_core.errors import FTError
from ft_core.settings import words

Settings = TypeVar("Settings", bound=BaseModel)


def inputs(model: type[BaseModel], names: Sequence[str], prefix: str) -> list[Component]:
    """One labelled input per field, in the order of `names`. elem_id is `<prefix>-<field-name>`."""
    return [component(model.model_fields[name], f"{prefix}-{name.replace('_', '-')}") for name in names]


def component(field: FieldInfo, elem_id: str) -> Component:
    """The input for one field: a number, a text, a switch or a choice. Limits are told here and checked by `collect`."""
    kind, optional = _kind(field.annotation)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    help_text = " ".join(part for part in (field.description, _signs(extra, kind is bool), _limits(field)) if part)
    default = field.get_default()
    if get_origin(kind) is Literal:
        names = extra.get("names")
        called = names if isinstance(names, dict) else {}
        choices = [(str(called.get(value, value)), value) for value in get_args(kind)]
        return gr.Dropdown(choices, value=default, label=field.title, info=help_text, elem_id=elem_id)
    if kind is bool:
        return gr.Checkbox(value=default, label=field.title, info=help_text, elem_id=elem_id)
    if kind in (int, float):
        # A Number without a value turns into 0 when the browser builds it later, so 0 is what stands for "left out".
        return gr.Number(
            value=0 if optional else default,
            label=field.title,
            info=f"{help_text} 0: left out." if optional else help_text,
            step=_step(kind, default),
            elem_id=elem_id,
        )
    if kind is str:
        return gr.Textbox(value=default or "", label=field.title, info=help_text, elem_id=elem_id)
    raise TypeError(f"no input for {field.annotation}")


def left(control: Component) -> list[Any]:
    """The events that tell that a person is done with an input: leaving a text or a number, or any choice."""
    if isinstance(control, gr.Number | gr.Textbox):
        return [control.blur, control.submit]
    assert isinstance(control, gr.Dropdown | gr.Checkbox | gr.Radio)
    return [control.input]


def collect(model: type[Settings], names: Sequence[str], values: Sequence[Any]) -> Settings:
    """What stands in the inputs -> the settings. Raises FTError `settings.invalid`, naming every wrong control by its label at once."""
    given = {
        name: value for name, value in zip(names, values, strict=True) if not _left_out(model.model_fields[name], value)
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        sentences, labels = [], []
        for wrong in error.errors(include_url=False):
            if not wrong["loc"]:  # settings that do not go together
                labels.append(
                    ", ".join(
                        model.model_fields[name].title or name for name in wrong.get("ctx", {}).get("settings", [])
                    )
                )
                sentences.append(f"{wrong['msg']}.")
                continue
            label = model.model_fields[str(wrong["loc"][0])].title or str(wrong["loc"][0])
            labels.append(label)
            sentences.append(words.sentence(wrong, label, model))
        title = "One setting cannot be used." if len(labels) == 1 else f"{len(labels)} settings cannot be used."
        raise FTError("settings.invalid", title, " ".join(sentences), f"Change {' and '.join(labels)}.") from error


def _left_out(field: FieldInfo, value: Any) -> bool:
    """An empty input, or 0, of a field that has no value by default; an empty one of any other field is a mistake to be told."""
    return field.get_default() is None and value in (None, "", 0)


def _kind(annotation: Any) -> tuple[Any, bool]:
    """`int | None` -> (int, True)."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return rest[0], len(rest) < len(get_args(annotation))
    return annotation, False


def _signs(extra: dict[str, Any], switch: bool) -> str:
    """`Too low: the loss hardly falls. Too high: the loss jumps.` Of a switch `Off: ... On: ...`"""
    low, high = ("Off", "On") if switch else ("Too low", "Too high")
    told = ((low, extra.get("too_low")), (high, extra.get("too_high")))
    return " ".join(f"{sign}: {words[:1].lower()}{words[1:]}" for sign, words in told if words)


def _limits(field: FieldInfo) -> str:
    """`1 to 256.` from the field's own limits."""
    low = high = ""
    for rule in field.metadata:
        if getattr(rule, "ge", None) is not None:
            low = f"{rule.ge:g}"
        if getattr(rule, "gt", None) is not None:
            low = f"above {rule.gt:g}"
        if getattr(rule, "le", None) is not None:
            high = f"{rule.le:,g}"
        if getattr(rule, "lt", None) is not None:
            high = f"below {rule.lt:g}"
    if low and high:
        return f"{low[:1].upper()}{low[1:]} to {high}."
    if low.startswith("above"):
        return f"{low.capitalize()}."
    return f"At least {low}." if low not in ("", "0") else f"At most {high}." if high else ""


def _step(kind: type, default: Any) -> float:
    """How far one press of an arrow goes: a round number of the default's size."""
    if kind is int:
        return 1
    return 10 ** math.floor(math.log10(default)) if default else 0.01
