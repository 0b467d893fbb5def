"""One answer explained on the command line."""

from ft_core.evals.rows import read_answers
from ft_core.workspace import Workspace
from tests.cli.calls import command, values


def test_an_answer_of_the_main_job_is_explained(project, made):
    run = Workspace(project / "home").run_or_path(made["run"])
    row = next(row["row"] for row in read_answers(run) if row["tuned_written"])
    found = values(command(project, "explain", made["run"], "--row", str(row), "--json"))
    assert found["run"] == made["run"] and found["row"] == row and found["tuned"]["words"] and found["notes"]
    assert {layer["module"] for layer in found["layers"]} >= {"q_proj", "down_proj"}
