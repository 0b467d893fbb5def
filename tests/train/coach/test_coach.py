"""All rules together."""

import subprocess
import sys
from pathlib import Path

import pytest

from ft_core.train.coach.coach import RULES, advise
from ft_core.train.coach.curves import read
from tests.helpers import make_run

ROOT = Path(__file__).parents[3]


def test_a_healthy_training_needs_no_advice(healthy):
    assert advise(healthy) == [] and [rule(healthy) for rule in RULES] == [None] * len(RULES)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("thrown", "learning_rate_too_high"),
        ("crawling", "learning_rate_too_low"),
        ("by_heart", "overfitting"),
        ("odd", "spikes"),
    ],
)
def test_one_cause_is_named_first_and_no_setting_is_turned_both_ways(state, code, request):
    found = advise(request.getfixturevalue(state))
    assert found[0].code == code and sum(advice.severity == "problem" for advice in found) <= 1
    turned = [name for advice in found for name in advice.changes]
    assert len(turned) == len(set(turned))


def test_a_run_that_has_not_begun_needs_none(tmp_path, base, clean):
    assert advise(read(make_run(tmp_path / "runs", base, clean))) == []


def test_the_coach_is_light():
    code = (
        "import sys, ft_core.train.coach.coach\n"
        "print(sorted({'torch', 'transformers', 'peft', 'trl', 'gradio'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
