"""EvalSpec: what is measured on the test split."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ft_core.settings.numbers import refuse_booleans

BenchmarkName = Literal["arc_easy", "arc_challenge", "hellaswag", "mmlu", "truthfulqa"]


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
        default=None, ge=1, title="Limit", description="Test examples used. Left out: all of them."
    )
    max_new_tokens: int = Field(
        default=128, ge=1, le=4096, title="Longest answer", description="Tokens after which an answer is cut off."
    )
