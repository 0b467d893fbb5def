"""Hours and dollars: from counted operations, and said whether they are measured."""

import pytest

from ft_core import catalog
from ft_core.fit import cost
from ft_core.fit.architecture import of_catalog
from ft_core.fit.choose import Facts
from ft_core.hardware import Hardware
from ft_core.settings.train import TrainSpec

STARTER, _, HALF, LARGE = map(of_catalog, catalog.suggestions())
START = cost._START_SECONDS
WORK = cost.Work(rows=7680, tokens=7680 * 500, longest=1000, learnt=50)
CORES = Facts(examples=1536, hardware=Hardware(cores=2, memory_gb=16), architecture=STARTER)


def test_flavours_are_a_spaces_with_prices():
    found = cost.flavours()
    assert found[0].name == "cpu-basic" and found[0].dollars_an_hour == 0
    assert [one.dollars_an_hour for one in found] == sorted(one.dollars_an_hour for one in found)
    assert all(one.gpu is one.title.startswith("NVIDIA") for one in found)


def test_operations_are_six_for_each_weight_that_learns_and_four_for_a_frozen_one():
    full, frozen = (cost.flops_per_token(LARGE, TrainSpec(method=method)) for method in ("full", "ia3"))
    assert full == 6 * LARGE.linear and frozen == pytest.approx(4 * LARGE.linear, rel=0.001)
    again = cost.flops_per_token(LARGE, TrainSpec(method="full", gradient_checkpointing=True))
    assert again == 8 * LARGE.linear
    assert cost.flops_per_token(LARGE, TrainSpec(method="layers", trained_layers=2)) < frozen


def test_a_large_model_does_not_fit_everywhere_and_costs_where_it_does():
    whole = TrainSpec(method="full", batch_size=16)
    rows = {row.flavour: row for row in cost.fits(LARGE, whole, WORK)}
    assert not rows["t4-small"].fits and rows["t4-small"].hours is None and rows["t4-small"].dollars is None
    best = rows["a100-large"]
    assert best.fits and best.dollars == pytest.approx(best.hours * 2.5, abs=0.02) and not best.measured
    small = {row.flavour: row for row in cost.fits(LARGE, TrainSpec(), WORK)}
    assert small["t4-small"].fits and small["t4-small"].needed_gb < rows["t4-small"].needed_gb
    assert small["cpu-basic"].hours > 10 * small["l4x1"].hours


def test_small_models_wait_for_python_on_a_gpu():
    l4 = next(one for one in cost.flavours() if one.name == "l4x1")
    ones, sixteens = (cost.seconds(STARTER, TrainSpec(), WORK, l4, size) for size in (1, 16))
    assert ones - START == pytest.approx(16 * (sixteens - START)) and sixteens > START


def test_dora_takes_longer_than_lora_with_as_many_numbers_that_learn():
    core = next(one for one in cost.flavours() if one.name == "cpu-basic")
    lora, dora = (cost.seconds(STARTER, TrainSpec(method=method), WORK, core, 8) for method in ("lora", "dora"))
    assert dora - START == pytest.approx(1.3 * (lora - START), rel=0.02)


def test_here_it_is_measured_when_steps_were_made():
    training = TrainSpec(micro_batch_size=8)
    guessed = cost.here(STARTER, training, WORK, CORES)
    assert guessed.fits and not guessed.measured and guessed.hours > 0
    assert guessed.needed_gb == pytest.approx(cost.memory_here(STARTER, training, WORK, CORES).total / 1e9, abs=0.01)
    measured = cost.here(STARTER, training, WORK, CORES, measured_seconds=720)
    assert measured.measured and measured.hours == 0.2


@pytest.mark.parametrize(
    ("gpu", "known"), [("NVIDIA L4", True), ("Tesla T4", True), ("NVIDIA A100-SXM4-80GB", True), ("NVIDIA GB10", False)]
)
def test_the_rate_of_an_unknown_gpu_is_not_guessed(gpu, known):
    facts = CORES.model_copy(update={"hardware": Hardware(cores=8, memory_gb=60, gpu=gpu, gpu_memory_gb=24)})
    assert (cost.here(STARTER, TrainSpec(micro_batch_size=8), WORK, facts).hours is not None) is known


def on_space(monkeypatch, accelerator: str, cores: str) -> float | None:
    for name, value in {"SYSTEM": "spaces", "ACCELERATOR": accelerator, "CPU_CORES": cores}.items():
        monkeypatch.setenv(name, value)
    return cost.dollars_per_hour()


def test_what_an_hour_costs_is_known_on_a_space_alone(monkeypatch):
    assert cost.dollars_per_hour() is None and cost.dollars_for(60) is None
    assert on_space(monkeypatch, "t4-small", "4") == 0.4 and cost.dollars_for(900) == 0.1
    assert on_space(monkeypatch, "none", "2") == 0 and on_space(monkeypatch, "none", "8") == 0.03
    assert on_space(monkeypatch, "unheard-of", "2") is None and on_space(monkeypatch, "none", "5") is None


def test_a_training_here_costs_dollars_on_a_space(monkeypatch):
    training = TrainSpec(micro_batch_size=8)
    assert cost.here(STARTER, training, WORK, CORES).dollars is None
    on_space(monkeypatch, "l4x1", "8")
    l4 = CORES.model_copy(update={"hardware": Hardware(cores=8, memory_gb=30, gpu="NVIDIA L4", gpu_memory_gb=24)})
    there = next(row for row in cost.fits(STARTER, training, WORK) if row.flavour == "l4x1")
    assert cost.here(STARTER, training, WORK, l4).dollars == pytest.approx(there.hours * 0.8, rel=0.2)
    assert cost.here(STARTER, training, WORK, l4, measured_seconds=7200).dollars == 1.6


def test_what_was_measured_here_scales_the_estimates_of_other_hardware():
    training = TrainSpec(micro_batch_size=8)
    hours = cost.here(STARTER, training, WORK, CORES).hours
    steps = 3600 * hours - START
    assert cost.slower(STARTER, training, WORK, CORES, 3 * steps) == pytest.approx(3, rel=0.01)
    assert cost.slower(STARTER, training, WORK, CORES, None) == 1
    usual, slow = (
        {row.flavour: row.hours for row in cost.fits(STARTER, training, WORK, slower)} for slower in (1.0, 3.0)
    )
    assert 3600 * slow["l4x1"] - START == pytest.approx(3 * (3600 * usual["l4x1"] - START), rel=0.02)
