"""The shipped example, prepared, for the steps that show a version."""

import pytest

from ft_core.ui import uploads
from ft_core.workspace import Workspace


@pytest.fixture
def example(example_home):
    """The workspace in which the example is prepared, and its dataset. Tests must not write to it."""
    workspace = Workspace(example_home)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    return workspace, dataset
