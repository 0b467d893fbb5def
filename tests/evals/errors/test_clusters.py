import random

from ft_core.evals.errors.clusters import clusters

THINGS = "lamp kettle chair radio knife tent mug scarf hose shelf torch candle basket pillow bottle".split()  # noqa: SIM905
DOINGS = "bought found sold lost painted carried mended moved lent cleaned".split()  # noqa: SIM905


def prompts(count, chance):
    return [
        f"My {chance.choice(['aunt', 'uncle', 'friend', 'boss'])} {chance.choice(DOINGS)} a {chance.choice(THINGS)}"
        for _ in range(count)
    ]


def test_what_wrong_prompts_share_is_told_in_clusters():
    chance = random.Random(0)
    asked = prompts(300, chance)
    for place in range(40):
        asked[place] += " and wants a refund of the money"
    for place in range(40, 70):
        asked[place] += " when the website crashed after login"
    wrong = [place < 36 or 40 <= place < 66 or chance.random() < 0.1 for place in range(300)]
    found = clusters(asked, wrong)
    assert len(found) == 2
    first, second = found
    assert {"refund", "money"} <= set(first["words"]) and {"crashed", "login"} <= set(second["words"])
    assert set(range(36)) <= set(first["rows"]) and all(wrong[place] for place in first["rows"])
    assert first["count"] == len(first["rows"]) >= 36
    assert "“refund”" in first["sentence"] and "of 40 answers are wrong, against" in first["sentence"]


def test_where_nothing_is_shared_nothing_is_told():
    told = 0
    for seed in range(20):
        chance = random.Random(seed)
        told += bool(clusters(prompts(200, chance), [chance.random() < 0.4 for _ in range(200)]))
    assert told <= 3, "a false discovery rate of 5 %"


def test_few_answers_tell_nothing():
    asked = ["refund please"] * 9 + ["hello there"] * 40
    assert clusters(asked, [True] * 9 + [False] * 40) == []
    assert clusters(asked, [True] * 49) == [] and clusters([], []) == []
    assert len(clusters(["refund please", *asked], [True] * 10 + [False] * 40)) == 1


def test_empty_prompts_do_no_harm():
    assert clusters([""] * 40, [True, False] * 20) == []
