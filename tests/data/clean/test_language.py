import pytest

from ft_core.data.clean import language
from tests.data.made import pairs

ENGLISH = [
    (f"Where is my parcel? I ordered it {n} days ago and nothing has come so far.", "delivery") for n in range(30)
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Wo ist mein Paket? Ich warte seit zwei Wochen.", "German"),
        ("Bonjour, je voudrais annuler ma commande", "French"),
        ("Где мой заказ? Я жду уже две недели", "Russian"),
        ("我的包裹在哪里?我已经等了两个星期", "Chinese"),
    ],
)
def test_a_row_in_another_language_is_found(text, name):
    one = language.step("classification").find(pairs(*ENGLISH, (text, "delivery")))
    assert one.places == [30] and one.samples == [(text, name)]
    assert one.detail == f"Most rows are English; of 31 rows, these are not: 1 {name}."


@pytest.mark.parametrize(
    "text",
    ["ok", "Taco Bell Chalupa Supreme Extra Large", "play despacito by luis fonsi", "x = foo(y) + 12", "déjà vu"],
)
def test_what_is_short_or_unsure_stays(text):
    assert language.step("classification").find(pairs(*ENGLISH, (text, "delivery"))).places == []


def test_an_answer_belongs_to_the_text_but_a_label_does_not():
    rows = [*ENGLISH, ("Sag mir das bitte auf Deutsch", "Das mache ich sehr gerne für dich")]
    assert language.step("instruction").find(pairs(*rows)).places == [30]
    rows = [*ENGLISH, ("Please tell me how long it takes", "Livraison en retard de plusieurs semaines")]
    assert language.step("classification").find(pairs(*rows)).places == []


def test_where_no_language_can_be_told_nothing_is_found():
    assert language.step("classification").find(pairs(("12", "a"), ("34", "b"))).places == []
