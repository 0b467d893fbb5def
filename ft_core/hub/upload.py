"""One commit with everything that is pushed: gathered in a temporary folder, into a repository that is made unless it is there."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from huggingface_hub import HfApi
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.utils import validate_repo_id

from ft_core.errors import FTError
from ft_core.hub import auth
from ft_core.jobs import Progress

_PLACE = {"model": "", "dataset": "datasets/"}


def upload(
    repo: str,
    kind: Literal["model", "dataset"],
    stage: Callable[[Path], None],
    message: str,
    outdated: list[str],
    private: bool,
    token: str | None,
    progress: Progress,
) -> dict[str, Any]:
    """Let `stage` fill a folder and upload it to `repo` (owner/name); files there that match `outdated` and are not in it go.

    Returns {"url", "commit", "repo", "private"}: `private` is what the repository is. Raises FTError `hub.token`, `hub.name`,
    `hub.public` (private was asked, the repository is public), what `auth.explain` names, and what `stage` raises.
    """
    api = auth.hub(token)
    _check_name(repo)
    with tempfile.TemporaryDirectory(prefix="ft-push-") as temporary:
        folder = Path(temporary)
        progress(0, 3, "Gathering the files")
        stage(folder)
        progress(1, 3, "Creating the repository")
        with auth.translated(f"creating {repo}"):
            is_private = _open_repo(api, repo, kind, private)
        progress(2, 3, "Uploading")
        with auth.translated(f"uploading to {repo}"):
            commit = api.upload_folder(
                repo_id=repo, repo_type=kind, folder_path=folder, commit_message=message, delete_patterns=outdated
            )
    progress(3, 3, "On the Hub")
    return {"url": f"{api.endpoint}/{_PLACE[kind]}{repo}", "commit": commit.oid, "repo": repo, "private": is_private}


def _check_name(repo: str) -> None:
    """Raise FTError `hub.name` unless it is a repository name with its owner, before anything is sent."""
    with auth.translated("checking the name"):
        validate_repo_id(repo)
    if "/" not in repo:
        raise FTError(
            "hub.name",
            "That is not a repository name.",
            f"{repo!r} does not say whose it is.",
            "Write Repository as owner/name.",
        )


def _open_repo(api: HfApi, repo: str, kind: str, private: bool) -> bool:
    """Create the repository unless it is there; True when it is private. A public one is never taken for a private one."""
    try:
        is_private = bool(api.repo_info(repo, repo_type=kind).private)
    except RepositoryNotFoundError:  # also the answer to a wrong token, which creating then meets
        api.create_repo(repo, repo_type=kind, private=private, exist_ok=True)
        return private
    if private and not is_private:
        raise FTError(
            "hub.public",
            f"{repo} is public.",
            "You asked for a private repository, and one of this name that everybody can see is there already. Nothing was uploaded.",
            "Choose another Repository, or switch off Private.",
        )
    return is_private
