"""The study of a sweep: what it tries, what it ends early, and that a killed one goes on as if nothing had happened."""

from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.settings.sweep import SweepSpec
from ft_core.settings.train import TrainSpec
from ft_core.train.search import Search

TRAINING = TrainSpec(learning_rate=2e-3, lora_rank=16, evaluations=4)


def opened(folder: Path, settings: dict, training: TrainSpec = TRAINING, **more) -> Search:
    spec = SweepSpec.model_validate({"settings": settings} | more).filled(training)
    return Search(folder / "study.journal", spec, training)


def loss(settings: dict) -> float:
    """Lowest for a learning rate of 0.004; the rank hardly matters."""
    return 1 + 300 * abs(settings.get("learning_rate", 0.004) - 0.004) + settings.get("lora_rank", 0) / 1e4


def worked(search: Search) -> list[dict]:
    """All trials to their end; the settings of each."""
    while search.ended < search.wanted:
        found = search.begun() or search.next()
        search.end(found.number, "done", loss(found.settings))
    return [trial.settings for trial in search.trials()]


def test_the_projects_own_settings_come_first_and_all_stay_within_their_ranges(tmp_path):
    tried = worked(opened(tmp_path, {"learning_rate": None, "lora_rank": None, "epochs": {"low": 1, "high": 3}}))
    assert len(tried) == 8 and len({str(each) for each in tried}) == 8
    for each in tried:
        assert 0.000632 <= each["learning_rate"] <= 0.00632 and each["lora_rank"] in (8, 16, 32)
        assert 1 <= each["epochs"] <= 3
    first = worked(opened(tmp_path / "..", {"learning_rate": None, "lora_rank": None}))[0]
    assert first == {"learning_rate": 0.002, "lora_rank": 16}


def test_no_settings_are_tried_twice_and_a_small_space_ends_the_sweep(tmp_path):
    search = opened(tmp_path, {"lora_rank": [4, 8], "epochs": [1, 2], "batch_size": {"low": 1, "high": 2}}, trials=50)
    assert search.wanted == 8
    assert len({str(sorted(each.items())) for each in worked(search)}) == 8


def test_the_same_seed_tries_the_same_also_when_it_was_killed_after_each_step(tmp_path):
    settings = {"learning_rate": None, "lora_rank": None}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    whole = worked(opened(tmp_path / "a", settings))
    while True:
        search = opened(tmp_path / "b", settings)
        if search.ended >= search.wanted:
            break
        number = search.next().number
        search = opened(tmp_path / "b", settings)
        found = search.begun()
        assert found is not None and found.number == number, "the trial that was at work goes on"
        search.end(found.number, "done", loss(found.settings))
    assert [trial.settings for trial in search.trials()] == whole
    assert worked(opened(tmp_path / "c", settings, seed=7)) != whole


def test_a_torn_line_and_a_lock_that_a_killed_process_left(tmp_path):
    search = opened(tmp_path, {"learning_rate": None})
    search.end(search.next().number, "done", 1.0)
    journal = tmp_path / "study.journal"
    with open(journal, "ab") as file:
        file.write(b'{"op_code": 4, "work')
    (tmp_path / "study.journal.lock").touch()
    again = opened(tmp_path, {"learning_rate": None})
    again.end(again.next().number, "done", 2.0)
    assert [trial.value for trial in opened(tmp_path, {"learning_rate": None}).trials()] == [1.0, 2.0]


@pytest.mark.parametrize("prune", [True, False])
def test_a_trial_worse_than_the_median_is_hopeless(tmp_path, prune):
    search = opened(tmp_path, {"learning_rate": None}, prune=prune)
    for _ in range(2):
        good = search.next()
        assert not good.report([3.0, 2.0]), "there is nothing to compare with yet"
        search.end(good.number, "done", 2.0)
    bad = search.next()
    assert bad.report([9.0]) is prune
    assert bad.report([9.0, 8.0]) is prune, "what was reported before is reported once"
    search.end(bad.number, "pruned")
    ended = search.trials()[-1]
    assert (ended.status, ended.value) == ("pruned", 8.0)


def test_a_failed_trial_keeps_its_reason_and_counts(tmp_path):
    search = opened(tmp_path, {"learning_rate": None}, trials=1)
    search.end(
        search.next().number, "failed", error=FTError("train.diverged", "It diverged.", "Too fast.", "Lower it.")
    )
    assert search.ended == search.wanted == 1
    (ended,) = opened(tmp_path, {"learning_rate": None}, trials=1).trials()
    assert (ended.status, ended.value) == ("failed", None)
    assert ended.error is not None and (ended.error.code, ended.error.what) == ("train.diverged", "It diverged.")


def test_importances_name_what_matters_and_are_silent_when_little_is_known(tmp_path):
    search = opened(tmp_path, {"learning_rate": None, "lora_rank": None}, trials=20)
    for _ in range(4):
        found = search.next()
        search.end(found.number, "done", loss(found.settings))
    assert search.importances() is None, "four trials say nothing"
    worked(search)
    shares = search.importances()
    assert (
        shares is not None and list(shares)[0] == "learning_rate" and sum(shares.values()) == pytest.approx(1, abs=0.01)
    )
    (tmp_path / "one").mkdir()
    alone = opened(tmp_path / "one", {"learning_rate": None})
    worked(alone)
    assert alone.importances() is None, "a single setting has nothing to be compared with"
