"""EvalSpec: what may be asked of an evaluation."""

from typing import get_args

import pytest
from pydantic import ValidationError

from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.settings.evaluation import BenchmarkName, EvalSpec


def test_all_test_examples_are_used_unless_a_limit_is_given():
    assert EvalSpec().limit is None and EvalSpec(limit=5).limit == 5


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("few_shot", (0, 32), (-1, 33)),
        ("limit", (1,), (0,)),
        ("max_new_tokens", (1, 4096), (0, 4097)),
        ("benchmark_limit", (2, None), (1,)),
    ],
)
def test_limits(field, good, bad):
    for value in good:
        assert getattr(EvalSpec.model_validate({field: value}), field) == value
    for value in bad:
        with pytest.raises(ValidationError, match=field):
            EvalSpec.model_validate({field: value})


def test_benchmarks_are_those_that_can_be_measured():
    assert EvalSpec().benchmarks == () and EvalSpec().benchmark_limit == 100 and EvalSpec().benchmark_folder is None
    assert set(get_args(BenchmarkName)) == set(BENCHMARKS)
    assert EvalSpec.model_validate({"benchmarks": ["mmlu"]}).benchmarks == ("mmlu",)
    with pytest.raises(ValidationError, match="benchmarks"):
        EvalSpec.model_validate({"benchmarks": ["gsm8k"]})


def test_every_setting_explains_itself():
    for name, field in EvalSpec.model_fields.items():
        assert field.title and (field.description or "").endswith("."), name
