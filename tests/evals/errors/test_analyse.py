import json
import subprocess
import sys
from pathlib import Path

import pytest

from ft_core.evals.errors.analyse import CHECKS, analyse
from tests.evals.errors.made import places
from tests.evals.errors.planted import KINDS, plant, row
from tests.evals.errors.planted_text import REFUSALS

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def planted():
    return plant(300, seed=1, docs=False)


@pytest.fixture(scope="module")
def found(planted):
    return analyse(planted.rows, planted.training)


def test_every_planted_flaw_is_found_and_little_else(planted, found):
    low = {}
    for code in KINDS:
        deserved = {place for place, codes in enumerate(planted.truth) if code in codes}
        told = set(places(found["flags"], code))
        right = len(told & deserved)
        if (
            min(right / len(deserved), right / max(1, len(told))) < 0.8
        ):  # of 15 planted; the benchmark asks for 0.9 of 50
            low[code] = (len(deserved), len(told), right)
        assert len(places(found["flags"], code, "base")) <= 3, f"{code}: good answers are blamed"
    assert low == {}


def test_counts_and_intervals_follow_from_the_flags(planted, found):
    assert list(found["checks"]) == [check.code for check in CHECKS] and set(found["checks"]) == set(KINDS)
    assert found["n"] == 300 and [flag["row"] for flag in found["flags"]] == [line["row"] for line in planted.rows]
    for code, check in found["checks"].items():
        assert check["tuned"] == len(places(found["flags"], code))
        assert check["base"] == len(places(found["flags"], code, "base")) and check["few_shot"] is None
        assert check["difference"] == pytest.approx((check["tuned"] - check["base"]) / 300)
        assert check["low"] <= check["difference"] <= check["high"]
    refusal = found["checks"]["refusal"]
    assert (
        refusal["low"] > 0 and refusal["result"] == "worse" and refusal["p_value"] < 0.001 and refusal["expected"] == 0
    )


def test_what_was_found_stands_beside_the_flag(found):
    flag = found["flags"][places(found["flags"], "cut_off")[0]]
    assert flag["found"]["tuned"]["cut_off"].startswith("…") and flag["found"]["base"] == {}
    assert all(list(flag["found"]["tuned"]) == flag["tuned"] for flag in found["flags"])
    json.dumps(found, allow_nan=False)


def test_fewer_flaws_than_the_base_are_better():
    rows = [row(n, "How are you?", "I am well.", REFUSALS[0], "I am well.") for n in range(30)]
    found = analyse(rows, [])
    assert found["checks"]["refusal"]["result"] == "better" and found["checks"]["refusal"]["base"] == 30
    assert found["checks"]["empty"]["result"] == "no clear change"
    assert "copied" in found["not_checked"] and "copied" not in found["checks"]


def test_labels_are_checked_for_what_can_be_wrong_with_them():
    rows = [row(n, f"My bill {n} is wrong.", "billing", "", "billing") for n in range(30)]
    rows[0] |= {"tuned_written": "billing</s>"}
    rows[1] |= {"tuned_written": "", "few_shot_written": "x"}
    found = analyse(rows, ["billing"] * 50, labels=["billing", "returns"])
    assert set(found["checks"]) == {"empty", "cut_off", "too_long", "repetition", "echo", "template", "refusal"}
    assert found["checks"]["empty"]["base"] == 30 and found["checks"]["empty"]["tuned"] == 1
    assert found["flags"][0]["tuned"] == ["template"]


def test_the_few_shot_contestant_is_counted_when_it_answered():
    rows = [row(n, "How are you?", "I am well.", "I am well.", "I am well.") for n in range(4)]
    for line in rows:
        line |= {"few_shot": "", "few_shot_written": "", "few_shot_finished": False}
    found = analyse(rows, [])
    assert found["checks"]["empty"]["few_shot"] == found["checks"]["cut_off"]["few_shot"] == 4
    assert found["flags"][0]["few_shot"] == ["empty", "cut_off"]


def test_clusters_are_of_wrong_answers():
    rows = [row(n, f"Please tell me about case {n} of today", "billing", "x", "billing") for n in range(80)]
    for line in rows[:25]:
        line["prompt"] += " and the refund"
        line |= {"tuned": "returns", "tuned_correct": False}
    found = analyse(rows, [], labels=["billing", "returns"])
    assert "refund" in found["clusters"][0]["words"] and found["clusters"][0]["rows"] == list(range(25))


def test_clusters_of_free_answers_are_of_flagged_ones_where_none_is_right_to_the_letter():
    rows = [
        row(n, f"Please tell me about case {n} of today", f"It is case {n}.", "x", f"Case {n}, it is.")
        for n in range(80)
    ]
    for line in rows[:25]:
        line["prompt"] += " and the refund"
        line |= {"tuned_written": REFUSALS[0]}
    found = analyse(rows, [])["clusters"]
    assert (
        found[0]["rows"] == list(range(25))
        and "25 of 25 answers have a flaw, against 0 of the 55 others" in found[0]["sentence"]
    )


def test_no_rows_and_strange_values_do_no_harm():
    assert analyse([], []) == {"checks": {}, "not_checked": {}, "flags": [], "clusters": [], "n": 0}
    rows = [row(n, "", "", "", "") for n in range(3)]
    rows[0] |= {"expected": 7, "tuned_written": None, "prompt": None}
    rows[1] |= {"tuned_written": "\ud800 \x00 x" * 500}
    found = analyse(rows, ["", ""])
    assert found["n"] == 3 and found["checks"]["empty"]["tuned"] == 1


def test_the_page_can_import_it():
    code = (
        "import sys, ft_core.evals.errors.analyse\n"
        "print(sorted({'torch', 'transformers', 'peft', 'trl', 'evaluate', 'datasets'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
