"""Measure benchmarks: base and tuned on the same questions, one benchmark after the other."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ft_core.errors import FTError
from ft_core.evals.benchmarks import known, sources, summary
from ft_core.evals.benchmarks.rows import Rows, drawn
from ft_core.evals.benchmarks.store import Store
from ft_core.generate import ShouldStop, Stopped, context_length
from ft_core.jobs import Progress
from ft_core.modeling import Pair

_LEAST = 2  # questions that an interval needs


def measure(
    pair: Pair, wanted: dict[str, Rows], limit: int | None, store: Path, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Score base and tuned on the questions of each benchmark, as `required` has read them; `limit` as it was asked for there.

    `store` keeps log-likelihoods for each model: what was measured before, of this base in another run too, is not measured again.
    `on_progress` counts questions, of base and tuned together.

    {"benchmarks": {name: what `summary.summed_up` returns}, "questions": {name: [{"row", "subject", "base", "tuned"}]},
    "unmeasured": [names], "stopped", "limit", "seconds", "seconds_by": {name: {"base", "tuned"}}}. When `should_stop` says so, what is
    whole is returned and the rest named; the same call goes on later from the store. `row` counts from 1 in the source's file (of its
    subject); `base` and `tuned` are {measure: score}.

    Raises FTError `benchmarks.context`.
    """
    began = time.monotonic()
    total = 2 * sum(map(len, wanted.values()))
    found: dict[str, Any] = {
        "benchmarks": {},
        "questions": {},
        "unmeasured": list(wanted),
        "stopped": False,
        "limit": limit,
        "seconds_by": {},
    }
    if wanted:
        try:
            _all(pair, wanted, store, found, lambda done, message: on_progress(done, total, message), should_stop)
        except Stopped:
            found["stopped"] = True
        summary.together(found["benchmarks"])
    found["seconds"] = round(time.monotonic() - began, 1)
    return found


def required(
    pair: Pair, names: Sequence[str], limit: int | None, folder: Path | None, store: Path, token: str | None
) -> dict[str, Rows]:
    """`limit` questions of each benchmark in `names` (None: all). `folder` holds the files, or is None for the Hub, whose files go into `store`.

    Raises FTError `benchmarks.head`, `benchmarks.unknown`, `benchmarks.few`, and what reading and downloading the rows raise.
    """
    known.require(names)
    if pair.labels:
        raise FTError(
            "benchmarks.head",
            "Benchmarks cannot be measured for this run.",
            "Its tuned model writes nothing: the layer on top of it chooses among the labels of the data, and benchmarks ask for the "
            "likelihood of texts.",
            "Leave Benchmarks empty for this run, or train one with Answer with set to written.",
        )
    return {name: _rows(name, limit, folder, store, token) for name in dict.fromkeys(names)}


def _rows(name: str, limit: int | None, folder: Path | None, store: Path, token: str | None) -> Rows:
    rows = sources.from_folder(name, folder) if folder else sources.from_hub(name, store / "hub", token)
    rows = drawn(rows, limit)
    if len(rows) < _LEAST:
        raise FTError(
            "benchmarks.few",
            f"One question of {known.BENCHMARKS[name].title} is too few.",
            "An interval needs two at least.",
            "Raise Benchmark questions, or put more rows into the file.",
        )
    return rows


def _all(
    pair: Pair,
    wanted: dict[str, Rows],
    store: Path,
    found: dict[str, Any],
    tell: Callable[[int, str], None],
    stop: ShouldStop,
) -> None:
    """Fill `found`, benchmark by benchmark. Raises Stopped."""
    from ft_core.evals.benchmarks import harness, identity, tasks  # lm_eval takes seconds to load

    length = context_length(pair.tuned)
    tell(0, "loading the benchmarks")
    with tasks.quiet():
        ready = {name: tasks.packaged(name, rows) for name, rows in wanted.items()}
        stores = {who: Store(store, identity.identity(pair, who, length)) for who in ("base", "tuned")}
        done = 0
        for name, rows in wanted.items():
            scores: dict[str, summary.Scores] = {}
            found["seconds_by"][name] = {}
            for who in ("base", "tuned"):
                began = time.monotonic()

                def advance(
                    part: int,
                    whole: int,
                    before: int = done,
                    size: int = len(rows),
                    message: str = f"{known.BENCHMARKS[name].title}: the {who} model",
                ) -> None:
                    tell(before + size * part // max(whole, 1), message)

                with pair.base() if who == "base" else nullcontext(pair.tuned) as model:
                    asked = harness.Asked(model, pair.tokenizer, length, stores[who], advance, stop)
                    scores[who] = tasks.scores(name, rows, ready[name], asked)
                done += len(rows)
                found["seconds_by"][name][who] = round(time.monotonic() - began, 2)
            base, tuned = scores["base"], scores["tuned"]
            found["benchmarks"][name] = summary.summed_up(name, known.BENCHMARKS[name], rows, base, tuned)
            found["questions"][name] = _questions(rows, base, tuned)
            found["unmeasured"].remove(name)


def _questions(rows: Rows, base: summary.Scores, tuned: summary.Scores) -> list[dict[str, Any]]:
    return [
        {
            "row": rows.numbers[i],
            "subject": rows.subjects[i] if rows.subjects else None,
            "base": {name: values[i] for name, values in base.items()},
            "tuned": {name: values[i] for name, values in tuned.items()},
        }
        for i in range(len(rows))
    ]
