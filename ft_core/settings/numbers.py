"""Numbers in settings: true and false are none, though Python counts them as 1 and 0."""

from pydantic import BaseModel, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

NUMBERS = (int, float, int | None, float | None)  # what such a field holds


def _refuse_booleans(cls: type[BaseModel], value: object, info: ValidationInfo) -> object:
    if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation in NUMBERS:
        raise PydanticCustomError("boolean_for_number", "must be a number")
    return value


refuse_booleans = field_validator("*", mode="before")(_refuse_booleans)
