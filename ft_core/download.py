"""A base model's files from the Hub: which commit, onto this machine, and in words what stands in the way. Without torch.

The Hub's client tells a refusal, a missing connection and a damaged cache by a dozen exceptions, some wrapped in others. A full disk
is none of the Hub's business: it passes through, and `errors.explain` tells it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
)

from ft_core.errors import FTError, explain
from ft_core.files import read_json

# One model's own files and nothing else: no pickled weights, no exports for other programs in subfolders.
_TOKENIZER_FILES = ["*.json", "*.jinja", "*.txt", "tokenizer.model"]
_WEIGHTS = "*.safetensors"
_SUBFOLDERS = ["*/*"]


def commit(base: str, revision: str | None = None, token: str | None = None) -> str:
    """The full commit hash that `revision` (a branch, a tag, a commit; None the newest) of the Hub model `base` stands for now.

    When the Hub does not answer, what it stood for when this machine last asked. Raises what `fetch` raises.
    """
    with _explained(base, revision, token):
        return HfApi().resolve_revision(base, revision=revision, token=token or False).resolved


def fetch(base: str, revision: str | None = None, token: str | None = None, weights: bool = True) -> Path:
    """The folder with the files of the Hub model `base`, downloaded unless they are there; without `weights` only what its tokenizer needs.

    Raises FTError `model.missing` (no such model, revision or configuration), `model.gated`, `model.weights` (none as safetensors),
    `hub.token`, `hub.forbidden`, `hub.busy` or `hub.unreachable`; OSError when this machine's disk is full.
    """
    wanted = [*_TOKENIZER_FILES, _WEIGHTS] if weights else _TOKENIZER_FILES
    with _explained(base, revision, token):
        folder = Path(
            snapshot_download(
                base, revision=revision, token=token or False, allow_patterns=wanted, ignore_patterns=_SUBFOLDERS
            )
        )
    if not (folder / "config.json").is_file():
        raise missing(base, "It holds no config.json: it is an adapter, a dataset or a file for another program.")
    if weights and not any(folder.glob(_WEIGHTS)):
        raise FTError(
            "model.weights",
            f"The weights of {base} cannot be used.",
            "It holds none as safetensors. Pickled weights (pytorch_model.bin) are not loaded, because opening them can run any "
            "program hidden in them; GGUF files cannot be trained.",
            "Choose another Base model: one whose page on the Hub lists model.safetensors among its files.",
        )
    return folder


def cached_tokenizer(base: str, revision: str | None = None) -> Path | None:
    """The folder with the tokenizer of a Hub model that was downloaded before; None when it was not. Never asks the Hub."""
    try:
        folder = Path(
            snapshot_download(
                base,
                revision=revision,
                local_files_only=True,
                allow_patterns=_TOKENIZER_FILES,
                ignore_patterns=_SUBFOLDERS,
            )
        )
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if (folder / "tokenizer.json").is_file() else None


def missing(base: str, why: str) -> FTError:
    """FTError `model.missing`."""
    return FTError(
        "model.missing",
        f"There is no base model {base}.",
        why,
        "Choose another Base model: `starter`, a Hub id such as owner/name, or a folder.",
    )


def broken(model: str, why: str) -> FTError:
    """FTError `model.broken`."""
    return FTError(
        "model.broken",
        f"The model {model} cannot be used as it is.",
        why,
        "Download or copy it again, or choose another Base model.",
    )


def read_settings(path: Path, base: str) -> dict[str, Any]:
    """One of a base model's JSON files; empty when it is not there. Raises FTError `model.broken` unless it holds keys and values."""
    if not path.is_file():
        return {}
    try:
        values = read_json(path)
    except (ValueError, RecursionError) as error:  # ValueError: no JSON, or no text at all
        raise broken(base, f"Its file {path.name} is damaged: it cannot be read as JSON.") from error
    if not isinstance(values, dict):
        raise broken(base, f"Its file {path.name} is damaged: it holds no keys and values.")
    return values


@contextmanager
def _explained(base: str, revision: str | None, token: str | None) -> Iterator[None]:
    """What the client raises inside, as FTError. Its Rust part raises RuntimeError, ConnectionError and bare OSError."""
    try:
        yield
    except (httpx2.HTTPError, HFValidationError, RevisionResolutionError, OSError, RuntimeError) as error:
        if getattr(error, "errno", None) is not None or explain(error).code == "disk.full":
            raise
        raise _explain(error, base, revision, token) from error


def _explain(error: BaseException, base: str, revision: str | None, token: str | None) -> FTError:
    while isinstance(error, (RevisionResolutionError, LocalEntryNotFoundError)) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, GatedRepoError):
        return FTError(
            "model.gated",
            f"The model {base} asks for permission before it can be downloaded.",
            "Its owners have not let your account in."
            if token
            else "Nobody is signed in, so the Hub cannot know that you may have it.",
            f"Open https://huggingface.co/{base}, accept its terms, then sign in and start again; or choose another Base model.",
        )
    if isinstance(error, RevisionNotFoundError):
        return FTError(
            "model.missing",
            f"The base model {base} has no revision {revision}.",
            "The Hub knows the model, but no commit, branch or tag of that name.",
            "Correct Revision, or leave it out to take the newest, and start a new run.",
        )
    if isinstance(error, (RepositoryNotFoundError, HFValidationError)):
        who = "your account" if token else "somebody who is not signed in"
        return missing(base, f"It is neither a folder on this machine nor a model on the Hub that {who} may see.")
    if isinstance(error, HfHubHTTPError):
        return _refused(error, base)
    return _unreachable(base, f"The Hub did not answer: {str(error).strip().rstrip('.') or type(error).__name__}.")


def _refused(error: HfHubHTTPError, base: str) -> FTError:
    status = error.response.status_code
    said = (error.server_message or error.response.reason_phrase).strip().rstrip(".")
    why = f"The Hub answered {status}: {said}."
    what = f"The model {base} could not be downloaded."
    if status == 401:
        return FTError("hub.token", what, why, "Sign in again, or set HF_TOKEN to a token that is still valid.")
    if status == 403:
        return FTError(
            "hub.forbidden", what, why, "Use a token that may read this model, or choose another Base model."
        )
    if status == 429:
        return FTError("hub.busy", what, why, "Wait some minutes and start again; signing in raises the limit.")
    return _unreachable(base, why)


def _unreachable(base: str, why: str) -> FTError:
    return FTError(
        "hub.unreachable",
        f"The model {base} could not be downloaded.",
        f"It is not on this machine yet. {why}",
        "Check the connection, wait a minute and start again, or choose `starter` as Base model: it needs no network.",
    )
