"""Sweep and data-size as a person has them, and what the command line makes of ranges."""

import json

import pytest
import yaml

from ft_core.cli.studies import with_data_size, with_sweep
from ft_core.errors import FTError
from ft_core.pipeline.runs import filled_project
from ft_core.settings import project as projects
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.sweep import RangeSpec, SweepSpec
from ft_core.workspace import Workspace
from tests.cli.calls import command, values
from tests.helpers import make_dataset


@pytest.fixture(scope="module")
def quick(project):
    """The project with one short epoch and two parts of its data."""
    given = yaml.safe_load((project / "project.yaml").read_text())
    given["training"] |= {"epochs": 0.5, "evaluations": 2}
    given["data_size"] = {"score": False}
    (project / "quick.yaml").write_text(yaml.safe_dump(given))
    return str(project / "quick.yaml")


@pytest.fixture
def spec():
    return projects.parse({"data": {"source": "x.csv"}}, "p")


def test_a_sweep_tells_the_best_and_is_not_done_twice(project, quick):
    swept = values(command(project, "sweep", quick, "--set", "epochs=0.25,0.5", "--trials", "2", "--json"))
    assert {"run", "status", "trials", "best", "importances", "wanted"} <= set(swept)
    assert swept["status"] == "done" and [row["status"] for row in swept["trials"]] == ["done", "done"]
    assert {row["settings"]["epochs"] for row in swept["trials"]} == {0.25, 0.5}
    again = command(project, "resume", swept["run"], "--json")
    assert again.returncode == 2 and json.loads(again.stdout)["error"]["code"] == "run.done"


def test_data_size_in_words(project, quick):
    said = command(project, "data-size", quick, "--shares", "0.25,1")
    assert said.returncode == 0, said.stderr[-3000:]
    rows = [line.split() for line in said.stdout.splitlines() if "%" in line]
    assert [row[0] for row in rows] == ["25.0%", "100.0%"] and all(len(row) == 3 for row in rows)
    assert "cannot be told: 2 sizes were measured, and it takes 4." in said.stdout


def test_ranges_of_the_command_line(spec):
    found = with_sweep(spec, ["learning_rate=0.0005:0.008", "lora_rank=8,16", "method=qlora,lora", "epochs"], 5, 1.5)
    assert found.sweep is not None and (found.sweep.trials, found.sweep.minutes) == (5, 1.5)
    assert found.sweep.settings == {
        "learning_rate": RangeSpec(low=0.0005, high=0.008),
        "lora_rank": RangeSpec(values=(8, 16)),
        "method": RangeSpec(values=("qlora", "lora")),
        "epochs": RangeSpec(),
    }


def test_options_replace_the_settings_of_the_project_and_keep_the_rest(spec):
    own = SweepSpec.model_validate({"settings": ["epochs"], "trials": 3, "seed": 5})
    given = spec.model_copy(update={"sweep": own})
    assert with_sweep(given, [], None, None).sweep == own
    changed = with_sweep(given, ["lora_rank"], None, None).sweep
    assert changed is not None and list(changed.settings) == ["lora_rank"] and (changed.trials, changed.seed) == (3, 5)


@pytest.mark.parametrize(
    "asked", [lambda spec: with_sweep(spec, ["epochs"], 2, None), lambda spec: with_data_size(spec, "0.5,1")]
)
def test_what_the_project_leaves_out_is_still_chosen_for_it(asked, tmp_path):
    given = {"task": "preference", "data": {"source": "x.csv"}, "model": {"start": "r"}, "training": {"method": "lora"}}
    spec = asked(projects.parse(given, "p"))
    assert spec.training.model_fields_set == {"method"} and spec.model.model_fields_set == {"start"}
    assert spec.task == "preference" and spec.data.model_fields_set == {"source"}
    dataset = make_dataset(tmp_path / "datasets", 60)
    own = asked(projects.parse({"data": {"source": "x.csv"}, "training": {"threads": 1}}, "p"))
    filled = filled_project(Workspace(tmp_path / "home"), own, dataset).training
    assert (filled.batch_size, filled.epochs, filled.threads) == (4, 10.0, 1)  # as 42 training examples want it


def test_parts_of_the_data_replace_those_of_the_project(spec):
    own = spec.model_copy(update={"data_size": DataSizeSpec(score=False, limit=9)})
    assert with_data_size(own, "0.5,1").data_size == DataSizeSpec(shares=(0.5, 1.0), score=False, limit=9)
    assert with_data_size(own, None).data_size == own.data_size


def test_without_a_word_the_learning_rate_and_the_rank_are_tried(spec):
    usual = with_sweep(spec, [], None, None).sweep
    assert usual is not None and list(usual.settings) == ["learning_rate", "lora_rank"]
    full = spec.model_copy(update={"training": projects.TrainSpec(method="full")})
    alone = with_sweep(full, [], None, None).sweep
    assert alone is not None and list(alone.settings) == ["learning_rate"]


def test_a_date_that_is_none_is_refused_as_any_text(spec):
    with pytest.raises(FTError) as caught:
        with_sweep(spec, ["seed=2026-13-01"], None, None)
    assert caught.value.code == "project.invalid" and "2026-13-01" in caught.value.why


def test_all_wrong_options_are_refused_at_once(spec):
    with pytest.raises(FTError) as caught:
        with_sweep(spec, ["learning_rat=1:2", "lora_rank=0:4", "epochs=x:3", "batch_size=8:"], 0, -1)
    assert caught.value.code == "project.invalid"
    assert len(caught.value.why.splitlines()) == 6
