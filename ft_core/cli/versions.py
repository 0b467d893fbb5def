"""Dataset versions: all of them, two side by side, one shared on the Hub."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ft_core.cli.options import DatasetArgument, HomeOption, JsonOption, token_or_asked
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.versions import show_comparison, show_datasets
from ft_core.workspace import Workspace, home_folder

if TYPE_CHECKING:  # reading what is stored loads pyarrow, which most commands do without
    from ft_core.data.store import Dataset


def datasets(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """All dataset versions, newest first."""
    from ft_core.data import store

    def work() -> Result:
        return {"datasets": [dataset_row(dataset) for dataset in store.versions(Workspace(home_folder(home)).datasets)]}

    answer(as_json, work, show_datasets)


def dataset_row(dataset: "Dataset") -> Result:
    return {
        "id": dataset.id,
        "source": dataset.report["source"],
        "rows": sum(dataset.counts.values()),
        "splits": dataset.counts,
        "created": dataset.created.isoformat(timespec="seconds"),
        "task": dataset.task,
    }


def compare(
    first: DatasetArgument, second: DatasetArgument, as_json: JsonOption = False, home: HomeOption = None
) -> None:
    """Two dataset versions side by side: settings, rows, splits, problems."""
    from ft_core.data.compare import compare as compared

    def work() -> Result:
        one, other = (find_dataset(text, home) for text in (first, second))
        return compared(one, other).as_dict()

    answer(as_json, work, show_comparison)


def find_dataset(text: str, home: str | None) -> "Dataset":
    from ft_core.data.store import Dataset

    return Dataset.open(Workspace(home_folder(home)).dataset_or_path(text))


def push_dataset_command(
    dataset: DatasetArgument,
    repo: Annotated[str, typer.Option("--repo", help="owner/name on the Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Everybody can see it. Left out: private.")] = False,
    licence: Annotated[
        str, typer.Option("--license", help="The licence of the rows as the Hub writes it, such as cc-by-4.0.")
    ] = "unknown",
    include_private_data: Annotated[
        bool,
        typer.Option("--include-private-data", help="Push private data and secrets that are known to be in it, too."),
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Share a dataset version on the Hugging Face Hub, with its card.

    The token is taken from HF_TOKEN, else from `hf auth login`; else you are asked for it.
    """
    from ft_core.hub.push_dataset import push_dataset

    def tell(step: int, total: int, message: str) -> None:
        print(f"{step}/{total} {message}", file=sys.stderr, flush=True)

    def work() -> Result:
        found = find_dataset(dataset, home)
        return push_dataset(found, repo, not public, token_or_asked(), tell, licence, include_private_data)

    answer(as_json, work, lambda result: print(result["url"]))
