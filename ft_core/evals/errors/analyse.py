"""Error analysis: every check on every answer, counted base against tuned, and what wrong answers have in common. Without torch."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy

from ft_core.evals import compare
from ft_core.evals.errors.clusters import clusters
from ft_core.evals.errors.copying import COPIED
from ft_core.evals.errors.echo import ECHO
from ft_core.evals.errors.emptiness import EMPTY
from ft_core.evals.errors.length import CUT_OFF, TOO_LONG
from ft_core.evals.errors.material import Answers, Check, Found, Material
from ft_core.evals.errors.misspelling import MISSPELLING
from ft_core.evals.errors.refusal import REFUSAL
from ft_core.evals.errors.repetition import REPETITION
from ft_core.evals.errors.template import TEMPLATE
from ft_core.evals.errors.topic import OFF_TOPIC
from ft_core.evals.errors.wrong_language import WRONG_LANGUAGE
from ft_core.evals.rows import Row

CHECKS: tuple[Check, ...] = (
    EMPTY,
    CUT_OFF,
    TOO_LONG,
    REPETITION,
    ECHO,
    TEMPLATE,
    REFUSAL,
    WRONG_LANGUAGE,
    MISSPELLING,
    OFF_TOPIC,
    COPIED,
)
CONTESTANTS = ("base", "few_shot", "tuned")
_RIGHT = 0.1  # of free answers must be exactly right for the others to be called wrong; else flagged ones are


def analyse(
    rows: Sequence[Row],
    training_answers: Sequence[str],
    labels: Sequence[str] = (),
    checks: Sequence[Check] = CHECKS,
) -> dict[str, Any]:
    """What is wrong with the answers of `rows` (see `rows.read_answers`), by what each contestant wrote itself (`<who>_written`).

    With `labels`, the right answers are labels, and only the checks that make sense for them are made.

    Returns
    `checks`: {code: {`title`, `meaning`, `base`, `few_shot`, `tuned`, `expected` (how many answers have it; `expected` of the right answers
    themselves, `few_shot` None without that contestant), `difference`, `low`, `high` (share of tuned - base and its 95 % interval,
    Newcombe), `p_value` (exact McNemar test), `result` ("better", "worse" or "no clear change")}}.
    `not_checked`: {code: why}, of checks that cannot be made on these rows.
    `flags`: [{`row`, `part`, `base`, `few_shot`, `tuned`: [codes], `found`: {who: {code: what was found}}}] in the order of `rows`.
    `clusters`: see `clusters.clusters`; of wrong answers of the tuned model.
    `n`: how many rows.
    Codes: empty, cut_off, too_long, repetition, echo, template, refusal, wrong_language, misspelling, off_topic, copied.
    """
    found: dict[str, Any] = {"checks": {}, "not_checked": {}, "flags": [], "clusters": [], "n": len(rows)}
    if not rows:
        return found
    material = Material(
        [_text(row["prompt"]) for row in rows],
        [_text(row["expected"]) for row in rows],
        list(map(_text, training_answers)),
    )
    playing = {
        who: _answers(rows, who) for who in CONTESTANTS if any(row.get(f"{who}_written") is not None for row in rows)
    }
    playing["expected"] = material.right
    flagged = [who for who in playing if who != "expected"]
    flags: list[dict[str, Any]] = [
        {
            "row": row["row"],
            "part": row.get("part", ""),
            **{who: [] for who in CONTESTANTS},
            "found": {who: {} for who in CONTESTANTS},
        }
        for row in rows
    ]
    for check in checks:
        if labels and not check.labels:
            continue
        reason = check.unable(material)
        if reason:
            found["not_checked"][check.code] = reason
            continue
        each = {who: check.find(material, answers) for who, answers in playing.items()}
        found["checks"][check.code] = _counted(check, each, len(rows))
        playing = {who: _noted(check, answers, each[who]) for who, answers in playing.items()}
        for who in flagged:
            for place, what in each[who].items():
                flags[place][who].append(check.code)
                flags[place]["found"][who][check.code] = what
    _together(found["checks"])
    found["flags"] = flags
    found["clusters"] = clusters(material.prompts, *_wrong(rows, flags, labels))
    return found


def _noted(check: Check, answers: Answers, found: Found) -> Answers:
    """The answers with what later checks must know: words of another language are not misspelt, and a refusal or a loop has no topic."""
    if check.code == WRONG_LANGUAGE.code:
        return replace(answers, foreign=found.keys())
    return (
        replace(answers, silent={*answers.silent, *found})
        if check.code in (EMPTY.code, REFUSAL.code, REPETITION.code)
        else answers
    )


def _counted(check: Check, each: dict[str, Found], total: int) -> dict[str, Any]:
    base, tuned = (numpy.isin(numpy.arange(total), list(each.get(who, {}))) for who in ("base", "tuned"))
    interval = compare.paired_shares(base, tuned)
    return {
        "title": check.title,
        "meaning": check.meaning,
        "base": int(base.sum()),
        "few_shot": len(each["few_shot"]) if "few_shot" in each else None,
        "tuned": int(tuned.sum()),
        "expected": len(each["expected"]),
        "difference": interval.difference,
        "low": interval.low,
        "high": interval.high,
        "p_value": compare.exact_sign_test(int((tuned & ~base).sum()), int((base & ~tuned).sum())),
    }


def _together(checks: dict[str, dict[str, Any]]) -> None:
    """`result` of each check, adjusted for all of them being looked at (Holm 1979)."""
    adjusted = compare.holm({code: one["p_value"] for code, one in checks.items()})
    for code, one in checks.items():
        interval = compare.Interval(one["difference"], one["low"], one["high"])
        one["result"] = compare.result(interval, "lower", adjusted[code])


def _wrong(rows: Sequence[Row], flags: Sequence[dict[str, Any]], labels: Sequence[str]) -> tuple[list[bool], str]:
    """Whether each answer of the tuned model is wrong, and what such answers are said to be.

    Where hardly any free answer can be the expected one to the letter, those that a check has found something in are.
    """
    right = [bool(row["tuned_correct"]) for row in rows]
    if labels or sum(right) >= _RIGHT * len(rows):
        return [not value for value in right], "are wrong"
    return [bool(flag["tuned"]) for flag in flags], "have a flaw"


def _answers(rows: Sequence[Row], who: str) -> Answers:
    return Answers(
        [_text(row[f"{who}_written"]) for row in rows], [row.get(f"{who}_finished") is not False for row in rows]
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
