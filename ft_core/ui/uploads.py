"""What the page keeps beside the datasets: copies of uploaded files, and the project each dataset was prepared by.

A dataset version says what is in it; the project says how to make it again, and is what a run is created from.
"""

import atexit
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from functools import cache
from itertools import product
from pathlib import Path

from ft_core.data.identity import source_sha256
from ft_core.data.read.files import FORMATS, format_of
from ft_core.data.read.hub_dataset import is_id
from ft_core.data.read.refusals import MAX_BYTES
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.files import write_text
from ft_core.pipeline.data import example_project, prepare_source
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace

ENDINGS = " ".join(dict.fromkeys(FORMATS))
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}-[0-9a-f]{12}(\.[a-z]{2,8}){1,2}")


def keep(workspace: Workspace, path: Path) -> str:
    """Copy a file into the workspace under a name of our own making, and return that name. The original is left alone.

    Raises FTError `data.format` or `data.too_large`.
    """
    format_of(path.name)
    if path.stat().st_size > MAX_BYTES:
        raise FTError(
            "data.too_large",
            "The file is too large.",
            f"It has {path.stat().st_size / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB are read.",
            "Choose a smaller file.",
        )
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    stem, ending = _parts(path.name)
    name = f"{stem}-{digest[:12]}{ending}"
    target = workspace.uploads / name
    if not target.is_file():
        workspace.uploads.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{secrets.token_hex(8)}")
        try:
            shutil.copyfile(path, temporary)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    return name


def _parts(name: str) -> tuple[str, str]:
    """Of a file's name: what ours begins with, and its ending."""
    stem, ending = Path(name).stem, Path(name).suffix.lower()
    if ending == ".gz" and Path(stem).suffix.lower() in FORMATS:
        stem, ending = Path(stem).stem, Path(stem).suffix.lower() + ending
    return _slug(stem), ending


def title(source: str) -> str:
    """The name a person knows: `tickets-0123456789ab.csv` -> `tickets.csv`."""
    return re.sub(r"-[0-9a-f]{12}(?=(\.[a-z]+){1,2}$)", "", source)


def titled(text: str) -> str:
    """A sentence with the names of kept files as the person knows them."""
    return re.sub(r"-[0-9a-f]{12}(?=\.[a-z])", "", text)


def find_all(workspace: Workspace, data: DataSpec) -> list[Path]:
    """The kept files of a project's source; none of a dataset on the Hub. Raises FTError `data.missing` for any other name."""
    return [] if on_hub(data) else [find(workspace, name) for name in data.sources]


def on_hub(data: DataSpec) -> bool:
    """True when the source is a dataset on the Hub."""
    return len(data.sources) == 1 and is_id(data.sources[0])


def require_all(workspace: Workspace, data: DataSpec) -> None:
    """Every file that a project names must be a kept one: source, mix, benchmarks, generated rows. Raises FTError `data.missing`."""
    find_all(workspace, data)
    for name in (*(part.source for part in data.mix), *data.benchmarks, *([data.generated] if data.generated else [])):
        find(workspace, name)


def find(workspace: Workspace, name: str) -> Path:
    """The kept file of that name. Raises FTError `data.missing`."""
    path = workspace.uploads / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise FTError(
            "data.missing",
            "The file is not here any more.",
            "It is not among the uploads of this workspace.",
            "Upload the file again in the Data tab, or press Use the example.",
        )
    return path


def keep_example(workspace: Workspace) -> ProjectSpec:
    """The shipped example as if it had been uploaded: its project, with the source among the uploads."""
    spec, folder = example_project()
    data = spec.data.renamed(lambda name: keep(workspace, folder / name))
    return spec.model_copy(update={"data": data})


def prepare(workspace: Workspace, spec: ProjectSpec) -> Dataset:
    """Prepare a project whose source is among the uploads, and remember the project beside it. Raises FTError `data.*`."""
    require_all(workspace, spec.data)
    dataset = prepare_source(workspace, spec, workspace.uploads)
    remember(workspace, dataset.id, spec)
    return dataset


def remember(workspace: Workspace, dataset: str, spec: ProjectSpec) -> None:
    """Keep the project that a dataset version was prepared by, a dataset of the Hub at the commit that it was made of."""
    made = Dataset.open(workspace.dataset(dataset)).spec
    if on_hub(spec.data) and made.sources == spec.data.sources:
        pinned = {"configuration": made.configuration, "revision": made.revision}
        spec = spec.model_copy(update={"data": spec.data.model_copy(update=pinned)})
    write_text(_project_file(workspace, dataset), project.dump(spec))


def project_of(workspace: Workspace, dataset: Dataset) -> ProjectSpec:
    """The project that `dataset` was prepared by; for one prepared elsewhere, a project of defaults around the same data."""
    path = _project_file(workspace, dataset.id)
    if path.is_file():
        return project.load(path)
    name = _slug(Path(title(dataset.report["source"])).stem)
    return ProjectSpec(name=name, task=dataset.task, data=dataset.spec)


