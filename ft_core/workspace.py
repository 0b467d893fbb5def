"""The workspace: whose datasets and runs are where. One folder per person under one home."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ft_core.errors import FTError
from ft_core.run import TRIALS, Run

LOCAL = "local"
_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_RUN_OR_TRIAL = re.compile(rf"(?P<run>{_RUN_ID.pattern})(/(?P<trial>[0-9]{{1,6}}))?")
_ID_END = re.compile(r"[0-9a-f]{6}")
_DATASET_ID = re.compile(r"[0-9a-f]{12}")


def home_folder(choice: str | None = None) -> Path:
    """The workspace's home: `choice`, else FT_HOME, else ~/.fine-tuning-studio."""
    return Path(choice or os.environ.get("FT_HOME") or Path.home() / ".fine-tuning-studio").expanduser().resolve()


def home_of(run: Path) -> Path:
    """The home that a run's folder lies in; for one that lies elsewhere that folder itself."""
    return next((folder.parent for folder in run.resolve().parents if folder.name == "people"), run)


@dataclass(frozen=True)
class Workspace:
    """One person's datasets and runs. `person` is `local` off a Space and on the command line."""

    home: Path
    person: str = LOCAL

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", self.person):
            raise ValueError(f"not a person's folder name: {self.person!r}")

    @property
    def folder(self) -> Path:
        return self.home / "people" / self.person

    @property
    def datasets(self) -> Path:
        return self.folder / "datasets"

    @property
    def runs_folder(self) -> Path:
        return self.folder / "runs"

    @property
    def uploads(self) -> Path:
        return self.folder / "uploads"

    @property
    def queue(self) -> Path:
        return self.home / "queue"

    def starting(self) -> FileLock:
        """Held while a run is made from a press of a button: of two presses at once the second sees what the first has made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / "starting.lock")

    def runs(self) -> list[Run]:
        """All runs, newest first; without the trials inside them."""
        if not self.runs_folder.is_dir():
            return []
        found = [
            Run(folder)
            for folder in self.runs_folder.iterdir()
            if _RUN_ID.fullmatch(folder.name) and (folder / "project.yaml").is_file()
        ]
        return sorted(found, key=lambda run: run.id, reverse=True)

    def runs_and_trials(self) -> list[Run]:
        """All runs, newest first, each with the trials inside it."""
        return [one for run in self.runs() for one in (run, *run.trials())]

    def run(self, identity: str) -> Run:
        """A run, or a trial as RUN/3, by its id alone: what the page uses. Raises FTError `run.missing`."""
        if found := _RUN_OR_TRIAL.fullmatch(identity):
            folder = self.runs_folder / found["run"]
            return Run.open(folder / TRIALS / found["trial"] if found["trial"] else folder)
        raise FTError(
            "run.missing",
            "There is no such run.",
            f"{identity!r} is not a run's id.",
            "Choose one that `python -m ft_core runs` lists.",
        )

    def run_or_path(self, text: str) -> Run:
        """RUN on the command line: an id or the end of one, as the page shows it; a trial's as RUN/3; or a path to a run's folder.

        Raises FTError `run.missing`.
        """
        if _RUN_OR_TRIAL.fullmatch(text):
            return self.run(text)
        end, slash, trial = text.partition("/")
        found = [run for run in self.runs() if run.id.endswith(f"-{end}")] if _ID_END.fullmatch(end) else []
        return self.run(f"{found[0].id}{slash}{trial}") if len(found) == 1 else Run.open(_place(text))

    def measure(self, identity: str) -> Run:
        """Where the settings of that digest are measured, which may not be there. Raises FTError `run.missing` for what is no digest."""
        if not _DATASET_ID.fullmatch(identity):
            raise FTError("run.missing", "There is no such measure.", f"{identity!r} is no digest.", "Press Measure.")
        return Run(self.folder / "measures" / identity)

    def dataset(self, identity: str) -> Path:
        """A dataset version's folder by its id. Raises FTError `dataset.missing`."""
        folder = self.datasets / identity
        if not _DATASET_ID.fullmatch(identity) or not folder.is_dir():
            raise FTError(
                "dataset.missing",
                f"There is no dataset {identity}.",
                "It is not in the workspace.",
                "Prepare the data again in the Data tab.",
            )
        return folder

    def dataset_or_path(self, text: str) -> Path:
        """DATASET on the command line: an id, or a path to a version's folder. Raises FTError `dataset.missing` for an id that is not there."""
        return self.dataset(text) if _DATASET_ID.fullmatch(text) else _place(text)


def _place(text: str) -> Path:
    return Path(os.path.expanduser(text))  # Path's own raises for a user who is not there
