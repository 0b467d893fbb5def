"""A small project of its own, and its dataset."""

import pytest
import yaml

from ft_core.pipeline.data import prepare_source
from ft_core.settings import project
from ft_core.workspace import Workspace
from tests.helpers import make_base_model, write_toy_csv


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project of its own base model and data, the source beside it."""
    folder = tmp_path_factory.mktemp("project")
    make_base_model(folder / "base")
    write_toy_csv(folder / "toy.csv", 60)
    values = {
        "name": "toy",
        "data": {"source": "toy.csv", "split": {"validation": 0.1, "test": 0.2}},
        "model": {"base": str(folder / "base")},
        "training": {"epochs": 1, "batch_size": 8, "lora_rank": 4, "max_length": 64, "threads": 1, "evaluations": 1},
        "evaluation": {"few_shot": 0, "max_new_tokens": 4},
    }
    (folder / "project.yaml").write_text(yaml.safe_dump(values))
    return folder


@pytest.fixture(scope="module")
def prepared(folder, tmp_path_factory):
    """(workspace, spec, dataset)."""
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    spec = project.load(folder / "project.yaml")
    return workspace, spec, prepare_source(workspace, spec, folder)
