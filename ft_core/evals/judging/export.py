"""Votes of people as preference pairs: JSON Lines that `ft_core.data` reads as data of the shape preference, ready for DPO."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.evals.judging.pairs import Outcome, pairs
from ft_core.evals.judging.tally import majority
from ft_core.evals.judging.votes import Vote
from ft_core.evals.rows import Row
from ft_core.files import write_text
from ft_core.settings.example import Example, Message

_USED_UP = "These prompts are test examples: a run that learns from them is to be tested on other ones, so that its measure stays honest."
_LEFT_OUT = ("no_vote", "tie", "both_bad", "split", "generated", "empty")


def export_pairs(
    rows: Sequence[Row], votes: Sequence[Vote], path: Path, examples: Sequence[Example] = ()
) -> dict[str, Any]:
    """Write one line {"prompt", "chosen", "rejected"} for each pair that people preferred one answer of, in the order of the rows.

    Of several reviewers, what most of them preferred. `examples` are those of the test split: with them, where any has several turns
    or a system prompt, the prompts are lists of messages instead of the last question alone, and tools are kept.
    Returns {"written", "left_out": {"no_vote", "tie", "both_bad", "split", "generated", "empty"}, "note"}: `split` were preferred by as
    many the other way, `generated` are rows whose prompt nobody wrote, `empty` have an answer or a prompt without text.
    Raises OSError when the file cannot be written; it is replaced whole.
    """
    by_pair: defaultdict[str, list[Outcome]] = defaultdict(list)
    for given in votes:
        by_pair[given.pair].append(given.outcome)
    known = {(example.part, example.row): example for example in examples}
    talk = any(len(example.prompt) > 1 for example in examples)
    left_out: dict[str, int] = dict.fromkeys(_LEFT_OUT, 0)
    lines: list[dict[str, Any]] = []
    for pair in pairs(rows):
        outcome = majority(by_pair[pair.id]) if pair.id in by_pair else "no_vote"
        example = known.get((pair.part, pair.row))
        if outcome not in ("base", "tuned"):
            left_out[outcome] += 1
        elif pair.generated or (example is not None and example.generated):
            left_out["generated"] += 1
        elif not (pair.base.strip() and pair.tuned.strip() and pair.prompt.strip()):
            left_out["empty"] += 1
        else:
            better, worse = (pair.tuned, pair.base) if outcome == "tuned" else (pair.base, pair.tuned)
            line = {"prompt": _messages(pair.prompt, example) if talk else pair.prompt}
            tools = {"tools": example.tools} if example is not None and example.tools else {}
            lines.append(line | {"chosen": better, "rejected": worse} | tools)
    write_text(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return {"written": len(lines), "left_out": left_out, "note": _USED_UP}


def _messages(question: str, example: Example | None) -> list[dict[str, Any]]:
    messages = example.prompt if example is not None and example.question == question else (Message("user", question),)
    return [message.as_dict() for message in messages]
