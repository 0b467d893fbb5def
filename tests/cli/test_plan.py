"""The command plan, as a person calls it."""

import json

import pytest
import yaml

from ft_core.workspace import Workspace
from tests.cli.calls import command, values


def test_a_plan_says_settings_steps_memory_hours_and_cost(project):
    found = values(command(project, "plan", str(project / "project.yaml"), "--json", home="planned"))
    assert {"model", "method", "settings", "steps", "fits", "memory_gb", "hours", "cost_usd", "hardware"} <= set(found)
    assert found["method"] == "qlora" and found["fits"] and found["cost_usd"] == 0 and not found["measured"]
    assert found["steps"] == -(-12 * found["examples"] // 8)
    chosen = {choice["setting"]: choice for choice in found["settings"]}
    assert chosen["lora_alpha"]["value"] == 8 and "epochs" not in chosen, "what the project says is not chosen"
    parts = found["memory_gb"]
    assert abs(sum(parts.values()) - 2 * parts["total"]) < 0.01
    assert found["hardware"][0]["flavour"] == "here" and found["hardware"][0]["hours"] == found["hours"]
    workspace = Workspace(project / "planned")
    assert workspace.runs() == [] and len(list(workspace.datasets.iterdir())) == 1


def test_more_than_the_context_is_refused(project):
    changed = yaml.safe_load((project / "project.yaml").read_text())
    changed["training"]["max_length"] = 4096
    (project / "long.yaml").write_text(yaml.safe_dump(changed))
    refused = command(project, "plan", str(project / "long.yaml"), "--json", home="planned")
    assert refused.returncode == 2 and json.loads(refused.stdout)["error"]["code"] == "settings.too_long"


def test_a_plan_can_be_measured(project):
    answer = command(project, "plan", str(project / "project.yaml"), "--measure", "--json", home="planned")
    found = values(answer)
    trial, here = found["trial"], found["hardware"][0]
    assert found["measured"] and here["measured"] and found["fits"] and found["hours"] == here["hours"] > 0
    assert trial["peak_memory_gb"] == here["needed_gb"] > 0.1 and trial["seconds_per_step"] > 0
    seconds = found["steps"] * trial["seconds_per_step"] + trial["loading_seconds"]
    assert found["hours"] == pytest.approx(seconds / 3600, abs=1e-4), "of all steps, as the settings have them"
    assert found["memory_gb"]["total"] > 0, "the estimate stays beside it"
    assert Workspace(project / "planned").runs() == []
    told = answer.stderr.splitlines()
    assert told[-1] == "computing a few steps" and "Warning" not in answer.stderr, "and nothing of the libraries"
