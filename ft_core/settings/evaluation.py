"""EvalSpec: what is measured on the test split."""

from collections.abc import Iterator
from typing import Any, Literal, Self

import regex
from jsonschema import Draft202012Validator, SchemaError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from ft_core.errors import FTError
from ft_core.settings import words
from ft_core.settings.numbers import refuse_booleans

MOST_RULES = 20
BenchmarkName = Literal["arc_easy", "arc_challenge", "hellaswag", "mmlu", "truthfulqa"]
# Keywords that a validator tries with no limit of time, and a reference that it cannot follow.
_SLOW = {"pattern", "patternProperties", "$dynamicRef"}


class RuleSpec(BaseModel):
    """A check of one's own: exactly one of `contains`, `pattern`, `number_within` and `json_schema`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    name: str = Field(min_length=1, max_length=60, title="Name", description="What the score is called.")
    contains: str | None = Field(
        default=None,
        min_length=1,
        title="Contains",
        description="A text that must stand in the answer, whatever its case.",
    )
    pattern: str | None = Field(
        default=None,
        min_length=1,
        title="Pattern",
        description="A regular expression that must be found in the answer; ^ and $ for the whole of it.",
    )
    number_within: float | None = Field(
        default=None,
        ge=0,
        title="Number within",
        description="How far the answer's first number may be from the expected answer's.",
    )
    json_schema: dict[str, Any] | None = Field(
        default=None, title="JSON schema", description="The answer must be JSON that this schema allows."
    )

    @model_validator(mode="after")
    def _one_check(self) -> Self:
        given = [
            name for name in ("contains", "pattern", "number_within", "json_schema") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError(
                f"A rule needs exactly one of contains, pattern, number_within and json_schema, not {len(given)}."
            )
        if self.pattern is not None:
            try:
                regex.compile(self.pattern)
            except regex.error as error:
                raise ValueError(f"The pattern cannot be read: {error}.") from error
        if self.json_schema is not None:
            try:
                Draft202012Validator.check_schema(self.json_schema)
            except SchemaError as error:
                raise ValueError(f"The JSON schema is none: {error.message}.") from error
            _require_own_references(self.json_schema)
            if slow := _SLOW & {keyword for keyword, _ in _keywords(self.json_schema)}:
                raise ValueError(
                    f"The JSON schema has {' and '.join(sorted(slow))}, which cannot be checked in time: leave it out."
                )
        return self


def _require_own_references(schema: dict[str, Any]) -> None:
    """Raise ValueError for a reference that leads out of the schema, where nothing is fetched, or to nothing in it."""
    resolver = Registry().resolver_with_root(DRAFT202012.create_resource(schema))
    for reference in (value for keyword, value in _keywords(schema) if keyword == "$ref"):
        try:
            resolver.lookup(reference)
        except Unresolvable as error:
            raise ValueError(f"The JSON schema refers to {reference}, which it does not hold.") from error


def _keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    """All keywords of a schema and of those inside it, with their values; names of properties are none."""
    if isinstance(schema, list):
        for one in schema:
            yield from _keywords(one)
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        yield keyword, value
        if keyword in ("properties", "patternProperties", "$defs", "dependentSchemas"):
            yield from _keywords(list(value.values()))
        elif keyword not in ("enum", "const", "default", "examples"):
            yield from _keywords(value)


class EvalSpec(BaseModel):
    """Settings of one evaluation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    few_shot: int = Field(
        default=4,
        ge=0,
        le=32,
        title="Examples in the prompt",
        description="How many training examples the base model is shown before each question.",
    )
    benchmarks: tuple[BenchmarkName, ...] = Field(
        default=(),
        title="Benchmarks",
        description="Public tests that show what the training made the model forget, asked of base and tuned model alike.",
    )
    benchmark_limit: int | None = Field(
        default=100,
        ge=2,
        title="Benchmark questions",
        description="How many questions of each benchmark are asked. Empty: all of them.",
    )
    benchmark_folder: str | None = Field(
        default=None,
        min_length=1,
        title="Benchmark folder",
        description="Where the benchmarks' files are. Left out: they are taken from the Hub.",
    )
    limit: int | None = Field(
        default=None, ge=2, title="Limit", description="Test examples used. Left out: all of them."
    )
    rules: tuple[RuleSpec, ...] = Field(
        default=(),
        max_length=MOST_RULES,
        title="Own rules",
        description="Checks of your own, each a score beside the others.",
    )
    forgetting: bool = Field(
        default=True,
        title="Forgetting",
        description="Whether general questions are asked, too: what the training has cost, and whether it answers everything in one voice.",
    )

    max_new_tokens: int = Field(
        default=128, ge=1, le=4096, title="Longest answer", description="Tokens after which an answer is cut off."
    )

    @field_validator("rules")
    @classmethod
    def _different_names(cls, rules: tuple[RuleSpec, ...]) -> tuple[RuleSpec, ...]:
        names = [rule.name for rule in rules]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"Two rules are called {' and '.join(sorted(twice))}: give each a name of its own.")
        return rules


def changed(spec: EvalSpec, changes: dict[str, Any]) -> EvalSpec:
    """`spec` with other values. Raises FTError `settings.invalid`, which names each that cannot be by its title."""
    try:
        return EvalSpec.model_validate(spec.model_dump() | changes)
    except ValidationError as error:
        problems = [(EvalSpec.model_fields[str(one["loc"][0])].title or "", one) for one in error.errors()]
        raise FTError(
            "settings.invalid",
            "It cannot be evaluated like that.",
            " ".join(words.sentence(problem, title, EvalSpec) for title, problem in problems),
            f"Change {' and '.join(dict.fromkeys(title for title, _ in problems))}.",
        ) from error
