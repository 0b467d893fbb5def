"""Signing in to the Hub, and one translation of everything that the Hub or the way to it can answer with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from ft_core.errors import FTError

# What the Hub's client raises. Its large-file upload wraps the true cause in a RuntimeError, its Rust part raises ConnectionError.
HUB_ERRORS = (httpx2.HTTPError, HFValidationError, ConnectionError, RuntimeError)


@dataclass(frozen=True)
class User:
    """Whose token it is. `name` is the Hub user name, `orgs` the names of the organisations that the person belongs to."""

    name: str
    fullname: str | None
    orgs: tuple[str, ...]


def hub(token: str | None) -> HfApi:
    """The Hub's client for exactly this token, at HF_ENDPOINT when that is set. Never a token that lies about on this machine.

    Raises FTError `hub.token` when there is none.
    """
    if not token:
        raise FTError(
            "hub.token",
            "You are not signed in to the Hugging Face Hub.",
            "There is no token.",
            "Sign in, or set HF_TOKEN to a token with write access.",
        )
    return HfApi(endpoint=os.environ.get("HF_ENDPOINT"), token=token)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """What is done inside raises FTError (see `explain`) instead of the client's errors. `doing` completes "While ..."."""
    try:
        yield
    except HUB_ERRORS as error:
        raise explain(error, doing) from error


def who(token: str | None) -> User:
    """The person behind a token. Raises FTError `hub.token`, `hub.unreachable` and what else `explain` names."""
    api = hub(token)
    with translated("asking who you are"):
        answer = api.whoami()
    return User(answer["name"], answer.get("fullname"), tuple(org["name"] for org in answer.get("orgs", ())))


def explain(error: Exception, doing: str) -> FTError:
    """Any of HUB_ERRORS -> FTError.

    By the Hub's answer: `hub.token` 401, `hub.forbidden` 403, `hub.missing` 404, `hub.busy` 409, 412 and 429, `hub.unreachable` 5xx.
    Else `hub.name` (no repository name), `hub.unreachable` (no connection, timeout) or `hub.refused`.
    """
    cause: BaseException = error
    while isinstance(cause, RuntimeError) and cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, HFValidationError):
        return FTError(
            "hub.name",
            "That is not a repository name.",
            f"{cause}",
            "Write Repository as owner/name, with letters, digits, `-`, `_` and `.` only.",
        )
    if isinstance(cause, HfHubHTTPError):
        return _explain_answer(cause.response.status_code, cause.server_message or cause.response.reason_phrase, doing)
    if isinstance(cause, (httpx2.HTTPError, ConnectionError)):
        return _unreachable(f"While {doing}: {str(cause) or type(cause).__name__}.")
    return FTError(
        "hub.refused",
        "The upload to the Hub did not work.",
        f"While {doing}: {cause}.",
        "Try again; your run is complete on this machine.",
    )


def _explain_answer(status: int, message: str, doing: str) -> FTError:
    why = f"While {doing} the Hub answered {status}: {message.strip().rstrip('.')}."
    if status == 401:
        return FTError(
            "hub.token",
            "The Hub does not accept your sign-in.",
            why,
            "Sign in again, or make a new token with write access (huggingface.co/settings/tokens).",
        )
    if status == 403:
        return FTError(
            "hub.forbidden",
            "You may not write there.",
            why,
            "Choose a Repository under your own name, or use a token with write access to that one.",
        )
    if status == 404:
        return FTError(
            "hub.missing",
            "The Hub does not have it.",
            why,
            "Check the Repository's spelling, and that your account may see it.",
        )
    if status in (409, 412, 429):
        return FTError("hub.busy", "The Hub is busy with another change.", why, "Wait a minute and try again.")
    if status >= 500:
        return _unreachable(why)
    return FTError("hub.refused", "The Hub refused.", why, "Read what it says above, change that, and try again.")


def _unreachable(why: str) -> FTError:
    return FTError(
        "hub.unreachable",
        "The Hub cannot be reached.",
        why,
        "Check the network and try again; your run is complete on this machine.",
    )
