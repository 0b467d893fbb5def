"""DataSpec: what may be asked of the data, and what is done when nothing is."""

import pytest
from pydantic import ValidationError

from ft_core.settings.data import CleanSpec, ColumnSpec, DataSpec, SplitSpec


def test_only_the_source_is_needed_and_all_but_conflicts_are_cleaned():
    spec = DataSpec(source="tickets.csv")
    assert {name for name, treatment in spec.clean.model_dump().items() if treatment != "fix"} == {
        "conflicts",
        "near_conflicts",
    }
    assert set(spec.columns.model_dump().values()) == {None} and spec.system is None
    with pytest.raises(ValidationError, match="source"):
        DataSpec.model_validate({})


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_split_takes_at_most_half(part):
    assert getattr(SplitSpec.model_validate({part: 0.5}), part) == 0.5
    for wrong in (0.51, -0.1, float("nan")):
        with pytest.raises(ValidationError, match=part):
            SplitSpec.model_validate({part: wrong})


def test_a_problem_is_fixed_or_kept_and_nothing_else():
    assert CleanSpec(html="keep").duplicates == "fix"
    with pytest.raises(ValidationError, match="'fix' or 'keep'"):
        CleanSpec.model_validate({"html": "remove"})


@pytest.mark.parametrize("kind", [ColumnSpec, CleanSpec, SplitSpec])
def test_unknown_keys_are_refused_and_every_setting_explains_itself(kind):
    with pytest.raises(ValidationError, match="colour"):
        kind.model_validate({"colour": 1})
    for name, field in kind.model_fields.items():
        assert field.title and (field.description or "").endswith("."), name


def test_a_split_is_by_chance_unless_something_else_is_asked_for():
    assert (SplitSpec().by, SplitSpec().column, SplitSpec().leaks) == ("random", None, "drop")
    with pytest.raises(ValidationError, match="by"):
        SplitSpec.model_validate({"by": "customer"})
    assert DataSpec(source="a.csv").benchmarks == ()
    assert DataSpec.model_validate({"source": "a.csv", "benchmarks": ["b.jsonl"]}).benchmarks == ("b.jsonl",)
