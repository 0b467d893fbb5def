"""DataSizeSpec: how much of the training split is tried, to see what more examples buy."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from ft_core.settings.numbers import refuse_booleans

MOST = 20


class DataSizeSpec(BaseModel):
    """Settings of one study of the data's size: the same training on growing parts of the training split."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _numbers = refuse_booleans

    shares: tuple[float, ...] = Field(
        default=(0.125, 0.25, 0.5, 1.0),
        title="Shares",
        description="Parts of the training split, from above 0 to 1; each smaller one is contained in the larger. A forecast needs four.",
    )
    score: bool = Field(
        default=True,
        title="Score each",
        description="Also score each model on the test split. Without it there is the validation loss alone.",
    )
    limit: int = Field(
        default=200,
        ge=2,
        title="Limit",
        description="Test examples used for the scores, the same for all shares.",
    )

    @field_validator("shares", mode="before")
    @classmethod
    def _in_order(cls, given: Any) -> Any:
        """From small to large, each once; one error for all that is wrong with them."""
        numbers = isinstance(given, list | tuple) and all(
            isinstance(share, int | float) and not isinstance(share, bool) and 0 < share <= 1 for share in given
        )
        shares = tuple(sorted({float(share) for share in given})) if numbers else ()
        if not 2 <= len(shares) <= MOST:
            raise PydanticCustomError(
                "range",
                "must be 2 to {most} different shares above 0 and at most 1, such as [0.25, 0.5, 1]",
                {"most": MOST},
            )
        return shares
