import json

from ft_core.data.quality import quality
from tests.data.made import pairs


def test_all_of_it_as_json():
    rows = [(f"text number {n} about {'parcel' if n % 2 else 'invoice'} {n * n}", "ab"[n % 2]) for n in range(60)]
    found = quality(pairs(*rows), "classification")
    assert list(found) == ["verdict", "balance", "diversity", "strange"] and json.loads(json.dumps(found)) == found
    assert found["verdict"]["level"] == "a start" and found["balance"]["counts"] == {"a": 30, "b": 30}
    assert found["diversity"]["sampled"] == 60


def test_texts_have_no_balance():
    found = quality(pairs(*[(f"question {n}", f"answer {n}") for n in range(30)]), "instruction")
    assert found["balance"] is None and found["diversity"] is not None


def test_nothing_left_is_told_as_such():
    found = quality([], "classification")
    assert found["verdict"]["level"] == "too few"
    assert found["balance"] is None and found["diversity"] is None and found["strange"] == []
