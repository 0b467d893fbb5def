"""A text of data is shown, never obeyed."""

from ft_core.data.augment import review
from ft_core.terminal.generated import review_rows
from tests.terminal.made import generated


def test_a_generated_text_cannot_move_the_terminal_s_cursor(tmp_path, capsys):
    path = tmp_path / "generated.jsonl"
    review.save(path, [generated("wipe \x1b[2J it\nand \u202e more", writer="m", how="rephrase")])
    review_rows(path, iter("q"))
    said = capsys.readouterr().out
    assert "\x1b" not in said and "\u202e" not in said and "wipe ␛[2J it\n          and ␛ more" in said
    assert "rephrase by m" in said
