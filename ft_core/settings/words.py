"""What is wrong with a setting, in words: one sentence from pydantic's error and from the field that it is about."""

import difflib
from collections.abc import Iterator, Sequence
from datetime import date
from types import UnionType
from typing import Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_LONGEST_VALUE = 60


def sentence(problem: ErrorDetails, label: str, model: type[BaseModel]) -> str:
    """One of `ValidationError.errors()` of `model` -> a sentence. `label` names the setting as the reader knows it: its key, or its title.

    An unknown key gets the key it was probably meant to be; a wrong value gets what the setting takes, and what was given.
    """
    if problem["type"] in ("extra_forbidden", "invalid_key"):
        *above, key = problem["loc"]
        return f"{label} is not a setting. {_meant(str(key), _place(model, above)[0], model)}"
    if problem["type"] == "missing":
        return f"{label} is missing."
    if problem["type"] in (
        "unused",
        "range",
    ):  # settings that do not go together, in the words of the model that says so
        return f"{label}: {problem['msg']}."
    if problem["type"] == "value_error":  # of a value whose parts do not go together, in its own words
        return f"{label}: {problem['msg'].removeprefix('Value error, ')}"
    wanted = _wanted(*_place(model, problem["loc"]))
    if wanted is None:  # pydantic's own words; what we have fields for never comes here
        return f"{label}: {problem['msg'][:1].lower()}{problem['msg'][1:]} (given: {_given(problem['input'])})."
    quotes = problem["type"] == "string_type" and isinstance(problem["input"], (int, float, date))
    return f"{label}: must be {wanted}{', so put it in quotes' if quotes else ''} (given: {_given(problem['input'])})."


def _given(value: object) -> str:
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


# Where a problem is.


def _kind(annotation: Any) -> Any:
    """`int | None` -> int."""
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _place(model: type[BaseModel], keys: Sequence[str | int]) -> tuple[Any, FieldInfo | None]:
    """What the setting at `keys` holds, and its field; an entry of a list has none of its own. (None, None) for what we do not know."""
    kind: Any = model
    field: FieldInfo | None = None
    for key in keys:
        if isinstance(key, int):
            kind, field = (*get_args(kind), None)[0], None
        elif _is_model(kind) and key in kind.model_fields:
            field = kind.model_fields[key]
            kind = _kind(field.annotation)
        else:
            return None, None
    return kind, field


# A key that does not exist.


def _meant(key: str, here: type[BaseModel], model: type[BaseModel]) -> str:
    """The same key elsewhere, else the nearest one here, else all that there are here."""
    elsewhere = [path for path in _paths(model) if path.split(".")[-1] == key]
    if elsewhere:
        return f"Did you mean {_choice(elsewhere)}?"
    near = difflib.get_close_matches(key.lower().replace("-", "_").replace(" ", "_"), here.model_fields, n=1)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"There are: {', '.join(f'`{name}`' for name in here.model_fields)}."


def _paths(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield before + name
        if _is_model(kind := _kind(field.annotation)):
            yield from _paths(kind, f"{before}{name}.")


def _choice(options: list[Any]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{option}`" for option in options]
    return " or ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)


# A value that cannot be.


def _wanted(kind: Any, field: FieldInfo | None) -> str | None:
    """What completes "must be ..."; None for a kind of setting that has no words here."""
    limits = _limits(field)
    if get_origin(kind) is Literal:
        return _choice(list(get_args(kind)))
    if _is_model(kind):
        return f"followed by settings of its own, such as `{next(iter(kind.model_fields))}`"
    if get_origin(kind) in (tuple, list):
        return "an empty list" if limits.get("max_length") == 0 else "a list, such as [a, b]"
    if kind is bool:
        return "true or false"
    if kind is int:
        return f"a whole number{_range(limits)}"
    if kind is float:
        return f"a number{_range(limits)}"
    return _text(field, limits) if kind is str else None


def _limits(field: FieldInfo | None) -> dict[str, Any]:
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    rules = field.metadata if field else []
    return {name: found for rule in rules for name in names if (found := getattr(rule, name, None)) is not None}


def _range(limits: dict[str, Any]) -> str:
    """` from 1 to 256`, ` above 0 and at most 100`."""
    if "ge" in limits and "le" in limits:
        return f" from {limits['ge']:,g} to {limits['le']:,g}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    parts = [f"{said} {limits[name]:,g}" for name, said in words.items() if name in limits]
    joined = " and ".join(parts)
    return f" of {joined}" if joined.startswith("at ") else f" {joined}" if joined else ""


def _text(field: FieldInfo | None, limits: dict[str, Any]) -> str:
    """A text; the rule of its pattern in the field's own words."""
    extra = field.json_schema_extra if field else None
    parts = [str(extra["rule"]) if isinstance(extra, dict) and "rule" in extra else "text"]
    if "max_length" in limits:
        parts.append(f"at most {limits['max_length']} characters long")
    elif limits.get("min_length"):
        parts.append("not empty")
    return ", ".join(parts)
