"""Everything a run made as one zip file to download."""

import os
import secrets
import zipfile
from pathlib import Path

from ft_core.run import Run

# Checkpoints are large, of use only to resume, and pickled; jobs and stop are about processes of this machine.
_LEFT_OUT = ("checkpoints", "jobs", "stop")


def pack(run: Run, folder: Path, source: Path | None = None) -> Path:
    """Write `<run id>.zip` into `folder`: adapter, project, data and environment notes, report, answers, metrics, samples, log.

    `source`, the data file, goes beside project.yaml, which then runs again as it is.

    Files are streamed into a temporary file that is renamed when it is whole. Raises OSError when the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / f"{run.id}.zip"
    temporary = folder / f".{run.id}.{secrets.token_hex(4)}"
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(run.folder.rglob("*")):
                inside = path.relative_to(run.folder)
                hidden = any(part.startswith(".") for part in inside.parts)  # another writer's unfinished file
                if (
                    path.is_file()
                    and not path.is_symlink()
                    and not hidden
                    and inside.parts[0] not in _LEFT_OUT
                    and path != result
                ):
                    archive.write(path, f"{run.id}/{inside.as_posix()}")
            if source is not None:
                archive.write(source, f"{run.id}/{source.name}")
        os.replace(temporary, result)
    finally:
        temporary.unlink(missing_ok=True)
    return result
