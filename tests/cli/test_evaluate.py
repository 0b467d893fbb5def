"""An evaluation that cannot be: told before anything is measured."""

import json

import pytest
from typer.testing import CliRunner

from ft_core.cli.commands import app
from ft_core.run import Run
from ft_core.settings.project import parse
from ft_core.workspace import Workspace


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--fail-below", "accuracy=nan"), "evaluation.gate"),
        (("--fail-below", "acuracy=0.9"), "evaluation.gate"),
        (("--benchmark-limit", "1"), "settings.invalid"),
        (("--benchmarks", "nonsense"), "settings.invalid"),
        (("--benchmarks", "none"), "evaluation.no_adapter"),
    ],
)
def test_what_cannot_be_is_one_object(tmp_path, options, code):
    workspace = Workspace(tmp_path / "home")
    run = Run.create(workspace.runs_folder, parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    answer = CliRunner().invoke(app, ["evaluate", run.id, *options, "--json", "--home", str(tmp_path / "home")])
    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["error"]["code"] == code
