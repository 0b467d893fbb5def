"""A check of one's own over the answers of a real evaluation."""

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.evals import rows
from ft_core.ui.evaluation import rule


def test_a_typed_check_is_counted_for_everyone(workspace, evaluated):
    answers = rows.read_answers(evaluated)
    said = rule.count_rule(workspace, evaluated.id, "contains", " fruit ")
    for who, words in (("base", "Base model"), ("tuned", "Tuned model")):
        share = sum("fruit" in row[f"{who}_written"].casefold() for row in answers) / len(answers)
        assert f"{words}: **{100 * share:.1f} %**" in said
    expected = sum(row["expected"] == "fruit" for row in answers) / len(answers)
    assert f"Expected answers: **{100 * expected:.1f} %**" in said and f"{len(answers)} test examples" in said


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("contains", " ", "is empty"),
        ("pattern", "(", "cannot be read"),
        ("number_within", "near", "near is no number"),
        ("number_within", "-1", "greater than or equal"),
        ("json_schema", "{", "is no JSON"),
        ("json_schema", "[]", "dictionary"),
        ("exec", "x", "Extra inputs"),
    ],
)
def test_what_cannot_be_a_check_is_refused(workspace, evaluated, kind, value, why):
    with pytest.raises(FTError) as caught:
        rule.count_rule(workspace, evaluated.id, kind, value)
    assert caught.value.code == "evaluation.rule" and why in caught.value.why


def test_a_pattern_that_takes_for_ever_is_given_up_in_words(workspace, evaluated, monkeypatch):
    monkeypatch.setattr("ft_core.evals.rules._PATIENCE", 0.3)
    hard = [row | {"tuned_written": "a" * 60 + "!"} for row in rows.read_answers(evaluated)]
    rows.write_answers(evaluated, hard)
    with pytest.raises(FTError, match="too long"):
        rule.count_rule(workspace, evaluated.id, "pattern", "^(a|aa)+$")


def test_without_answers_there_is_nothing_to_count(workspace, tuned):
    with pytest.raises(FTError, match="nothing to count"):
        rule.count_rule(workspace, tuned.id, "contains", "x")


def test_a_check_is_kept_for_the_run_replaced_by_name_and_taken_away(workspace, tuned):
    for value in ("thank", "thanks"):
        mark, listed = rule.keep_rule(workspace, tuned.id, "contains", value, " Polite ")
    assert (
        listed["visible"] and listed["value"] == ["Polite"] and rule.watch_rules(workspace, mark, tuned.id) == gr.skip()
    )
    assert [one.contains for one in tuned.evaluation_spec().rules] == ["thanks"] and tuned.spec().evaluation.rules == ()
    with pytest.raises(FTError, match="Name is empty"):
        rule.keep_rule(workspace, tuned.id, "contains", "x", " ")
    _, listed = rule.keep_rules(workspace, "of another run", tuned.id, [])
    assert listed["value"] == ["Polite"], "a list that is not this run's removes nothing"
    with pytest.raises(FTError, match="Shorten Name"):
        rule.keep_rule(workspace, tuned.id, "contains", "x", "n" * 61)
    _, listed = rule.keep_rules(workspace, mark, tuned.id, [])
    assert not listed["visible"] and tuned.evaluation_spec() == tuned.spec().evaluation
