"""One small project for all commands, and the main job done once."""

import pytest
import yaml

from tests.cli.calls import command, values
from tests.helpers import make_base_model, write_toy_csv


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A small project of its own base model and data, and a home."""
    folder = tmp_path_factory.mktemp("project")
    make_base_model(folder / "base")
    write_toy_csv(folder / "toy.csv", 96)
    values = {
        "name": "toy",
        "task": "classification",
        "data": {"source": "toy.csv", "split": {"validation": 0.1, "test": 0.2}},
        "model": {"base": str(folder / "base")},
        "training": {
            "epochs": 12,
            "learning_rate": 0.005,
            "batch_size": 8,
            "lora_rank": 4,
            "max_length": 128,
            "threads": 1,
            "evaluations": 6,
        },
        "evaluation": {"few_shot": 2, "max_new_tokens": 8},
    }
    (folder / "project.yaml").write_text(yaml.safe_dump(values))
    return folder


@pytest.fixture(scope="session")
def main_job(project):
    """The main job, done once by the command."""
    return command(project, "run", str(project / "project.yaml"), "--json")


@pytest.fixture(scope="session")
def made(main_job):
    """Its result."""
    return values(main_job)
