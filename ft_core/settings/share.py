"""ShareSpec: where the result goes."""

from pydantic import BaseModel, ConfigDict, Field


class ShareSpec(BaseModel):
    """A Hub repository."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repo: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$",
        max_length=96,
        title="Repository",
        description="owner/name on the Hugging Face Hub.",
        json_schema_extra={"rule": "owner/name, each of letters, digits, dots, `_` and `-`"},
    )
    private: bool = Field(default=True, title="Private", description="Only you, and those you invite, can see it.")
