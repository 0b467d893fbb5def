"""What is said of each score."""

from ft_core.evals import about


def test_every_score_says_which_way_is_better() -> None:
    for infos in (about.CLASSIFICATION, about.TEXT):
        for name, info in infos.items():
            assert info.better == ("lower" if name in ("loss", "perplexity") else "higher")
            assert info.meaning.endswith(".")
