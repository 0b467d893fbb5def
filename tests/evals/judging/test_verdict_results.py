"""What a judge's verdicts say, and when a person is told to trust them."""

import json

from ft_core.evals.judging.pairs import pairs
from ft_core.evals.judging.verdict_results import verdict_results
from ft_core.evals.judging.verdicts import Verdict
from tests.evals.judging.made import rows, votes

SAID = {"base": ("A", "B"), "tuned": ("B", "A"), "tie": ("tie", "tie"), "undecided": ("A", "A")}


def verdicts(made, outcomes):
    return [
        Verdict(pair.id, pair.row, "", outcome, SAID.get(outcome, ()))
        for pair, outcome in zip(pairs(made), outcomes, strict=False)
    ]


def test_failures_are_in_no_share():
    made = rows(20)
    told = ["tuned"] * 9 + ["base"] * 1 + ["undecided"] * 4 + ["nonsense"] * 3 + ["timeout"] * 2 + ["failed"]
    found = verdict_results(made, verdicts(made, told), [], "m")
    assert (found["asked"], found["judged"]) == (20, 14)
    assert found["no_verdict"] == {"nonsense": 3, "timeout": 2, "failed": 1}
    assert (found["overall"]["decided"], found["overall"]["win_rate"], found["overall"]["undecided"]) == (10, 0.9, 4)
    assert found["sentence"].startswith("The tuned model is better: the judge m preferred its answer in 9 of 10")
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_judge_that_never_answered_has_no_score():
    made = rows(3)
    found = verdict_results(made, verdicts(made, ["nonsense", "timeout", "failed"]), votes(made, ["tuned"] * 3), "m")
    assert found["judged"] == 0 and found["overall"]["win_rate"] is None and found["agreement"]["shared"] == 0
    assert not found["trusted"] and found["sentence"].startswith("Nothing can be told")
    assert "no verdict on 3 pairs" in found["trust"] and "Choose a stronger model" in found["trust"]


def test_one_who_leans_to_the_first_is_said_to():
    made = rows(12)
    found = verdict_results(made, verdicts(made, ["undecided"] * 10 + ["tuned", "tie"]), [], "m")
    assert (found["position"]["first"], found["position"]["second"]) == (10, 0)
    assert "in 10 of 12 pairs" in found["position"]["sentence"] and "stands first" in found["position"]["sentence"]


def test_agreement_with_people_decides_on_trust():
    made = rows(40)
    people = ["tuned", "base", "tuned", "tie"] * 10
    few = verdict_results(made, verdicts(made, people), votes(made, people[:19]), "m")
    assert not few["trusted"] and "Vote on 1 more" in few["trust"]
    same = verdict_results(made, verdicts(made, people), votes(made, people), "m")
    assert same["trusted"] and same["agreement"]["kappa"] == 1.0 and same["agreement"]["shared"] == 40
    against = ["base" if said == "tuned" else "tuned" for said in people]
    other = verdict_results(made, verdicts(made, against), votes(made, people), "m")
    assert not other["trusted"] and other["agreement"]["kappa"] < 0 and "Do not trust m" in other["trust"]


def test_a_verdict_that_changes_with_the_order_agrees_with_a_tie():
    made = rows(20)
    people, model = ["tuned", "tie"] * 10, ["tuned", "undecided"] * 10
    assert verdict_results(made, verdicts(made, model), votes(made, people), "m")["agreement"]["same"] == 20


def test_verdicts_on_other_answers_do_not_count():
    made = rows(4)
    found = verdict_results(made[:1], verdicts(made, ["tuned"] * 4), [], "m")
    assert (found["asked"], found["stale"]) == (1, 3)
