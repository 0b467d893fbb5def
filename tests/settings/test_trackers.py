"""Which trackers are there."""

import sys

import pytest

from ft_core.errors import FTError
from ft_core.settings import trackers


def test_a_tracker_that_is_not_installed_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    with pytest.raises(FTError) as caught:
        trackers.require("wandb")
    assert caught.value.code == "report.missing" and "pip install wandb" in caught.value.fix
    trackers.require("none")
    assert trackers.missing() == ["tensorboard", "trackio", "wandb"]
    (tmp_path / "wandb").mkdir()  # where it keeps its files
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert not trackers.installed("wandb")
    (tmp_path / "wandb" / "__init__.py").touch()
    assert trackers.installed("wandb") and trackers.missing() == ["tensorboard", "trackio"]
