"""DataSpec: where the data is, which column plays which part, what is cleaned, how it is split."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Treatment = Literal[
    "fix", "mask", "drop", "keep"
]  # fix: mend, else leave out; mask: put a word in its place; drop: leave the row out
FixOrKeep = Literal["fix", "keep"]
DropOrKeep = Literal["drop", "keep"]
SplitBy = Literal["random", "group", "time", "given"]


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
    near_conflicts: DropOrKeep = Field(
        default="keep",
        title="Near conflicts",
        description="Leave out rows that share at least 80 % of their words but have other labels (classification only).",
    )


def treatments(code: str) -> tuple[Treatment, ...]:
    """What can be done about a kind of problem, as CleanSpec has it; the last is `keep`."""
    return get_args(CleanSpec.model_fields[code].annotation)


class SplitSpec(BaseModel):
    """How large the validation and the test split are, and which rows are in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    validation: float = Field(
        default=0.1, ge=0.0, le=0.5, title="Validation share", description="Watched during training."
    )
    test: float = Field(
        default=0.2, ge=0.0, le=0.5, title="Test share", description="Never seen in training; decides the verdict."
    )
    seed: int = Field(default=42, ge=0, title="Split seed", description="The same seed gives the same split.")
    by: SplitBy = Field(
        default="random",
        title="Split by",
        description="random: by chance, every label in each. group: all rows of one customer (or other value) together. "
        "time: the newest rows are the test. given: as a column of the file says.",
    )
    column: str | None = Field(
        default=None,
        title="Split column",
        description="The column with the group, the date, or the words train, validation and test; not needed for random.",
    )
    leaks: DropOrKeep = Field(
        default="drop",
        title="Leaks",
        description="Leave out training rows that repeat a validation or test row.",
    )


class DataSpec(BaseModel):
    """A source of rows and how it becomes a dataset version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(
        title="Source", description="A CSV, TSV, JSON, JSONL or Parquet file, relative to the project file."
    )
    columns: ColumnSpec = ColumnSpec()
    system: str | None = Field(
        default=None,
        title="System prompt",
        description="One instruction put before every example, in training and in use.",
    )
    clean: CleanSpec = CleanSpec()
    split: SplitSpec = SplitSpec()
    benchmarks: tuple[str, ...] = Field(
        default=(),
        title="Benchmarks",
        description="Files of public tests that the data is searched for, relative to the project file.",
    )
