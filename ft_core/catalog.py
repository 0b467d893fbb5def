"""The base models we suggest, and where those that are on this machine lie. The data is in catalog.toml."""

import os.path
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

STARTER = "starter"
_HERE = Path(__file__).parent


class BaseModelInfo(BaseModel):
    """One suggested base model. `parameters` is a count, `context` is in tokens; the rest are its sizes, as its config.json names them.

    `tied`: the output layer is the input embedding. `query_bias`: queries, keys and values have a bias.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    parameters: int
    licence: str
    context: int
    good_for: str
    layers: int
    hidden_size: int
    intermediate_size: int
    heads: int
    key_value_heads: int
    vocabulary: int
    tied: bool
    query_bias: bool = False


def suggestions() -> list[BaseModelInfo]:
    """The suggested base models, smallest first."""
    with open(_HERE / "catalog.toml", "rb") as file:
        return [BaseModelInfo.model_validate(row) for row in tomllib.load(file)["model"]]


def base_folder(base: str) -> Path | None:
    """The folder of the starter model or of a local base model; None when `base` is a Hub id."""
    if base == STARTER:
        return _HERE / "starter" / "model"
    # Not Path's own: it raises for a user who is not there and for a name that is too long, and takes "" for this folder.
    folder = os.path.expanduser(base)
    return Path(folder) if os.path.isdir(folder) else None
