"""DataSpec: what may be asked of the data, and what is done when nothing is."""

import pytest
from pydantic import ValidationError

from ft_core.settings.data import CleanSpec, ColumnSpec, DataSpec, SplitSpec


def test_only_the_source_is_needed_and_all_but_conflicts_is_cleaned():
    spec = DataSpec(source="tickets.csv")
    assert {name for name, treatment in spec.clean.model_dump().items() if treatment != "fix"} == {"conflicts"}
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


def test_a_source_is_a_text_or_a_list_of_texts():
    one, several = DataSpec(source="a.csv"), DataSpec(source=("a.csv", "b.csv"))
    assert one.sources == ("a.csv",) and several.sources == ("a.csv", "b.csv")
    assert one.renamed(str.upper).source == "A.CSV" and several.renamed(str.upper).source == ("A.CSV", "B.CSV")
    assert DataSpec.model_validate(several.model_dump(mode="json")) == several
    for wrong in (5, [], [5], ["a.csv", ""], None, {"a": 1}):
        with pytest.raises(ValidationError) as caught:
            DataSpec.model_validate({"source": wrong})
        assert caught.value.error_count() == 1
