"""DataSpec: where the data is, which column plays which part, what is cleaned, how it is split."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ft_core.settings.numbers import refuse_booleans

Treatment = Literal[
    "fix", "mask", "drop", "keep"
]  # fix: mend, else leave out; mask: put a word in its place; drop: leave the row out
FixOrKeep = Literal["fix", "keep"]
DropOrKeep = Literal["drop", "keep"]
MaskDropOrKeep = Literal["mask", "drop", "keep"]
SplitBy = Literal["random", "group", "time", "given"]
Balance = Literal["keep", "oversample", "undersample"]


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
    context: str | None = Field(
        default=None,
        title="Context column",
        description="A text that the question is about; it is put above the prompt (Alpaca's `input` below it).",
    )
    messages: str | None = Field(
        default=None, title="Messages column", description="Whole conversations, a list in each row."
    )
    tools: str | None = Field(
        default=None, title="Tools column", description="The tools that the model may call in this row, as JSON."
    )
    rejected: str | None = Field(
        default=None,
        title="Rejected column",
        description="A worse answer to the same prompt. It is kept beside the answer, and not learnt.",
    )
    wanted: str | None = Field(
        default=None,
        title="Wanted column",
        description="true or false: is the answer a good one. Rows with a bad one are left out.",
    )


class CleanSpec(BaseModel):
    """What is done about each kind of problem found: fix or mask it, drop the rows, or keep them as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mojibake: FixOrKeep = Field(
        default="fix", title="Broken characters", description="Put back letters that became signs, such as é from Ã©."
    )
    html: FixOrKeep = Field(default="fix", title="HTML", description="Remove tags and decode entities such as &amp;.")
    boilerplate: FixOrKeep = Field(
        default="keep",
        title="Repeated lines",
        description="Remove first and last lines that many texts share, such as signatures and notices.",
    )
    secrets: MaskDropOrKeep = Field(
        default="mask",
        title="Secrets",
        description="Write [secret] in the place of keys, tokens and passwords, or leave these rows out.",
    )
    private_data: MaskDropOrKeep = Field(
        default="mask",
        title="Private data",
        description="Write words such as [e-mail] in the place of e-mail addresses, phone, card and account numbers, or leave these rows out.",
    )
    empty: FixOrKeep = Field(
        default="fix", title="Empty cells", description="Leave out rows without a prompt or an answer."
    )
    label_spelling: FixOrKeep = Field(
        default="fix",
        title="Label spellings",
        description="Write labels that differ only in case, spaces or punctuation one way.",
    )
    lost_characters: DropOrKeep = Field(
        default="keep",
        title="Lost characters",
        description="Leave out rows with characters that the file has lost or the base model cannot write.",
    )
    too_short: DropOrKeep = Field(
        default="keep",
        title="Very short texts",
        description="Leave out prompts of one or two letters and answers of punctuation alone.",
    )
    language: DropOrKeep = Field(
        default="keep",
        title="Other languages",
        description="Leave out rows that are for sure in another language than the most common one.",
    )
    outliers: DropOrKeep = Field(
        default="keep",
        title="Unusual lengths",
        description="Leave out rows far longer or shorter than nearly all others.",
    )
    too_long: DropOrKeep = Field(
        default="keep",
        title="Too long",
        description="Leave out rows whose answer does not fit into Longest example, instead of cutting it.",
    )
    conflicts: DropOrKeep = Field(
        default="keep",
        title="Conflicts",
        description="Leave out every row of a text that has several answers or labels.",
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
    _numbers = refuse_booleans

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


class EditSpec(BaseModel):
    """One row changed, left out or kept by hand. The upload itself is never altered."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    row: int = Field(
        ge=1, title="Row", description="The row's number in the source, counted from 1 without the header."
    )
    action: Literal["change", "drop", "keep", "train"] = Field(
        title="Action",
        description="change: write other words. drop: leave the row out. keep: let no cleaning step leave it out. train: learn from the row, "
        "with the new answer if there is one, instead of testing with it; all other rows stay in their splits.",
    )
    prompt: str | None = Field(
        default=None, title="New prompt", description="What the person writes instead. Left out: as it is."
    )
    answer: str | None = Field(
        default=None, title="New answer", description="What the model should answer instead. Left out: as it is."
    )
    part: str | None = Field(
        default=None, title="Part", description="Which part of a mix the row is in. Left out: the main source."
    )


_NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$"
_NAME_RULE = "letters A to Z, digits, spaces, dots, `_` and `-`, beginning with a letter or a digit"
_LONGEST_NAME = 40
_HIGHEST_WEIGHT = 100.0


class PartSpec(BaseModel):
    """One more source of a mix. It is read, shaped, cleaned and split by itself, as the main source is."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    name: str = Field(
        min_length=1,
        max_length=_LONGEST_NAME,
        pattern=_NAME,
        title="Part name",
        description="What this part is called: every example carries it.",
        json_schema_extra={"rule": _NAME_RULE},
    )
    source: str = Field(title="Source", description="A file as the main source is, relative to the project file.")
    columns: ColumnSpec = Field(
        default=ColumnSpec(), title="Columns", description="Which column of this part plays which role."
    )
    system: str | None = Field(
        default=None, title="System prompt", description="One instruction put before every example of this part."
    )
    weight: float = Field(
        default=1.0,
        ge=0.0,
        le=_HIGHEST_WEIGHT,
        title="Weight",
        description="How often training meets each row of this part: 2 is twice, 0.5 every second row, 0 never, it is only tested.",
    )