def with_sources(workspace: Workspace, dataset: Dataset, data: DataSpec) -> DataSpec:
    """`data` of a dataset that was perhaps prepared elsewhere, its files called what the very same ones are called among the uploads.

    The shipped example is there without being uploaded. Raises FTError `data.missing`, which names the files.
    """
    if on_hub(data) or all(_NAME.fullmatch(name) and (workspace.uploads / name).is_file() for name in data.sources):
        return data
    if data.mix:
        why = "It is a mix of several datasets that was prepared elsewhere, and its files are not among the uploads of this workspace."
        raise FTError(
            "data.missing",
            "The data of this run is not here.",
            why,
            "Prepare the mix from its project file on the command line (python -m ft_core prepare PROJECT.yaml), and train on it from there.",
        )
    _, example = example_project()
    candidates = []
    for name in data.sources:
        known = title(Path(name).name)
        stem, ending = _parts(known)
        shipped = [path] if (path := example / known).is_file() else []
        candidates.append([*workspace.uploads.glob(f"{stem}-{'?' * 12}{ending}"), *shipped])
    for paths in product(*candidates):
        if source_sha256(paths) == dataset.source_sha256:
            kept = [path.name if path.parent == workspace.uploads else keep(workspace, path) for path in paths]
            return data.renamed(dict(zip(data.sources, kept, strict=True)).__getitem__)
    named = " and ".join(title(Path(name).name) for name in data.sources)
    raise FTError(
        "data.missing",
        f"The data of this run is not here: {named}.",
        "It was prepared elsewhere, and the very same file is not among the uploads of this workspace.",
        f"Upload {named} in the Data tab, as it was when the run was made, then press Send to Data again.",
    )


def selected_dataset(workspace: Workspace, identity: str) -> Dataset | None:
    """The chosen dataset; the one prepared last when none is chosen or it is gone; None when there is none."""
    if identity:
        try:
            return Dataset.open(workspace.dataset(identity))
        except FTError:
            pass
    folders = (
        [path.parent for path in workspace.datasets.glob("*/dataset.json") if not path.parent.name.startswith(".")]
        if workspace.datasets.is_dir()
        else []
    )
    newest = max(folders, key=lambda folder: folder.stat().st_mtime, default=None)
    return Dataset.open(newest) if newest else None


def required_dataset(workspace: Workspace, identity: str) -> Dataset:
    """The same where there must be one. Raises FTError `data.missing`."""
    dataset = selected_dataset(workspace, identity)
    if dataset is None:
        why = "Nothing was prepared in this workspace."
        fix = "Prepare a dataset in the Data tab, or press Use the example."
        raise FTError("data.missing", "There is no dataset yet.", why, fix)
    return dataset


def source_of(workspace: Workspace, run: Run) -> Path | None:
    """The uploaded file a run's data was made from; None when it was not uploaded or is gone."""
    try:
        return find(workspace, run.spec().data.sources[0])
    except FTError:
        return None


def download_copy(run: Run) -> str:
    """The run's project.yaml where Gradio may serve it from, its source called what the person calls it, its base model at the commit used."""
    target = downloads() / run.id / "project.yaml"
    spec = run.spec()
    data = _titled(spec.data)
    model = spec.model.model_copy(update={"revision": run.model_revision})
    write_text(target, project.dump(spec.model_copy(update={"data": data, "model": model})))
    return str(target)


def download_result(run: Run, file: Path) -> str:
    """A file of the run's evaluation where Gradio may serve it from: the home itself is closed to it."""
    target = downloads() / run.id / "evaluation" / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    return str(target)


def download_text(run: Run, name: str, text: str) -> str:
    """The same for a text that is kept nowhere; `name` is ours, not typed by anybody."""
    target = downloads() / run.id / name
    write_text(target, text)
    return str(target)


def download_project(workspace: Workspace, dataset: Dataset) -> str:
    """The project of a dataset version where Gradio may serve it from, its files called what the person calls them."""
    spec = project_of(workspace, dataset)
    target = downloads() / dataset.id / "project.yaml"
    write_text(target, project.dump(spec.model_copy(update={"data": _titled(spec.data)})))
    return str(target)


def _titled(data: DataSpec) -> DataSpec:
    """With every file called what the person calls it."""
    named = {
        "mix": tuple(part.model_copy(update={"source": title(part.source)}) for part in data.mix),
        "benchmarks": tuple(map(title, data.benchmarks)),
        "generated": title(data.generated) if data.generated else None,
    }
    return data.renamed(title).model_copy(update=named)


def download_generated(workspace: Workspace, dataset: Dataset) -> str | None:
    """The generated rows that this project is downloaded with; None when it has none, or they are gone."""
    name = project_of(workspace, dataset).data.generated
    if name is None:
        return None
    try:
        source = find(workspace, name)
    except FTError:
        return None
    target = downloads() / dataset.id / title(name)
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
    return str(target)


@cache
def downloads() -> Path:
    """A folder only this user may enter, for files on their way to the browser. Gone when the page ends."""
    folder = tempfile.mkdtemp(prefix="fine-tuning-studio-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _project_file(workspace: Workspace, dataset: str) -> Path:
    return workspace.uploads / "projects" / f"{dataset}.yaml"


def _slug(name: str) -> str:
    """Small letters, digits and hyphens, at most 60."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "data"
