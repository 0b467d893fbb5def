"""A model judges by command: what it said is kept at once, a killed command loses nothing, and the key is nowhere."""

import json
import os
import re
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from ft_core.cli import app
from ft_core.evals import rows
from ft_core.evals.judging.verdicts import read_verdicts
from ft_core.evals.judging.votes import ballots, vote
from ft_core.workspace import Workspace
from tests import helpers
from tests.cli.calls import ROOT, command, values
from tests.data.augment.openai_standin import standing_in
from tests.evals.judging import made
from tests.evals.judging.test_judge import likes

KEY = "sk-very-secret"
PAIRS = 9


@pytest.fixture
def run(tmp_path):
    """A run whose answers differ in nine pairs, on three of which Ada has voted."""
    workspace = Workspace(tmp_path / "home")
    base = helpers.make_base_model(tmp_path / "base")
    run = helpers.make_run(workspace.runs_folder, base, helpers.make_dataset(workspace.datasets, 60))
    table = made.rows(PAIRS)
    rows.write_answers(run, table)
    for ballot in ballots(run, table, "Ada")[:3]:
        vote(run, table, "Ada", ballot.id, "tie")
    return run


def answered(messages):
    """A judge that prefers plums, with three pairs on which it contradicts itself, talks nonsense and breaks down."""
    number = int(re.findall(r"question (\d+)", messages[-1]["content"])[0])
    odd = {2: "VERDICT: A", 4: f"I like {KEY}", 6: (500, "{}")}
    return odd.get(number) or likes("plum")(messages)


def given(run):
    """The verdicts until now."""
    return [verdict for verdict in read_verdicts(run).get("big", []) if verdict.given]


def test_a_killed_judge_goes_on_and_scores_no_failure(run, tmp_path):
    with standing_in(answered, delay=0.1) as server:
        asked = ["judge", run.id, "--by", "endpoint", "--url", server.url, "--model", "big", "--json"]
        environment = os.environ | {"FT_HOME": str(tmp_path / "home"), "FT_API_KEY": KEY}
        killed = subprocess.Popen([sys.executable, "-m", "ft_core", *asked], cwd=ROOT, env=environment)
        until = time.monotonic() + 60
        while not given(run) and time.monotonic() < until:
            time.sleep(0.01)
        killed.kill()
        killed.wait()
        first = given(run)
        before = len(server.asked)
        found = values(command(tmp_path, *asked, FT_API_KEY=KEY))
        again = len(server.asked) - before
    assert 0 < len(first) < PAIRS and again <= 2 * (PAIRS - len(first)), "what was judged is not asked again"
    assert (found["run"], found["judge"], found["asked"], found["judged"]) == (run.id, "big", PAIRS, PAIRS - 2)
    assert found["no_verdict"] == {"nonsense": 1, "timeout": 0, "failed": 1} and found["overall"]["undecided"] == 1
    assert found["agreement"]["shared"] <= 3 and not found["trusted"] and found["stopped"] is None
    assert found["failure"]["code"] == "writer.busy" and found["nonsense"].startswith("I like")
    assert {authorization for _, authorization, _ in server.asked} == {f"Bearer {KEY}"}
    for path in (tmp_path / "home").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def here(tmp_path, *arguments):
    """The command in this process: what it needs is loaded already."""
    return CliRunner().invoke(app, ["judge", *arguments, "--home", str(tmp_path / "home")])


def test_the_base_of_the_run_judges_and_the_words_say_whether_to_trust_it(run, tmp_path):
    """This base cannot even read the question: nothing is scored. That is of each pair alone, so all are tried."""
    told = here(tmp_path, run.id, "--by", "base", "--rows", "5")
    assert told.exit_code == 0, told.output
    agreement, trust, rate = (told.stdout.index(words) for words in ("Agreement with", "Do not trust", "Nothing can be told"))  # fmt: skip
    assert agreement < trust < rate and "it failed in 5" in told.stdout
    assert "The last failure: The base model cannot read the question." in told.stdout and "tokens" in told.stdout


def test_what_cannot_be_asked_is_said_before_anybody_is(run, tmp_path):
    refused = {
        ("--by", "me"): "judging.by",
        ("--by", "endpoint", "--url", "http://127.0.0.1:1/v1"): "augment.writer",
        ("--by", "endpoint", "--model", "m"): "augment.writer",
        ("--by", "endpoint", "--model", "m", "--url", "nowhere"): "writer.address",
        ("--by", "provider", "--model", "http://127.0.0.1:1"): "writer.model",
    }
    for options, code in refused.items():
        told = here(tmp_path, run.id, *options, "--json")
        assert told.exit_code == 2 and json.loads(told.stdout)["error"]["code"] == code
    run.clear_report()
    told = here(tmp_path, run.id, "--by", "base", "--json")
    assert json.loads(told.stdout)["error"]["code"] == "evaluation.none"
