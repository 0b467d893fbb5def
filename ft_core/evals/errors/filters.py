"""Which answers have which flag. `flags` is what `analyse` returns under that name; places are 0, 1, ... in the order of the rows."""

from collections.abc import Sequence
from typing import Any, Literal

Who = Literal["base", "few_shot", "tuned"]
Show = Literal["all", "new", "gone"]


def places(flags: Sequence[dict[str, Any]], code: str = "", who: Who = "tuned", show: Show = "all") -> list[int]:
    """Places of the answers of `who` that have the flag `code`, in order; with "" those that have any.

    `new`: only where the base model's answer lacks it. `gone`: where the base model's answer has it and that of `who` does not.
    """

    def has(flag: dict[str, Any], whose: Who) -> bool:
        return code in flag[whose] if code else bool(flag[whose])

    wanted = {
        "all": lambda flag: has(flag, who),
        "new": lambda flag: has(flag, who) and not has(flag, "base"),
        "gone": lambda flag: has(flag, "base") and not has(flag, who),
    }[show]
    return [place for place, flag in enumerate(flags) if wanted(flag)]


def clean(flags: Sequence[dict[str, Any]], who: Who = "tuned") -> list[int]:
    """Places of the answers of `who` without any flag."""
    return [place for place, flag in enumerate(flags) if not flag[who]]


def codes(flags: Sequence[dict[str, Any]], who: Who = "tuned") -> dict[str, int]:
    """Code of each flag -> how many answers of `who` have it, the most frequent first."""
    counts: dict[str, int] = {}
    for flag in flags:
        for code in flag[who]:
            counts[code] = counts.get(code, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
