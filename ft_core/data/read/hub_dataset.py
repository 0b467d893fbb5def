"""A dataset on the Hub: its configurations and splits, and the rows of one configuration as files on this machine.

By the Hub's plain client and not by `datasets`, which may run a repository's code, returns rows of an older state for a folder with a
README, and brings a cache of its own that all people of a Space would share. A token travels as an argument and nowhere else.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ft_core.data.read import hub_layout
from ft_core.data.read.files import FORMATS
from ft_core.data.read.hub_layout import Layout
from ft_core.data.read.refusals import MAX_BYTES, megabytes, too_large
from ft_core.data.tell import Tell, silent
from ft_core.errors import FTError, explain

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_CONVERTED = "refs/convert/parquet"


@dataclass(frozen=True)
class Fetched:
    """The files of one configuration, in the order of their splits, and the full hash of the commit that they are of."""

    files: list[Path]
    commit: str
    configuration: str


@dataclass(frozen=True)
class _Listed:
    """What a repository holds at one commit. `branch` is what the files are taken from: the commit, or where the Hub keeps them as Parquet."""

    layout: Layout
    sizes: dict[str, int]
    commit: str
    branch: str


def is_id(source: str) -> bool:
    """True for what can be a dataset on the Hub, owner/name, and not for the path of a file that would be read."""
    return _ID.fullmatch(source) is not None and Path(source).suffix.lower() not in FORMATS


def fetch(
    repo: str,
    folder: Path,
    configuration: str | None = None,
    revision: str | None = None,
    token: str | None = None,
    tell: Tell = silent,
) -> Fetched:
    """The files of one configuration of a Hub dataset, downloaded below `folder` unless they are there.

    The Hub is asked each time whether the token's owner may see it. The files are called after their splits, so that reading them
    together gives a column `split`. Raises FTError `data.missing` (no such dataset, revision or configuration), `data.configuration`
    (it has several), `data.gated`, `data.format` (no files of rows), `data.too_large`, `hub.token`, `hub.forbidden`, `hub.busy` or
    `hub.unreachable`; OSError when the disk is full.
    """
    tell(f"asking the Hub for {repo}")
    with _explained(repo, revision, token):
        listed = _listed(repo, revision, token)
    name = _chosen(repo, listed.layout, configuration)
    splits = listed.layout[name]
    size = sum(listed.sizes.get(path, 0) for paths in splits.values() for path in paths)
    if size > MAX_BYTES:
        why = f"Its files have {megabytes(size)}; up to {megabytes(MAX_BYTES)} are read."
        others = [f"`{other}`" for other in listed.layout if other != name]
        fix = f"Choose a smaller Configuration ({', '.join(others[:9])})." if others else "Choose a smaller dataset."
        raise too_large(f"{repo} ({name})", why, fix)
    wanted = [
        (path, f"{_plain(split)}--{number:05}{hub_layout.ending(path)}")
        for split, paths in splits.items()
        for number, path in enumerate(paths)
    ]
    target = folder / _plain(repo) / listed.commit / _plain(name)
    if not target.is_dir():
        with _explained(repo, revision, token):
            _download(repo, listed.branch, wanted, target, token, tell)
    return Fetched([target / local for _, local in wanted], listed.commit, name)


def _hub() -> HfApi:
    """The Hub's client, at HF_ENDPOINT when that is set. It has no token of its own: each call is given the person's, or False."""
    return HfApi(endpoint=os.environ.get("HF_ENDPOINT"))


def _listed(repo: str, revision: str | None, token: str | None) -> _Listed:
    api = _hub()
    info = api.dataset_info(repo, revision=revision, files_metadata=True, token=token or False)
    commit = str(info.sha)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    script = f"{repo.split('/')[-1]}.py" in sizes  # such a dataset is made by a program, which is not run
    found = {} if script else hub_layout.layout(sizes, _configs(info.card_data))
    if found:
        return _Listed(found, sizes, commit, commit)
    try:
        info = api.dataset_info(repo, revision=_CONVERTED, files_metadata=True, token=token or False)
    except RevisionNotFoundError as error:
        raise _no_rows(repo, script) from error
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    found = hub_layout.converted(sizes)
    if not found:
        raise _no_rows(repo, script)
    return _Listed(found, sizes, str(info.sha), str(info.sha))


def _configs(card: Any) -> Any:
    return card.to_dict().get("configs") if card is not None else None


def _chosen(repo: str, found: Layout, configuration: str | None) -> str:
    """The configuration that is asked for, the only one, or the one that is called default."""
    known = ", ".join(f"`{name}`" for name in list(found)[:20]) + (", ..." if len(found) > 20 else "")
    if configuration is not None and configuration not in found:
        raise FTError(
            "data.missing",
            f"{repo} has no configuration {configuration}.",
            f"It has {known}.",
            "Choose one of these as Configuration (`data.configuration` in a project file).",
        )
    chosen = configuration or ("default" if "default" in found else next(iter(found)) if len(found) == 1 else None)
    if chosen is None:
        raise FTError(
            "data.configuration",
            f"{repo} has several configurations.",
            f"They are {known}.",
            "Choose one of these as Configuration (`data.configuration` in a project file).",
        )
    return chosen


def _download(
    repo: str, branch: str, wanted: list[tuple[str, str]], target: Path, token: str | None, tell: Tell
) -> None:
    """All files below `target` under our own names, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".hub-", dir=target.parent) as building:
        files = Path(building) / "files"
        files.mkdir()
        for number, (path, local) in enumerate(wanted, start=1):
            tell(f"downloading file {number} of {len(wanted)} of {repo}")
            downloaded = _hub().hf_hub_download(
                repo,
                path,
                repo_type="dataset",
                revision=branch,
                token=token or False,
                local_dir=Path(building) / "download",
            )
            os.replace(downloaded, files / local)
        try:
            files.rename(target)
        except OSError:
            if not target.is_dir():  # somebody else was faster: what they fetched is the same
                raise


