"""Which trackers the measurements of a training can be sent to from here."""

from importlib.util import find_spec
from typing import get_args

from ft_core.errors import FTError
from ft_core.settings.train import Reporter

_TITLES: dict[Reporter, str] = {"tensorboard": "TensorBoard", "trackio": "Trackio", "wandb": "Weights & Biases"}


def installed(reporter: Reporter) -> bool:
    """True when the tracker's package is here. A folder of its name is none."""
    found = None if reporter == "none" else find_spec(reporter)
    return reporter == "none" or (found is not None and found.origin is not None)


def missing() -> list[Reporter]:
    """The trackers whose packages are not installed here."""
    return [reporter for reporter in get_args(Reporter) if not installed(reporter)]


def require(reporter: Reporter) -> None:
    """Raise FTError `report.missing` when the tracker's package is not installed."""
    if not installed(reporter):
        raise FTError(
            "report.missing",
            f"{_TITLES[reporter]} cannot be reported to.",
            f"Report to is {reporter}, and the Python package {reporter} is not installed here.",
            f"Install it (pip install {reporter}; on a Space add it to requirements.txt), or set Report to to none.",
        )
