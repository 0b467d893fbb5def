"""The questions of a benchmark as lm-evaluation-harness's tasks expect them, and the sample of them that is asked."""

import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_SEED = 42


@dataclass(frozen=True)
class Rows:
    """n questions. `numbers`: where each stands in its source, from 1. `subjects`: the subject of each, for MMLU alone.

    `shots`: for each subject, the solved questions that are put before its questions.
    """

    questions: list[dict[str, Any]]
    numbers: list[int]
    subjects: list[str] = field(default_factory=list)
    shots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def sha256(self) -> str:
        """Hash of the questions and what is put before them."""
        held = json.dumps([self.questions, self.subjects, self.shots], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(held.encode()).hexdigest()


def drawn(rows: Rows, limit: int | None) -> Rows:
    """`limit` questions, by a fixed seed, each subject with its share; all of them when `limit` is None. In the order of the source.

    A smaller sample is part of each larger one, so that what was measured of it needs no second measuring.
    """
    if limit is None or limit >= len(rows):
        return rows
    chance = random.Random(_SEED)
    order = list(range(len(rows)))
    chance.shuffle(order)
    subjects = rows.subjects or [""] * len(rows)
    sizes, seen = Counter(subjects), Counter[str]()
    places = []
    for tie, i in enumerate(order):
        places.append(((seen[subjects[i]] + 0.5) / sizes[subjects[i]], tie, i))
        seen[subjects[i]] += 1
    kept = sorted(i for _, _, i in sorted(places)[:limit])
    chosen = [rows.subjects[i] for i in kept] if rows.subjects else []
    shots = {subject: rows.shots[subject] for subject in dict.fromkeys(chosen) if subject in rows.shots}
    return Rows([rows.questions[i] for i in kept], [rows.numbers[i] for i in kept], chosen, shots)
