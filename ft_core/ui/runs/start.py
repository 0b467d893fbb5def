"""What the next run starts from: the dataset of the header, and the settings of the selected run or of the dataset's project."""

from dataclasses import dataclass

from ft_core import amounts
from ft_core.data.store import Dataset
from ft_core.pipeline.runs import choices
from ft_core.run import Run
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.ui.runs import names
from ft_core.ui.shared import selected_run
from ft_core.workspace import Workspace


@dataclass(frozen=True)
class Start:
    """The dataset, the project of a new run, and where its settings are from (None: the dataset's project)."""

    dataset: Dataset
    spec: ProjectSpec
    run: Run | None

    def training(self) -> TrainSpec:
        """The settings, those that nobody gave chosen for this model, data and machine."""
        return self.spec.training if self.run else choices(self.spec, self.dataset)[0].training

    def words(self, runs: list[Run]) -> str:
        """Where dataset and settings are from, as plain text."""
        source, rows = uploads.title(self.dataset.report["source"]), sum(self.dataset.counts.values())
        why = "no run on such a task is selected" if runs else "there is no run yet"
        settings = (
            f"the settings of run {names.titles(runs)[self.run.id]}, the selected one"
            if self.run
            else f"the settings of its project, because {why}"
        )
        return f"It starts from the dataset {source} ({amounts.count(rows, 'example')}) and {settings}."


def start_of(workspace: Workspace, dataset_id: str, run_id: str) -> Start | None:
    """None without a dataset."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    return _start(workspace, dataset, run_id) if dataset else None


def required_start(workspace: Workspace, dataset_id: str, run_id: str) -> Start:
    """The same where there must be one. Raises FTError `data.missing`."""
    return _start(workspace, uploads.required_dataset(workspace, dataset_id), run_id)


def _start(workspace: Workspace, dataset: Dataset, run_id: str) -> Start:
    spec = uploads.project_of(workspace, dataset)
    run = selected_run(workspace, run_id)
    if run is not None and run.spec().task != dataset.task:  # some settings belong to one task alone
        run = None
    if run is not None:
        old = run.spec()
        model = old.model.model_copy(update={"revision": run.model_revision or old.model.revision})
        kept = {"name": old.name, "model": model, "training": old.training, "evaluation": old.evaluation}
        spec = spec.model_copy(update=kept)
    return Start(dataset, spec.model_copy(update={"sweep": None, "data_size": None}), run)
