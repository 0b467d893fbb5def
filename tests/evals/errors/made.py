"""Answers for the tests of the checks."""

from collections.abc import Sequence

from ft_core.evals.errors.material import Answers, Check, Found, Material


def checked(
    check: Check,
    answers: Sequence[str],
    expected: Sequence[str] | str = "All is well.",
    prompts: Sequence[str] | str = "How are things?",
    training: Sequence[str] = (),
    **more,
) -> Found:
    """What the check finds; a single prompt or right answer stands for all."""
    count = len(answers)
    prompts = [prompts] * count if isinstance(prompts, str) else prompts
    expected = [expected] * count if isinstance(expected, str) else expected
    return check.find(
        Material(prompts, expected, training), Answers(answers, more.pop("finished", [True] * count), **more)
    )


def right(
    check: Check, expected: Sequence[str], prompts: Sequence[str] | str = "How are things?", training=()
) -> Found:
    """What the check finds in the right answers themselves."""
    prompts = [prompts] * len(expected) if isinstance(prompts, str) else prompts
    material = Material(prompts, expected, training)
    return check.find(material, material.right)


def places(flags: Sequence[dict], code: str, who: str = "tuned") -> list[int]:
    """Places of the answers of `who` that have the flag `code`, in order."""
    return [place for place, flag in enumerate(flags) if code in flag[who]]
