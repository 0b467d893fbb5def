"""An explanation in words."""

from ft_core.terminal.explain import show_explanation


def test_words_and_tokens_are_shown_with_what_they_cannot_tell(capsys):
    token = {
        "token": "fruit",
        "base": -2.302585,
        "tuned": 0.0,
        "base_top": [["tool", -0.1]],
        "tuned_top": [["fruit", 0.0]],
    }
    words = [["Tom\x1b[2J", -0.25], [" saw", 0.5], [" apple", 4.0]]
    show_explanation(
        {
            "prompt": "Tom\x1b[2J saw apple",
            "answer": "fruit",
            "sentence": "The answer leaned most on “apple” and “saw”.",
            "tuned": {"words": words},
            "base": {"words": [[text, 0.0] for text, _ in words]},
            "tokens": [token],
            "notes": ["It is no cause."],
        }
    )
    said = capsys.readouterr().out
    assert "leaned most on “apple”" in said and "+4.00" in said and "-0.25" in said
    assert "10.0 %" in said and "100.0 %" in said and "tool" in said and "- It is no cause." in said
    assert "\x1b" not in said, "a text of data gives the terminal no commands"
