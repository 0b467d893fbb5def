"""Sums: differences with their intervals, chance, and sentences that follow."""

import pytest

from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.evals.benchmarks.rows import Rows
from ft_core.evals.benchmarks.summary import summed_up, together


def rows(count, choices=4, subjects=()):
    questions = [{"choices": ["a"] * choices} for _ in range(count)]
    return Rows(questions, list(range(1, count + 1)), list(subjects))


def test_forgetting_is_called_so():
    base, tuned = [1.0] * 90 + [0.0] * 10, [1.0] * 50 + [0.0] * 48 + [1.0] * 2
    subjects = ["x"] * 60 + ["y"] * 40
    found = summed_up("mmlu", BENCHMARKS["mmlu"], rows(100, subjects=subjects), {"acc": base}, {"acc": tuned})
    assert (found["base"], found["tuned"], found["gained"], found["lost"]) == (0.9, 0.52, 2, 40)
    assert found["result"] == "worse" and found["high"] < 0 and found["p_value"] < 1e-6 and found["chance"] == 0.25
    assert found["subjects"] == {
        "x": {"n": 60, "base": 1.0, "tuned": pytest.approx(50 / 60)},
        "y": {"n": 40, "base": 0.75, "tuned": 0.05},
    }
    assert found["base_low"] < 0.9 < found["base_high"]
    assert found["sentence"].startswith("It forgot") and "52 of 100" in found["sentence"]


def test_a_base_at_chance_is_told():
    score = [1.0, 0.0, 0.0, 0.0] * 5
    found = summed_up("mmlu", BENCHMARKS["mmlu"], rows(20), {"acc": score}, {"acc": score})
    assert found["result"] == "no clear change" and found["p_value"] == 1.0 and "subjects" not in found
    assert "hardly anything to forget" in found["sentence"] and "a small sample" in found["sentence"]


def test_a_probability_is_compared_too():
    questions = [{"mc1_targets": {"choices": ["a", "b"]}, "mc2_targets": {}} for _ in range(30)]
    base = {"mc1": [1.0, 0.0] * 15, "mc2": [0.5 + i / 100 for i in range(30)]}
    tuned = {"mc1": [1.0, 0.0] * 15, "mc2": [0.6 + i / 90 for i in range(30)]}
    found = summed_up("truthfulqa", BENCHMARKS["truthfulqa"], Rows(questions, list(range(30))), base, tuned)
    mc2 = found["measures"]["mc2"]
    assert mc2["result"] == "better" and 0 < mc2["low"] < mc2["difference"] < mc2["high"] and found["chance"] == 0.5
    assert found["measure"] == "mc1" and found["difference"] == 0


def test_one_of_many_benchmarks_must_fall_further() -> None:
    fell = {"base": 0.7, "tuned": 0.64, "n": 100, "difference": -0.06, "low": -0.115, "high": -0.005, "p_value": 0.03}
    fell |= {"chance": 0.25, "base_low": 0.6}
    stayed = fell | {"tuned": 0.7, "difference": 0.0, "low": -0.05, "high": 0.05, "p_value": 1.0}
    alone, among = {"a": dict(fell)}, {"a": dict(fell)} | {name: dict(stayed) for name in "bcde"}
    for found in (alone, among):
        together(found)
    assert alone["a"]["result"] == "worse" and alone["a"]["sentence"].startswith("It forgot")
    assert among["a"]["result"] == "no clear change" and among["a"]["sentence"].startswith("No clear change")
