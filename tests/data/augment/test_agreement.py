from ft_core.data.augment.agreement import Judge
from tests.data.made import pairs

THINGS = {"fruit": ["apple", "pear", "plum", "fig"], "tool": ["saw", "drill", "hammer", "chisel"]}
ROWS = pairs(
    *((f"the {thing} number {n} please", label) for n in range(10) for label in THINGS for thing in THINGS[label])
)


def test_it_agrees_with_the_label_that_the_words_show():
    judge = Judge(ROWS)
    assert judge.agrees("plz the apple and the plum", "fruit", 1) and not judge.agrees(
        "plz the apple and the plum", "tool", 1
    )


def test_a_text_that_shows_nothing_is_refused_for_every_label():
    judge = Judge(ROWS)
    assert not any(judge.agrees("please number the", label, 1) for label in THINGS)


def test_the_source_row_has_no_say():
    odd = pairs(*((example.question, example.answer) for example in ROWS), ("the zebra zebra zebra", "fruit"))
    judge = Judge(odd)
    assert not judge.agrees("the zebra zebra zebra", "fruit", len(odd)) and judge.agrees(
        "the zebra zebra zebra", "fruit", 2
    )


def test_where_it_cannot_be_asked_it_does_not_refuse():
    assert Judge(pairs(("a b", "x"), ("c d", "x"))).agrees("a", "x", 1)
    rare = [*ROWS, *pairs(("the only one", "rare"))]
    assert Judge(rare).agrees("only", "rare", 1)
