"""Dataset versions of our own making, and what the page shows of one."""

from ft_core.data import store
from ft_core.data.store import Dataset
from ft_core.settings.example import Example, Message
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.ui.data import learnt, result

NAMES = ("step", "tiles", "facts", "done", "steps", "samples", "labels", "number", "tokens", "ending", "leads_on")
LENGTH_NAMES = ("lengths", "length_words", "padding")


def shown(workspace, dataset):
    """The views by names."""
    figures = dict(zip(NAMES, result.show_dataset(workspace, dataset.id), strict=True))
    return figures | dict(zip(LENGTH_NAMES, learnt.show_lengths(workspace, dataset.id), strict=True))


def stored(workspace, examples, max_length=512, **report) -> Dataset:
    """A dataset version of these training examples, with such a report beside what every version has, and its project."""
    folder = workspace.datasets / "0123456789ab"
    spec = ProjectSpec(task="instruction", data={"source": "x.csv"}, training=TrainSpec(max_length=max_length))
    parts = {"train": examples, "validation": [], "test": []}
    counts = {name: len(rows) for name, rows in parts.items()}
    told = {
        "source": "x.csv",
        "rows": len(examples),
        "kept": len(examples),
        "labels": [],
        "label_counts": {},
        "splits": counts,
        "token_lengths": None,
    }
    values = {
        "version": 1,
        "sha256": "0" * 64,
        "task": "instruction",
        "labels": [],
        "counts": counts,
        "spec": spec.data.model_dump(mode="json"),
    }
    store.write(folder, parts, told | {"steps": []} | report, values)
    uploads.remember(workspace, folder.name, spec)
    return Dataset.open(folder)


def long_answers(count, words=5):
    return [
        Example(n, (Message("user", f"Question {n}?"), Message("assistant", "yes " * (words + n % 7))))
        for n in range(1, count + 1)
    ]
