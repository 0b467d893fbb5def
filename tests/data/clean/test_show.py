from ft_core.data.clean.show import changes, discreet, excerpts


def test_a_short_text_is_shown_whole():
    assert excerpts("a <b>bold</b> word", "a bold word") == ("a <b>bold</b> word", "a bold word")
    assert excerpts("x", "") == ("x", "")


def test_a_long_text_is_shown_around_its_change():
    start, end = "one two three " * 100, " four five six" * 100
    before, after = excerpts(f"{start}cafÃ©{end}", f"{start}café{end}")
    assert len(before) == len(after) == 300 and before[0] == before[-1] == "…"
    assert "cafÃ© four" in before and "café four" in after and before[1:].split()[0] in ("one", "two", "three")


def test_what_stays_instead_is_cut_at_its_end():
    before, after = excerpts("x" * 400, "row 3 stays")
    assert before == "x" * 299 + "…" and after == "row 3 stays"


def test_a_change_is_told_word_by_word():
    assert changes("write to me@x.example today", "write to [e-mail] today") == [
        ("write to ", None),
        ("me@x.example", "removed"),
        ("[e-mail]", "added"),
        (" today", None),
    ]
    assert changes("same", "same") == [("same", None)]
    assert changes("gone", "") == [("gone", "removed")]


def test_both_texts_can_be_put_together_again():
    before, after = "a b  c\nd e", "a x  c\ne f g"
    pieces = changes(before, after)
    assert "".join(text for text, what in pieces if what != "added") == before
    assert "".join(text for text, what in pieces if what != "removed") == after


def test_nothing_private_is_shown_whole():
    text = "me@example.com, gh" + "p_" + "a1" * 18
    assert discreet(text) == "me•••, gh•••"
    assert discreet("fine") == "fine"
