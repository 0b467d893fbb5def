"""What is told before a training."""

import yaml

from ft_core.fit import cost
from ft_core.fit.memory import USABLE
from ft_core.pipeline.plan import _foretold, plan_project, plan_training
from ft_core.pipeline.runs import facts
from ft_core.settings import project
from ft_core.settings.train import TrainSpec
from ft_core.workspace import Workspace


def test_a_plan_trains_nothing(prepared, folder, tmp_path):
    found = plan_project(Workspace(tmp_path), folder / "project.yaml")
    assert found["fits"] and found["hours"] > 0 and Workspace(tmp_path).runs() == []
    path = folder / "unknown.yaml"
    other = project.load(folder / "project.yaml").model_dump(mode="json", exclude_unset=True)
    path.write_text(yaml.safe_dump(other | {"model": {"base": "nobody/has-this"}}))
    unknown = plan_project(Workspace(tmp_path), path)
    assert unknown["steps"] == found["steps"] and unknown["memory_gb"] is unknown["fits"] is unknown["hours"] is None


def test_a_plan_says_what_cannot_be_without_validation_rows(prepared, folder, tmp_path):
    values = project.load(folder / "project.yaml").model_dump(mode="json", exclude_unset=True)
    bare = values | {"data": {"source": str(folder / "toy.csv"), "split": {"validation": 0.0, "test": 0.2}}}
    (tmp_path / "bare.yaml").write_text(yaml.safe_dump(bare))
    (note,) = plan_project(Workspace(tmp_path), tmp_path / "bare.yaml")["notes"]
    _, spec, dataset = prepared
    assert "no validation rows" in note and plan_training(spec, dataset)["notes"] == []


def test_without_known_sizes_a_trial_may_use_no_more_than_with_them(prepared):
    _, spec, dataset = prepared
    training, work = TrainSpec(), cost.Work(rows=8, tokens=80, longest=10, learnt=2)
    known = facts(spec, dataset).model_copy(update={"architecture": None})
    gigabytes = known.memory / 1e9
    for share, fits in ((USABLE, True), ((1 + USABLE) / 2, False)):
        found = {
            "seconds_per_step": 1.0,
            "loading_seconds": 0.0,
            "peak_memory_gb": share * gigabytes * 0.999,
        }
        assert _foretold(training, work, known, found)["fits"] is fits


def test_hours_here_and_elsewhere_follow_what_was_measured(prepared):
    _, spec, dataset = prepared
    plain = plan_training(spec, dataset)
    found = {"micro_batch_size": 8, "longest_tokens": 30, "seconds_per_step": 100.0, "loading_seconds": 5.0}
    slow = plan_training(spec, dataset, found | {"peak_memory_gb": 0.5})
    assert slow["measured"] and slow["hours"] == round((100 * slow["steps"] + 5) / 3600, 4)
    rows = [{row["flavour"]: row["hours"] for row in plan["hardware"]} for plan in (plain, slow)]
    assert all(rows[1][name] > hours for name, hours in rows[0].items())


def test_a_plan_warns_of_what_will_most_likely_fail(prepared):
    _, spec, dataset = prepared
    usual = plan_training(spec, dataset)
    assert usual["notes"] == []

    def notes(**changes) -> str:
        training = spec.training.model_copy(update=changes)
        return " ".join(plan_training(spec.model_copy(update={"training": training}), dataset)["notes"])

    assert "will most likely leap" in notes(learning_rate=1.0)
    assert "hardly learn" in notes(learning_rate=1e-6)
    assert "too few to learn much" in notes(batch_size=1000)
