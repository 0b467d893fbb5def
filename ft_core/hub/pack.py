"""Everything a run made as one zip file to download."""

import os
import secrets
import tempfile
import zipfile
from pathlib import Path

from ft_core.hub.push import stage
from ft_core.run import Run

# Checkpoints and beginning are large, of use only to resume, and pickled; jobs and stop are about processes of this machine; what was
# trained is in model/ as a push would upload it; trackers keep files of their own.
_LEFT_OUT = {
    "checkpoints",
    "beginning",
    "jobs",
    "stop",
    "adapter",
    "model",
    "tensorboard",
    "trackers",
}  # of its trials, too


def pack(run: Run, folder: Path, source: Path | None = None) -> Path:
    """Write `<run id>.zip` into `folder`: project, data and environment notes, report, answers, metrics, samples, log, and
    in `model/` what a push would upload: the adapter with a local base model, or the whole model, and the card; it loads wherever
    it is unpacked.

    `source`, the data file, goes beside project.yaml, which then runs again as it is.

    Files are streamed into a temporary file that is renamed when it is whole. Raises OSError when the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = run.id.replace("/", "-")  # of a trial
    result = folder / f"{name}.zip"
    temporary = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(run.folder.rglob("*")):
                inside = path.relative_to(run.folder)
                hidden = any(part.startswith(".") for part in inside.parts)  # another writer's unfinished file
                if (
                    path.is_file()
                    and not path.is_symlink()
                    and not hidden
                    and not _LEFT_OUT & set(inside.parts)
                    and path != result
                ):
                    archive.write(path, f"{run.id}/{inside.as_posix()}")
            with tempfile.TemporaryDirectory(prefix="ft-pack-") as staged:
                stage(run, None, Path(staged))
                for path in sorted(Path(staged).rglob("*")):
                    if path.is_file():
                        archive.write(path, f"{run.id}/model/{path.relative_to(staged).as_posix()}")
            if source is not None:
                archive.write(source, f"{run.id}/{source.name}")
        os.replace(temporary, result)
    finally:
        temporary.unlink(missing_ok=True)
    return result
