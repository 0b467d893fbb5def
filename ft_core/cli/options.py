"""What several commands take: their arguments and options, and the person's own token."""

import contextlib
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer
from huggingface_hub import get_token

HomeOption = Annotated[
    str | None, typer.Option("--home", help="The workspace. Also FT_HOME; else ~/.fine-tuning-studio.")
]
PersonOption = Annotated[
    str, typer.Option("--person", hidden=True, help="Whose part of the workspace; the page asks so.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id or its last six characters, or the path of its folder.")
]
DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="A dataset version's id, or the path of its folder.")
]
ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT.yaml", help="A project file.")]


def token_or_asked() -> str | None:
    """The person's own token, asked for on a terminal when there is none."""
    if (token := get_token()) or not sys.stdin.isatty():
        return token
    with contextlib.suppress(EOFError):
        return getpass.getpass("Access token (hf.co/settings/tokens): ")
    return None
