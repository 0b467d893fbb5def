import pytest

from ft_core.data.clean.show import excerpts
from ft_core.errors import FTError
from ft_core.ui.data import bring, looking, problems
from ft_core.ui.data.draft import opened


@pytest.fixture
def draft(workspace):
    return bring.use_example(workspace)[0]


def look(workspace, draft):
    return list(looking.look(workspace, draft, ""))[-1][2]


def treated(draft, code, treatment):
    """What the page's script makes of a press on a card."""
    return draft | {"data": draft["data"] | {"clean": {code: treatment}}}


def cards(workspace, draft, seen):
    """The view: the step, the summary, the cards by code, and the other problems."""
    size = problems.PARTS
    step, summary, *parts, others = problems.show_problems(workspace, draft, seen)
    return step, summary, {code: parts[size * i : size * i + size] for i, code in enumerate(problems.CODES)}, others


def test_what_was_found_has_a_card_and_what_was_not_has_none(workspace, draft):
    step, summary, shown, others = cards(workspace, draft, look(workspace, draft))
    assert step["visible"] and "rows" in summary and not others["visible"]
    card, words, treatment, accordion, difference, samples = shown["html"]
    assert card["visible"] and words["visible"], "both were hidden while nothing was found"
    assert "HTML in texts" in words["value"] and "rows" in words["value"]
    assert "value" not in treatment, (
        "the browser's draft says what is chosen: an answer that is late would undo a press"
    )
    assert treatment["choices"][0] == ("Fix: they are removed", "fix")
    assert accordion["visible"] and difference["visible"] and not samples["visible"]  # words that go, words that come
    assert {kind for _, kind in difference["value"]} >= {None, "removed"}
    *_, difference, samples = shown["duplicates"]
    assert samples["visible"] and list(samples["value"].columns) == ["Before", "After"] and not difference["visible"]
    assert not shown["conflicts"][0]["visible"]


def test_a_choice_goes_into_the_draft_and_shows_in_what_is_left(workspace, draft):
    kept = treated(draft, "near_duplicates", "keep")
    spec = opened(workspace, kept)
    assert spec is not None and spec.data.clean.near_duplicates == "keep"
    assert look(workspace, kept)["kept"] > look(workspace, draft)["kept"]


@pytest.mark.parametrize(("code", "treatment"), [("html", "burn"), ("nothing", "fix")])
def test_a_choice_that_there_is_not_is_refused(workspace, draft, code, treatment):
    with pytest.raises(FTError, match="draft"):
        opened(workspace, treated(draft, code, treatment))


def test_what_only_the_person_can_mend_stands_in_the_table(workspace, tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("text,label\n" + "".join(f"text number {n},{'ab'[n % 2]}\n" for n in range(20)))
    draft = bring.take(workspace, [str(file)])[0]
    others = cards(workspace, draft, look(workspace, draft))[3]
    assert others["visible"] and "Few rows" in list(others["value"]["Problem"])


def test_a_refused_look_is_told_in_the_step(workspace, draft):
    step, words, shown, _ = cards(workspace, draft, {"error": "It is broken."})
    assert (
        step["visible"] and words["value"] == "It is broken." and not any(card[0]["visible"] for card in shown.values())
    )


def test_what_lies_behind_an_excerpt_is_not_called_added():
    """Tags make the text before longer, so its excerpt ends earlier than the one after."""
    words = " ".join(f"word{n}" for n in range(100))
    before, after = excerpts(f"<p><b>Hello</b></p> {words}", f"Hello {words}")
    pieces = problems._changes([[before, after]])
    assert [piece.strip() for piece, kind in pieces if kind == "added"] == ["Hello"]
