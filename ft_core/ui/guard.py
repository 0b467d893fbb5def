"""The page's edge: who may do what, and every exception as three sentences a person can act on.

Every event handler is a public HTTP endpoint, so a hidden button protects nothing. `private` checks inside the call.
"""

import html
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
import huggingface_hub

from ft_core.errors import FTError, explain
from ft_core.hardware import on_space
from ft_core.workspace import LOCAL, Workspace

Handler = Callable[..., Any]
SHOWN_SECONDS = 30.0  # long enough to read three sentences twice; messages that never leave pile up


def owner(profile: gr.OAuthProfile | None) -> str:
    """The folder name of the person who may spend this machine: `local` off a Space, else the Space owner's user name.

    Off a Space the page listens on loopback only. On a Space the profile comes out of the signed session, never out of a request's body.
    Raises FTError `access.denied`.
    """
    if not on_space():
        return LOCAL
    name, identity = os.environ.get("SPACE_AUTHOR_NAME"), os.environ.get("SPACE_CREATOR_USER_ID")
    if profile is None:
        why = "You are not signed in."
    elif (name and profile.username == name) or (identity and profile.get("sub") == identity):
        return profile.username
    else:
        why = f"You are signed in as {profile.username}; this Space belongs to {name or 'somebody else'}."
    raise FTError(
        "access.denied",
        "Only the owner of this Space can use it.",
        f"{why} It would spend the owner's GPU time, disk and data.",
        "Sign in as the owner, or press Duplicate this Space to get one of your own.",
    )


def token_of(typed: str, signed_in: gr.OAuthToken | None) -> str | None:
    """The person's own token for the Hub, if any: on a Space that of the signed-in owner and no other, else what was typed or `hf auth login` keeps."""
    if on_space():
        return signed_in.token if signed_in else None
    return typed.strip() or huggingface_hub.get_token()


def friendly(fn: Handler) -> Handler:
    """`fn` with every exception shown as a message on the page. Signature and type hints stay, so Gradio still injects by them."""
    if inspect.isgeneratorfunction(fn):

        @wraps(fn)
        def generator(*values: Any) -> Iterator[Any]:
            try:
                yield from fn(*values)
            except Exception as error:  # the page's edge: the one broad except of the room
                raise _message(error) from error

        return generator

    @wraps(fn)
    def handler(*values: Any) -> Any:
        try:
            return fn(*values)
        except Exception as error:  # the page's edge, as above
            raise _message(error) from error

    return handler


def unheard(fn: Handler) -> Handler:
    """`fn` with every exception leaving the page as it is; a defect is printed."""

    @wraps(fn)
    def handler(*values: Any) -> Any:
        try:
            return fn(*values)
        except FTError:
            return gr.skip()
        except Exception as error:  # noqa: BLE001  the page's edge, as above; a dialog every two seconds would bury the page
            traceback.print_exception(error, file=sys.stderr)
            return gr.skip()

    return handler


def private(fn: Handler, home: Path, *, quiet: bool = False) -> Handler:
    """A handler for Gradio from `fn(workspace, ...values)`: only the owner gets in, with the owner's workspace.

    A `quiet` one (polling, page load) leaves the page as it is instead of showing a message every two seconds.
    """
    # Before the others, because Gradio looks for what to inject only as far as a `*values`.
    parameters = list(inspect.signature(fn).parameters.values())[1:]
    profile = inspect.Parameter("profile", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.OAuthProfile | None)

    def workspace(person: gr.OAuthProfile | None) -> Workspace:
        return Workspace(home, owner(person))

    if inspect.isgeneratorfunction(fn):

        def call(*values: Any) -> Any:
            try:
                yield from fn(workspace(values[0]), *values[1:])
            except FTError:
                if not quiet:
                    raise

    else:
        heard = unheard(fn) if quiet else fn

        def call(*values: Any) -> Any:
            return heard(workspace(values[0]), *values[1:])

    call.__name__ = fn.__name__
    call.__doc__ = fn.__doc__
    call.__annotations__ = {name: hint for name, hint in inspect.get_annotations(fn).items() if name != "return"} | {
        "profile": gr.OAuthProfile | None
    }
    guarded = friendly(call)
    guarded.__signature__ = inspect.Signature([profile, *parameters])  # type: ignore[attr-defined]
    return guarded


def _message(error: Exception) -> Exception:
    """What Gradio shows: all three sentences in the message, for its dialog leaves out a title. It renders HTML, so they are escaped: they can
    hold the person's own data.
    """
    if isinstance(error, gr.Error):
        return error
    problem = explain(error)
    if problem.code == "bug":
        traceback.print_exception(error, file=sys.stderr)
    return gr.Error(
        f"<b>{html.escape(problem.what)}</b><br><br>{html.escape(problem.why)}<br><br><b>What to do:</b> {html.escape(problem.fix)}",
        duration=SHOWN_SECONDS,
        print_exception=False,
    )
