"""Log-likelihoods that were measured, kept on disk for each model: the base is measured once, and a stopped measuring goes on."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from ft_core import files

Score = tuple[float, bool]  # log p in nats, whether greedy decoding writes it


@dataclass
class Store:
    """What was measured of the model with the identity `model`, in one file below `folder`.

    A score is found by the whole text that was asked: the rows, their order, and the solved questions before them are in it, so another
    file, another number of shots or another wording is never answered with an old score.
    """

    folder: Path
    model: str
    _known: dict[str, Score] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for line in files.read_lines(self.file):
            scores = line.get("scores")
            if isinstance(scores, dict):
                self._known |= {key: (float(value[0]), bool(value[1])) for key, value in scores.items()}

    @property
    def file(self) -> Path:
        return self.folder / f"{self.model}.jsonl"

    def get(self, context: str, ending: str) -> Score | None:
        """The score of `ending` after `context`, or None when it was not measured."""
        return self._known.get(_key(context, ending))

    def add(self, scores: dict[tuple[str, str], Score]) -> None:
        """Keep the scores of (context, ending) pairs: on disk when this returns. One line for all, so that a killed process tears none apart."""
        found = {_key(*asked): score for asked, score in scores.items()}
        files.append_line(self.file, {"scores": found})
        self._known |= found


def _key(context: str, ending: str) -> str:
    return hashlib.sha256(f"{len(context)}:{context}{ending}".encode()).hexdigest()[:32]