def _plain(text: str) -> str:
    """A name of our own making for a folder or a file: what others wrote never leads anywhere, and two names never become one."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", text)[:80].strip("-")
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _no_rows(repo: str, script: bool) -> FTError:
    why = (
        "It is made by a program in the repository, and programs of others are not run."
        if script
        else f"None of its files ends in one of {', '.join(hub_layout.ENDINGS)}."
    )
    return FTError(
        "data.format",
        f"{repo} holds no rows that can be read.",
        f"{why} The Hub keeps no copy as Parquet either.",
        "Choose another dataset: one whose page on the Hub shows a table of its rows.",
    )


@contextmanager
def _explained(repo: str, revision: str | None, token: str | None) -> Iterator[None]:
    """What the client raises inside, as FTError. A full disk is none of the Hub's business and passes through."""
    try:
        yield
    except (httpx2.HTTPError, HFValidationError, OSError, RuntimeError) as error:
        if getattr(error, "errno", None) is not None or explain(error).code == "disk.full":
            raise
        raise _explain(error, repo, revision, token) from error


def _explain(error: BaseException, repo: str, revision: str | None, token: str | None) -> FTError:
    while isinstance(error, LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, GatedRepoError):
        return FTError(
            "data.gated",
            f"The dataset {repo} asks for permission before it can be downloaded.",
            "Its owners have not let your account in."
            if token
            else "Nobody is signed in, so the Hub cannot know that you may have it.",
            f"Open https://huggingface.co/datasets/{repo}, accept its terms, then sign in and try again; or choose another dataset.",
        )
    if isinstance(error, RevisionNotFoundError):
        return FTError(
            "data.missing",
            f"The dataset {repo} has no revision {revision}.",
            "The Hub knows the dataset, but no commit, branch or tag of that name.",
            "Correct Dataset revision, or leave it out to take the newest.",
        )
    if isinstance(error, (RepositoryNotFoundError, HFValidationError)):
        who = "your account" if token else "somebody who is not signed in"
        return FTError(
            "data.missing",
            f"There is no dataset {repo}.",
            f"It is neither a file or folder here nor a dataset on the Hub that {who} may see.",
            "Check the spelling of Source; sign in for a private dataset.",
        )
    if isinstance(error, HfHubHTTPError):
        return _refused(error, repo)
    return _unreachable(repo, f"The Hub did not answer: {str(error).strip().rstrip('.') or type(error).__name__}.")


def _refused(error: HfHubHTTPError, repo: str) -> FTError:
    status = error.response.status_code
    said = (error.server_message or error.response.reason_phrase).strip().rstrip(".")
    what = f"The dataset {repo} could not be downloaded."
    why = f"The Hub answered {status}: {said}."
    if status == 401:
        return FTError("hub.token", what, why, "Sign in again, or set HF_TOKEN to a token that is still valid.")
    if status == 403:
        return FTError("hub.forbidden", what, why, "Use a token that may read this dataset, or choose another one.")
    if status == 429:
        return FTError("hub.busy", what, why, "Wait some minutes and try again; signing in raises the limit.")
    return _unreachable(repo, why)


def _unreachable(repo: str, why: str) -> FTError:
    return FTError(
        "hub.unreachable",
        f"The dataset {repo} could not be downloaded.",
        f"There is no such file or folder here. {why}",
        "Check the spelling if you meant a file; else check the connection, wait a minute and try again.",
    )
