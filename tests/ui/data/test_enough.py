import re
from dataclasses import replace

import pytest

from ft_core.data.balance import evenness
from ft_core.data.quality import quality
from ft_core.data.verdict import verdict
from ft_core.errors import FTError
from ft_core.ui.data import bring, enough
from ft_core.ui.data.draft import opened
from tests.data.made import pairs

NAMES = (
    "step",
    "verdict",
    "following",
    "labels",
    "chart",
    "words",
    "balance",
    "varied",
    "looks",
    "topics",
    "odd",
    "strange",
)


@pytest.fixture
def draft(workspace):
    return bring.use_example(workspace)[0]


def shown(workspace, draft, examples, task="classification"):
    """The view by names, of what looking at such examples would find."""
    seen = {"task": task, "quality": quality(examples, task)}
    return dict(zip(NAMES, enough.show_enough(workspace, draft, seen), strict=True))


def tickets(**counts):
    """So many examples of each label, which its text names; no two alike."""
    words = "red green blue tall small round old new warm cold wet dry".split()
    rows = [(f"about {label} {label}: {words[n % 12]} thing {n} was {words[(n // 12) % 12]} on day {n * 7 % 31}", label)
            for label, count in counts.items() for n in range(count)]  # fmt: skip
    return pairs(*rows)


def counted(examples):
    """What looking at them would find, without the looks at their texts."""
    found = {"verdict": verdict(examples, "classification").as_dict(), "balance": evenness(examples).as_dict()}
    return found | {"diversity": None, "strange": []}


def test_even_labels_need_nothing(workspace, draft):
    view = shown(workspace, draft, tickets(billing=60, returns=70))
    assert view["step"]["visible"] and "130 examples of 2 labels" in view["verdict"]
    assert view["following"].startswith("**What next:** Train")
    assert view["chart"]["value"][["label", "examples"]].values.tolist() == [["returns", 70], ["billing", 60]]
    assert "even enough" in view["words"] and "Nothing needs to be done" in view["words"]
    assert "“returns” has 70" in view["words"], "names in quotation marks"
    assert view["balance"]["value"] == "keep"


def test_rare_labels_say_how_many_to_collect_and_what_each_remedy_does(workspace, draft):
    view = shown(workspace, draft, tickets(billing=100, returns=12))
    assert "Collect more" in view["words"] and "38 rows of “returns”" in view["words"]
    assert view["balance"]["choices"] == [
        ("Keep every row once", "keep"),
        ("Repeat rows of rare labels (oversample): up to about 38 more", "oversample"),
        ("Leave out rows of frequent labels (undersample): up to about 76 fewer", "undersample"),
    ]
    assert "Collect about 38 of “returns”" in view["following"]


def test_of_many_labels_it_is_told_which_have_a_bar(workspace, draft):
    seen = {"quality": counted(tickets(**{f"label-{n}": 3 + n % 3 for n in range(80)}))}
    view = dict(zip(NAMES, enough.show_enough(workspace, draft, seen), strict=True))
    assert "30 most frequent and the 30 rarest of 80 labels" in view["words"] and len(view["chart"]["value"]) == 60


def test_the_choice_goes_into_the_draft_and_is_shown_again(workspace, draft):
    chosen = enough.choose_balance(workspace, draft, "oversample")
    spec = opened(workspace, chosen)
    assert spec is not None and spec.data.balance == "oversample"
    assert shown(workspace, chosen, tickets(a=30, b=9))["balance"]["value"] == "oversample"
    assert enough.choose_balance(workspace, chosen, "keep") == draft


@pytest.mark.parametrize("balance", ["burn", None, ["keep"], {"a": 1}])
def test_a_choice_that_there_is_not_is_refused(workspace, draft, balance):
    with pytest.raises(FTError, match="cannot be used"):
        enough.choose_balance(workspace, draft, balance)
    with pytest.raises(FTError, match="no data yet"):
        enough.choose_balance(workspace, {}, balance)


def test_variety_is_told_in_four_looks_and_doubts_stand_in_the_title(workspace, draft):
    view = shown(workspace, draft, tickets(a=80, b=80))
    assert view["varied"]["visible"] and view["looks"].count('class="tile"') == 4
    good = {look: measure["good"] for look, measure in quality(tickets(a=80, b=80), "classification")["diversity"].items() if look != "sampled"}  # fmt: skip
    for look, (name, well, badly) in enough.LOOKS.items():
        assert (name.lower() in view["varied"]["label"]) is not good[look]
        assert f"{name}: {well if good[look] else badly}" in view["looks"]
    assert list(view["topics"]["value"].columns) == ["Prompts", "Share", "Words that tell them apart"]


def test_strange_rows_are_listed_with_their_reasons(workspace, draft):
    examples = tickets(a=60, b=60)
    odd = replace(pairs(("Ωmega <script>alert(1)</script> zzz qqq", "a"))[0], row=999)
    view = shown(workspace, draft, [*examples, odd])
    assert view["odd"]["visible"] and "strangest" in view["odd"]["label"]
    rows = view["strange"]["value"].set_index("Row")
    assert "<script>" in rows.loc[999, "Text"] and "in no other row" in rows.loc[999, "Why it is strange"]


def test_texts_as_answers_have_no_balance(workspace, draft):
    view = shown(workspace, draft, tickets(a=30), task="instruction")
    assert not view["labels"]["visible"] and "Too few" in view["verdict"]
    assert "Add about 20 good ones" in view["following"]


def test_of_a_handful_nothing_is_told_but_that_they_are_few(workspace, draft):
    view = shown(workspace, draft, tickets(a=3))
    assert view["step"]["visible"] and not view["varied"]["visible"] and not view["odd"]["visible"]


@pytest.mark.parametrize("seen", [None, {"error": "It is broken."}, {"task": None, "quality": None}])
def test_it_is_hidden_while_nothing_is_known(workspace, draft, seen):
    assert not enough.show_enough(workspace, draft, seen)[0]["visible"]


def test_names_of_labels_are_never_markup(workspace, draft):
    view = shown(workspace, draft, tickets(**{"<img src=x>": 40, "[x](http://x)": 9}))
    for words in (view["words"], view["following"], view["verdict"], view["looks"]):
        assert not re.search(r"(?<!\\)<img|(?<!\\)\]\(", words), words


def test_a_large_file_is_shown_at_once(workspace, draft):
    """What was found of a hundred thousand rows is small: counts, and a sample that was taken when it was looked for."""
    seen = {"quality": counted(tickets(**{f"label-{n}": 1000 for n in range(100)}))}
    view = enough.show_enough(workspace, draft, seen)
    assert "100,000 examples" in view[1]
