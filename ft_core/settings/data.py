"""DataSpec: where the data is, which column plays which part, what is cleaned, how it is split."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

Treatment = Literal[
    "fix", "mask", "drop", "keep"
]  # fix: mend, else leave out; mask: put a word in its place; drop: leave the row out
FixOrKeep = Literal["fix", "keep"]
DropOrKeep = Literal["drop", "keep"]


class ColumnSpec(BaseModel):
    """Which column plays which part. Left out: found by itself and reported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str | None = Field(default=None, title="Prompt column", description="What the person writes to the model.")
    answer: str | None = Field(
        default=None, title="Answer column", description="What the model should answer: a text or a label."
    )
    system: str | None = Field(
        default=None, title="System column", description="Instructions that differ from row to row."
    )
    messages: str | None = Field(
        default=None, title="Messages column", description="Whole conversations, a list in each row."
    )


class CleanSpec(BaseModel):
    """What is done about each kind of problem found: fix it, or keep the rows as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    html: FixOrKeep = Field(default="fix", title="HTML", description="Remove tags and decode entities such as &amp;.")
    empty: FixOrKeep = Field(
        default="fix", title="Empty cells", description="Leave out rows without a prompt or an answer."
    )
    label_spelling: FixOrKeep = Field(
        default="fix",
        title="Label spellings",
        description="Write labels that differ only in case, spaces or punctuation one way.",
    )
    conflicts: DropOrKeep = Field(
        default="keep",
        title="Conflicts",
        description="Leave out every row of a text that has several labels (classification only).",
    )
    duplicates: FixOrKeep = Field(default="fix", title="Duplicates", description="Keep one of several identical rows.")
    near_duplicates: FixOrKeep = Field(
        default="fix",
        title="Near duplicates",
        description="Keep one of several rows that share at least 80 % of their words.",
    )


def treatments(code: str) -> tuple[Treatment, ...]:
    """What can be done about a kind of problem, as CleanSpec has it; the last is `keep`."""
    return get_args(CleanSpec.model_fields[code].annotation)


class SplitSpec(BaseModel):
    """How large the validation and the test split are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    validation: float = Field(
        default=0.1, ge=0.0, le=0.5, title="Validation share", description="Watched during training."
    )
    test: float = Field(
        default=0.2, ge=0.0, le=0.5, title="Test share", description="Never seen in training; decides the verdict."
    )
    seed: int = Field(default=42, ge=0, title="Split seed", description="The same seed gives the same split.")


def _require_sources(value: Any) -> Any:
    """One error for a source that is neither text nor a list of texts, where a union would give one for each."""
    texts = value if isinstance(value, list | tuple) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise PydanticCustomError("string_type", "must be text, or a list of texts")
    return value


class DataSpec(BaseModel):
    """A source of rows and how it becomes a dataset version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str | tuple[str, ...], BeforeValidator(_require_sources)] = Field(
        title="Source",
        description="A file, a folder or a list of files, relative to the project file: CSV, TSV, JSON, JSONL, Parquet, Excel, text, Markdown, "
        "PDF, Word, or .gz or .zip of these. Or a dataset on the Hub, as owner/name.",
        json_schema_extra={"rule": "text, or a list of texts"},
    )
    configuration: str | None = Field(
        default=None,
        title="Configuration",
        description="Which part of a dataset on the Hub, when it has several: its page calls them subsets.",
    )
    revision: str | None = Field(
        default=None,
        title="Dataset revision",
        description="A branch, tag or commit of a dataset on the Hub. Left out: the newest.",
    )
    columns: ColumnSpec = ColumnSpec()
    system: str | None = Field(
        default=None,
        title="System prompt",
        description="One instruction put before every example, in training and in use.",
    )
    clean: CleanSpec = CleanSpec()
    split: SplitSpec = SplitSpec()

    @property
    def sources(self) -> tuple[str, ...]:
        """The source as a list, also when it is one."""
        return (self.source,) if isinstance(self.source, str) else self.source

    def renamed(self, rename: Callable[[str], str]) -> Self:
        """The same with each source called what `rename` makes of its name."""
        names = tuple(rename(name) for name in self.sources)
        return self.model_copy(update={"source": names[0] if isinstance(self.source, str) else names})
