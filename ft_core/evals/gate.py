"""A gate for scripts: scores of the tuned model that must be reached. Without torch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ft_core.errors import FTError
from ft_core.evals import about


def parse(asked: Sequence[str]) -> dict[str, float]:
    """`accuracy=0.9` and so on -> {"accuracy": 0.9}. Raises FTError `evaluation.gate`, naming all that cannot be read."""
    found, wrong = {}, []
    for one in asked:
        name, _, value = one.rpartition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            wrong.append(one)
        if not name.strip() or not math.isfinite(found.get(name.strip(), 0.0)):
            wrong.append(one)
    if wrong:
        raise FTError(
            "evaluation.gate",
            "A limit cannot be read.",
            f"{', '.join(dict.fromkeys(wrong))}: a limit is the name of a score, = and a number.",
            "Write --fail-below accuracy=0.9, for example.",
        )
    return found


def require_known(limits: Mapping[str, float], rules: Sequence[str]) -> None:
    """Before anything is measured. Raises FTError `evaluation.gate` for a name that is no score of any task and none of the person's `rules`."""
    tables = (about.CLASSIFICATION, about.TEXT, about.PLAIN_TEXT, about.PREFERENCE)
    known = [*dict.fromkeys(name for table in tables for name in table), *(f"rule: {name}" for name in rules)]
    if unknown := [name for name in limits if name not in known]:
        raise FTError(
            "evaluation.gate",
            f"There is no score {', '.join(unknown)}.",
            f"There are {', '.join(known)}.",
            "Name one of these after --fail-below.",
        )


def failed(limits: Mapping[str, float], report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The scores that do not reach their limit: [{"metric", "tuned", "limit", "better"}]; one that is better lower must not be above it.

    Raises FTError `evaluation.gate` for a score that this report does not hold.
    """
    unknown = [name for name in limits if name not in report["metrics"]]
    if unknown:
        raise FTError(
            "evaluation.gate",
            f"There is no score {', '.join(unknown)}.",
            f"This evaluation holds {', '.join(report['metrics'])}.",
            "Name one of these after --fail-below.",
        )
    found = []
    for name, limit in limits.items():
        metric = report["metrics"][name]
        below = metric["tuned"] < limit if metric["better"] == "higher" else metric["tuned"] > limit
        if below:
            found.append({"metric": name, "tuned": metric["tuned"], "limit": limit, "better": metric["better"]})
    return found
