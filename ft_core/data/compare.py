"""Compare two dataset versions: their settings, which rows differ, which moved to another split, what was wrong in each."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset
from ft_core.data.vocabulary import normalise

MAX_ROWS = 20  # shown of each kind
_LONGEST = 300  # characters of a text that is shown


@dataclass(frozen=True)
class Comparison:
    """What two versions differ in, as plain values for JSON; `first` and `second` are their ids.

    `settings`: {"name", "title", "first", "second"} of each that differs. `counts`: split -> [first, second]. `labels`: label ->
    [first, second], empty unless both are classifications. `problems`: {"code", "title", "first", "second"} rows found of each kind.

    Rows are matched by their source row when the source is the same ("row"), else by their text ("text"). `only_first`,
    `only_second` and `changed` count rows whose copies (a weight above 1) count once; `moved` is {"train to test": rows}. Of each at
    most 20 stand in `rows`: {"only_first": [...], ...} of {"part", "row", "split", "prompt", "answer"}; of changed and moved ones
    {"first", "second"} of such.
    """

    first: str
    second: str
    matched_by: Literal["row", "text"]
    settings: list[dict[str, Any]]
    counts: dict[str, list[int]]
    labels: dict[str, list[int]]
    problems: list[dict[str, Any]]
    same: int
    only_first: int
    only_second: int
    changed: int
    moved: dict[str, int]
    rows: dict[str, list[dict[str, Any]]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class _Row(NamedTuple):
    """What is compared of an example."""

    part: str
    row: int
    split: str
    prompt: str
    answer: str

    @property
    def texts(self) -> tuple[str, str]:
        return self.prompt, self.answer

    def shown(self) -> dict[str, Any]:
        return self._asdict() | {"prompt": _shortened(self.prompt), "answer": _shortened(self.answer)}


def compare(first: Dataset, second: Dataset) -> Comparison:
    """Everything that two dataset versions differ in. Raises FTError `data.changed` for a damaged one."""
    same_source = first.source_sha256 is not None and first.source_sha256 == second.source_sha256
    key = _by_row if same_source else _by_text
    pairs = _pairs(_grouped(first, key), _grouped(second, key))
    counts: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    rows: dict[str, list[dict[str, Any]]] = {"only_first": [], "only_second": [], "changed": [], "moved": []}
    for one, other in pairs:
        for kind in _kinds(one, other):
            counts[kind] += 1
            if kind == "moved" and one and other:
                moved[f"{one.split} to {other.split}"] += 1
            if kind in rows and len(rows[kind]) < MAX_ROWS:
                rows[kind].append(_shown(one, other))
    return Comparison(
        first=first.id,
        second=second.id,
        matched_by="row" if same_source else "text",
        settings=_settings(first, second),
        counts={split: [first.counts.get(split, 0), second.counts.get(split, 0)] for split in SPLITS},
        labels=_labels(first, second),
        problems=_problems(first, second),
        same=counts["same"],
        only_first=counts["only_first"],
        only_second=counts["only_second"],
        changed=counts["changed"],
        moved=dict(moved.most_common()),
        rows=rows,
    )


# Rows.


def _by_row(row: _Row) -> Hashable:
    return row.part, row.row


def _by_text(row: _Row) -> Hashable:
    return normalise(row.prompt)


def _grouped(dataset: Dataset, key: Callable[[_Row], Hashable]) -> dict[Hashable, list[_Row]]:
    """All different rows of a version by their key; copies of one row in one split count once."""
    groups: dict[Hashable, dict[_Row, None]] = defaultdict(dict)
    for split in SPLITS:
        for example in dataset.examples(split) if dataset.counts.get(split) else ():
            row = _Row(example.part, example.row, split, example.prompt_text, example.answer)
            groups[key(row)][row] = None
    return {name: list(rows) for name, rows in groups.items()}


def _pairs(
    first: dict[Hashable, list[_Row]], second: dict[Hashable, list[_Row]]
) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Each row of the first with its match in the second, None where there is none; equal texts before changed ones."""
    for name in {**first, **second}:
        ones, others = list(first.get(name, ())), list(second.get(name, ()))
        waiting: dict[tuple[str, str], list[_Row]] = defaultdict(list)
        for other in others:
            waiting[other.texts].append(other)
        left = []
        for one in ones:
            equal = waiting[one.texts]
            if equal:
                other = equal.pop(0)
                yield one, other
            else:
                left.append(one)
        unmatched = [other for rows in waiting.values() for other in rows]
        for place in range(max(len(left), len(unmatched))):
            yield (
                left[place] if place < len(left) else None,
                unmatched[place] if place < len(unmatched) else None,
            )


def _kinds(one: _Row | None, other: _Row | None) -> list[str]:
    if one is None:
        return ["only_second"]
    if other is None:
        return ["only_first"]
    kinds = ["same" if one.texts == other.texts else "changed"]
    return kinds + (["moved"] if one.split != other.split else [])


def _shown(one: _Row | None, other: _Row | None) -> dict[str, Any]:
    if one and other:
        return {"first": one.shown(), "second": other.shown()}
    only = one or other
    return only.shown() if only else {}


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# Everything else.


def _settings(first: Dataset, second: Dataset) -> list[dict[str, Any]]:
    one, other = dict(_flat(first.spec)), dict(_flat(second.spec))
    titles = {name: title for name, (title, _) in (one | other).items()}
    found = [
        {"name": name, "title": titles[name], "first": one[name][1], "second": other[name][1]}
        for name in titles
        if one[name][1] != other[name][1]
    ]
    if first.task != second.task:
        found.append({"name": "task", "title": "Task", "first": first.task, "second": second.task})
    return found


def _flat(spec: BaseModel, before: str = "") -> Iterator[tuple[str, tuple[str, Any]]]:
    """(`clean.html`, (title, plain value)) of every setting, groups opened."""
    plain = spec.model_dump(mode="json")
    for name, field in type(spec).model_fields.items():
        value = getattr(spec, name)
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, (field.title or name, plain[name])


def _labels(first: Dataset, second: Dataset) -> dict[str, list[int]]:
    one, other = (_label_counts(dataset) for dataset in (first, second))
    if not one or not other:
        return {}
    return {label: [one[label], other[label]] for label in {**one, **other}}


def _label_counts(dataset: Dataset) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in dataset.report["label_counts"].values():
        total.update(counts)
    return Counter(dict(total.most_common()))


def _problems(first: Dataset, second: Dataset) -> list[dict[str, Any]]:
    """By code and title: the problems of a mix name their part."""
    one, other = (
        {(problem["code"], problem["title"]): problem["count"] for problem in dataset.report["problems"]}
        for dataset in (first, second)
    )
    return [
        {"code": code, "title": title, "first": one.get((code, title), 0), "second": other.get((code, title), 0)}
        for code, title in {**one, **other}
    ]
