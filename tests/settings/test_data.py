"""DataSpec: what may be asked of the data, and what is done when nothing is."""

import pytest
from pydantic import ValidationError

from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, ColumnSpec, DataSpec, EditSpec, PartSpec, SplitSpec, treatments
from ft_core.settings.project import parse


def test_only_the_source_is_needed_and_no_row_is_left_out_that_could_be_wanted():
    spec = DataSpec(source="tickets.csv")
    treated = spec.clean.model_dump()
    assert {name for name, treatment in treated.items() if treatment == "mask"} == {"secrets", "private_data"}
    assert {name for name, treatment in treated.items() if treatment == "keep"} == {
        "boilerplate",
        "lost_characters",
        "too_short",
        "language",
        "outliers",
        "too_long",
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


def test_what_can_be_done_is_told_from_the_setting():
    assert treatments("html") == ("fix", "keep") and treatments("conflicts") == ("drop", "keep")
    assert treatments("private_data") == ("mask", "drop", "keep")
    for code in CleanSpec.model_fields:
        assert treatments(code)[-1] == "keep"


def test_a_problem_is_fixed_or_kept_and_nothing_else():
    assert CleanSpec(html="keep").duplicates == "fix"
    with pytest.raises(ValidationError, match="'fix' or 'keep'"):
        CleanSpec.model_validate({"html": "remove"})


def test_balance_is_kept_unless_a_remedy_is_chosen():
    assert DataSpec(source="a.csv").balance == "keep"
    with pytest.raises(ValidationError, match="balance"):
        DataSpec.model_validate({"source": "a.csv", "balance": "weights"})


@pytest.mark.parametrize("kind", [ColumnSpec, CleanSpec, SplitSpec, EditSpec, PartSpec])
def test_unknown_keys_are_refused_and_every_setting_explains_itself(kind):
    with pytest.raises(ValidationError, match="colour"):
        kind.model_validate({"colour": 1})
    for name, field in kind.model_fields.items():
        assert field.title and (field.description or "").endswith("."), name


def test_a_mix_and_edits_are_part_of_a_project_and_wrong_ones_are_told_in_words():
    values = {"source": "a.csv", "mix": [{"name": "faq", "source": "b.csv"}], "edits": [{"row": 1, "action": "drop"}]}
    spec = parse({"data": values}, "p").data
    assert (spec.name, spec.weight, spec.mix[0].weight, spec.edits[0].part) == ("main", 1.0, 1.0, None)
    wrong = {"source": "a.csv", "mix": [{"name": "../x", "source": "b", "weight": -1}], "edits": [{"row": 0}]}
    with pytest.raises(FTError) as caught:
        parse({"data": wrong}, "p")
    why = caught.value.why
    assert "`data.mix.0.name`: must be letters A to Z" in why and "`data.mix.0.weight`: must be a number from 0" in why
    assert (
        "`data.edits.0.row`: must be a whole number of at least 1" in why and "`data.edits.0.action` is missing" in why
    )


def test_a_source_is_a_text_or_a_list_of_texts():
    one, several = DataSpec(source="a.csv"), DataSpec(source=("a.csv", "b.csv"))
    assert one.sources == ("a.csv",) and several.sources == ("a.csv", "b.csv")
    assert one.renamed(str.upper).source == "A.CSV" and several.renamed(str.upper).source == ("A.CSV", "B.CSV")
    assert DataSpec.model_validate(several.model_dump(mode="json")) == several
    for wrong in (5, [], [5], ["a.csv", ""], None, {"a": 1}):
        with pytest.raises(ValidationError) as caught:
            DataSpec.model_validate({"source": wrong})
        assert caught.value.error_count() == 1


def test_a_split_is_by_chance_unless_something_else_is_asked_for():
    assert (SplitSpec().by, SplitSpec().column, SplitSpec().leaks) == ("random", None, "drop")
    with pytest.raises(ValidationError, match="by"):
        SplitSpec.model_validate({"by": "customer"})
    assert DataSpec(source="a.csv").benchmarks == ()
    assert DataSpec.model_validate({"source": "a.csv", "benchmarks": ["b.jsonl"]}).benchmarks == ("b.jsonl",)
