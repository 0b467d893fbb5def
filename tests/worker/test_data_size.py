"""How much data is needed, for real with a tiny model: nested parts, one curve, stopped and gone on with."""

import pytest

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.train import TrainSpec
from ft_core.worker import jobs
from ft_core.worker.data_size import _interval
from tests.helpers import make_base_model, make_dataset, make_run

TRAINING = TrainSpec(
    epochs=2,
    learning_rate=1e-2,
    batch_size=8,
    lora_rank=4,
    lora_alpha=8,
    evaluations=2,
    max_length=128,
    threads=1,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("size")
    return home / "runs", make_base_model(home / "base"), make_dataset(home / "datasets", 60)


def parent(made, **plan) -> Run:
    runs, base, dataset = made
    run = make_run(runs, base, dataset, TRAINING, EvalSpec(few_shot=2, max_new_tokens=2))
    spec = run.spec().model_copy(update={"data_size": DataSizeSpec.model_validate(plan)})
    run.project.write_text(project.dump(spec), encoding="utf-8")
    return run


def test_each_part_is_trained_scored_and_put_on_a_curve(made):
    run = parent(made, limit=4)

    def stop(step, _total, message):
        if step == 1 and "training" in message:
            run.request_stop()

    assert jobs.here(run, "data_size", on_progress=stop) == "stopped"
    result = run.data_size()
    assert result["status"] == "stopped" and len(result["points"]) == 1 and not result["forecast"]["told"]
    assert jobs.here(run, "data_size") == "done"
    result = run.data_size()
    assert result["status"] == "done" and (result["headline"], result["better"]) == ("accuracy", "higher")
    points = result["points"]
    count = made[2].counts["train"]
    assert [point["examples"] for point in points] == [round(count * share) for share in (0.125, 0.25, 0.5, 1)]
    assert points[-1]["validation_loss"] < points[0]["validation_loss"]
    for number, point in enumerate(points, 1):
        one = Run(run.trials_folder / str(number))
        assert point["run"] == one.id and one.spec().training.training_share == point["share"]
        assert one.training()["total_steps"] == -(-2 * point["examples"] // 8), "it learns from its part alone"
        assert one.report()["n"] == 4 and point["score"] == one.report()["metrics"]["accuracy"]["tuned"]
        assert 0 <= point["low"] <= point["score"] <= point["high"] <= 1
        assert one.report()["metrics"]["accuracy"]["few_shot"] is None
    forecast = result["forecast"]
    assert forecast["examples"] == 2 * count and result["sentence"] == forecast["sentence"]
    assert forecast["told"] is (forecast["gain"] is not None) and forecast["told"] is (forecast["curve"] is not None)
    begun = [(run.trials_folder / str(number) / "log.txt").read_text().count("train: begins") for number in range(1, 5)]
    assert begun == [1, 2, 1, 1], "nothing was trained twice"


def test_ended_at_once_it_is_stopped_on_disk_too(made):
    run = parent(made)

    def second_ctrl_c(_step, _total, _message):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.here(run, "data_size", on_progress=second_ctrl_c)
    assert (run.data_size()["status"], run.job("data_size").status) == ("stopped", "stopped")


@pytest.mark.parametrize(("plan", "code"), [({"shares": [0.2, 0.201]}, "data_size.same"), (None, "data_size.none")])
def test_what_cannot_be_studied_is_refused(made, plan, code):
    runs, base, dataset = made
    run = make_run(runs, base, dataset, TRAINING) if plan is None else parent(made, **plan)
    with pytest.raises(FTError) as caught:
        jobs.here(run, "data_size")
    assert caught.value.code == code


def test_every_share_has_the_interval_of_a_share():
    metric = {"tuned": 0.75, "base": 0.5, "low": None, "high": None}
    low, high = _interval("preferred", metric, 40)
    assert low is not None and high is not None and 0.55 < low < 0.75 < high < 0.9
    assert (low, high) == _interval("accuracy", metric, 40) and _interval("loss", metric, 40) == (None, None)
