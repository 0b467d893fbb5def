import random

from ft_core.data.strange import MOST, strangest
from tests.data.made import pairs

WORDS = {"delivery": "parcel courier late tracking door", "billing": "invoice charge refund payment card"}


def usual(count):
    chance = random.Random(5)
    rows = []
    for n in range(count):
        label = sorted(WORDS)[n % 2]
        common = chance.choices(
            ["please", "help", "me", "with", "this", "today", "thanks", "again", "hello"], k=chance.randint(4, 9)
        )
        rows.append((" ".join([*chance.choices(WORDS[label].split(), k=4), *common]), label))
    return rows


def test_a_wrong_label_is_found_with_the_likely_one():
    rows = usual(300)
    wrong = {11: rows[10], 100: rows[99], 201: rows[200]}
    for row, (text, label) in wrong.items():
        rows[row - 1] = (text, "billing" if label == "delivery" else "delivery")
    found = {one.row: one for one in strangest(pairs(*rows), "classification")}
    assert set(wrong) <= set(found)
    for row, (_, label) in wrong.items():
        assert found[row].likely_label == label
        assert found[row].reasons[0].startswith(f"Texts like this one are usually labelled `{label}`, not")


def test_a_text_of_its_own_and_a_very_long_one_are_told_in_words():
    rows = [
        *usual(300),
        ("quokkas juggle marmalade", "billing"),
        (" ".join(["please help me with my parcel"] * 60), "delivery"),
    ]
    found = {one.row: one for one in strangest(pairs(*rows), "classification")}
    assert "100% of its words are in no other row: juggle, marmalade, quokkas." in found[301].reasons
    assert "No other row is much like it." in found[301].reasons
    assert any(reason.startswith("It has 360 words, far longer than the usual") for reason in found[302].reasons)
    assert len(found[302].text) == 200 and found[302].text.endswith("…")


def test_the_strangest_come_first_and_at_most_twenty():
    chance = random.Random(1)
    odd = [(" ".join(f"odd{chance.randrange(10**9)}" for _ in range(5)), "billing") for _ in range(30)]
    found = strangest(pairs(*usual(400), *odd), "classification")
    scores = [one.score for one in found]
    assert len(found) == MOST and scores == sorted(scores, reverse=True) and all(one.row > 400 for one in found)


def test_answers_that_are_texts_have_no_doubtful_labels():
    rows = [(text, f"An answer of some words about {text}") for text, _ in usual(100)]
    assert all(one.likely_label is None for one in strangest(pairs(*rows), "instruction"))


def test_usual_rows_few_rows_and_one_label_are_not_strange():
    assert strangest(pairs(*usual(19)), "classification") == []
    assert strangest(pairs(*[("the same text", "a")] * 50), "classification") == []
    lonely = [*[(text, "a") for text, _ in usual(60)], ("please help me with this parcel", "b")]
    assert all(one.likely_label is None for one in strangest(pairs(*lonely), "classification"))
