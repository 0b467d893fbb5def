"""EvalSpec: what may be asked of an evaluation."""

import re
from typing import get_args

import pytest
from pydantic import ValidationError

from ft_core.errors import FTError
from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.settings.evaluation import BenchmarkName, EvalSpec, RuleSpec, changed


def test_all_test_examples_are_used_unless_a_limit_is_given():
    assert EvalSpec().limit is None and EvalSpec(limit=5).limit == 5


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("few_shot", (0, 32), (-1, 33)),
        ("limit", (2, None), (1,)),
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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "exactly one of contains"),
        ({"contains": "a", "pattern": "b"}, "exactly one of contains"),
        ({"pattern": "("}, "pattern cannot be read"),
        ({"json_schema": {"type": "thing"}}, "JSON schema is none"),
        ({"json_schema": {"prefixItems": [{"$ref": "http://127.0.0.1:9/x.json"}]}}, "which it does not hold"),
        ({"json_schema": {"$ref": "#/$defs/missing"}}, "which it does not hold"),
        ({"number_within": -1}, "number_within"),
        ({"number_within": True}, "number_within"),
        ({"contains": ""}, "contains"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words(given, said):
    with pytest.raises(ValidationError, match=said):
        RuleSpec.model_validate({"name": "mine", **given})


def test_a_schema_may_refer_to_itself():
    schema = {"$defs": {"item": {"type": "number"}}, "items": {"$ref": "#/$defs/item"}}
    assert RuleSpec(name="list", json_schema=schema).json_schema == schema


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, "pattern"),
        ({"items": {"patternProperties": {"^a": {}}}}, "patternProperties"),
        ({"$dynamicRef": "#x"}, "$dynamicRef"),
    ],
)
def test_a_schema_that_could_take_for_ever_is_refused(schema, keyword):
    with pytest.raises(ValidationError, match=re.escape(keyword)):
        RuleSpec(name="mine", json_schema=schema)


def test_a_property_may_be_called_like_a_keyword():
    assert RuleSpec(name="mine", json_schema={"properties": {"pattern": {"type": "string"}}, "enum": [{"pattern": 1}]})


def test_two_rules_of_one_name_are_refused():
    with pytest.raises(ValidationError, match="called mine"):
        EvalSpec(rules=(RuleSpec(name="mine", contains="a"), RuleSpec(name="mine", contains="b")))


def test_all_that_cannot_be_is_told_by_its_title():
    with pytest.raises(FTError) as caught:
        changed(EvalSpec(), {"benchmark_limit": 1, "benchmarks": ["gsm8k"]})
    assert caught.value.why.count("must be") == 2 and caught.value.fix == "Change Benchmarks and Benchmark questions."
    assert "Benchmark questions: must be a whole number of at least 2 (given: 1)" in caught.value.why
    with pytest.raises(FTError, match="The pattern cannot be read"):
        changed(EvalSpec(), {"rules": [{"name": "Bad", "pattern": "("}]})
