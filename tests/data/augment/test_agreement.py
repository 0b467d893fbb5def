from ft_core.data.augment.agreement import Judge
from tests.data.made import pairs

THINGS = {"fruit": ["apple", "pear", "plum", "fig"], "tool": ["saw", "drill", "hammer", "chisel"]}
ROWS = pairs(
    *((f"the {thing} number {n} please", label) for n in range(10) for label in THINGS for thing in THINGS[label])
)


APPLE = ROWS[0]


def test_it_agrees_with_the_label_that_the_words_show():
    judge = Judge(ROWS)
    assert APPLE.answer == "fruit" and judge.agrees("plz the plum and the fig", "fruit", APPLE) is True
    assert judge.agrees("plz the hammer and the saw", "fruit", APPLE) is False


def test_a_text_that_shows_nothing_is_refused():
    assert Judge(ROWS).agrees("please number the", "fruit", APPLE) is False


def test_the_source_row_has_no_say():
    rows = pairs(*((row.question, row.answer) for row in ROWS), ("the zebra", "fruit"))
    judge = Judge(rows)
    assert judge.agrees("the zebra", "fruit", rows[-1]) is None, "without itself, nothing tells what a zebra is"
    assert judge.agrees("the zebra", "fruit", rows[1]) is True, "another fold has seen it"


def test_where_it_cannot_tell_it_says_so():
    one = pairs(("a b", "x"), ("c d", "x"))
    assert Judge(one).agrees("a", "x", one[0]) is None
    rare = pairs(*((row.question, row.answer) for row in ROWS), ("the only one", "rare"))
    assert Judge(rare).agrees("only", "rare", rare[-1]) is None