def _require_sources(value: Any) -> Any:
    """One error for a source that is neither text nor a list of texts, where a union would give one for each."""
    texts = value if isinstance(value, list | tuple) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise PydanticCustomError("string_type", "must be text, or a list of texts")
    return value


class DataSpec(BaseModel):
    """A source of rows and how it becomes a dataset version."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

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
    label_names: dict[str, str] = Field(
        default={},
        title="Label names",
        description="Words for labels that are numbers or codes, for example 0: negative and 1: positive. A model learns words better.",
    )
    clean: CleanSpec = CleanSpec()
    split: SplitSpec = SplitSpec()
    benchmarks: tuple[str, ...] = Field(
        default=(),
        title="Benchmarks",
        description="Files of public tests that the data is searched for, relative to the project file.",
    )
    balance: Balance = Field(
        default="keep",
        title="Balance",
        description="What is done about rare labels in the training rows (classification only). oversample: repeat their rows, each at most "
        "5 times. undersample: leave out rows of frequent labels.",
    )
    edits: tuple[EditSpec, ...] = Field(
        default=(), title="Edits", description="Rows changed, left out or kept by hand, before cleaning."
    )
    name: str = Field(
        default="main",
        min_length=1,
        max_length=_LONGEST_NAME,
        pattern=_NAME,
        title="Part name",
        description="What this source is called in a mix.",
        json_schema_extra={"rule": _NAME_RULE},
    )
    weight: float = Field(
        default=1.0,
        ge=0.0,
        le=_HIGHEST_WEIGHT,
        title="Weight in the mix",
        description="How often training meets each row of this source: 2 is twice, 0.5 every second row, 0 never, it is only tested.",
    )
    mix: tuple[PartSpec, ...] = Field(
        default=(), title="Mix", description="More sources to learn from together with this one."
    )
    generated: str | None = Field(
        default=None,
        title="Generated rows",
        description="A file of generated rows, relative to the project file: those you accepted join the training split. Left out: none.",
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """The source as a list, also when it is one."""
        return (self.source,) if isinstance(self.source, str) else self.source

    def renamed(self, rename: Callable[[str], str]) -> Self:
        """The same with each source called what `rename` makes of its name."""
        names = tuple(rename(name) for name in self.sources)
        return self.model_copy(update={"source": names[0] if isinstance(self.source, str) else names})
