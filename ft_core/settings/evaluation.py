"""EvalSpec: what is measured on the test split."""

from pydantic import BaseModel, ConfigDict, Field

from ft_core.settings.numbers import refuse_booleans


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
    benchmarks: tuple[str, ...] = Field(
        default=(), max_length=0, title="Benchmarks", description="None can be chosen yet."
    )
    limit: int | None = Field(
        default=None, ge=1, title="Limit", description="Test examples used. Left out: all of them."
    )
    max_new_tokens: int = Field(
        default=128, ge=1, le=4096, title="Longest answer", description="Tokens after which an answer is cut off."
    )
