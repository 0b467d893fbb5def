"""ModelSpec: the base model a run starts from."""

from pydantic import BaseModel, ConfigDict, Field


class ModelSpec(BaseModel):
    """A base model by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = Field(
        default="starter",
        min_length=1,
        title="Base model",
        description="`starter`, a Hub model id such as owner/name, or a local folder.",
    )
    revision: str | None = Field(
        default=None,
        title="Revision",
        description="A commit of the Hub model. Left out: the newest, recorded in the run.",
    )
    start: str | None = Field(
        default=None,
        min_length=1,
        title="Start",
        description="The id of a trained run whose result is where this training starts; base model and adapter are then those of that run. "
        "Left out: the base model itself.",
    )
