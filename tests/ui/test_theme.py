"""How the page looks: nothing is fetched, and everything can be read in light and in dark."""

import re
from pathlib import Path

import pytest

from ft_core.ui import theme

LIGHT, DARK = "#ffffff", "#182025"  # what text stands on: background_fill_primary


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(name: str) -> str:
    """The colour that a property of the theme ends up as."""
    made = theme.theme()
    value = getattr(made, name)
    while value.startswith("*"):
        value = getattr(made, value[1:])
    return {"white": "#ffffff"}.get(value, value)


def test_the_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(
        4.48, abs=0.01
    )
    assert (colour("background_fill_primary"), colour("background_fill_primary_dark")) == (LIGHT, DARK)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("body_text_color", "background_fill_primary"),
        ("body_text_color", "body_background_fill"),
        ("body_text_color_subdued", "background_fill_primary"),
        ("block_info_text_color", "background_fill_primary"),
        ("link_text_color", "background_fill_primary"),
        ("button_primary_text_color", "button_primary_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill_hover"),
        ("button_secondary_text_color", "button_secondary_background_fill"),
        ("input_placeholder_color", "input_background_fill"),
    ],
)
def test_text_can_be_read_in_light_and_in_dark(text, ground):
    assert contrast(colour(text), colour(ground)) >= 4.5
    assert contrast(colour(f"{text}_dark"), colour(f"{ground}_dark")) >= 4.5


@pytest.mark.parametrize("kind", ["better", "worse", "same"])
def test_a_verdict_can_be_read_in_light_and_in_dark(kind):
    light, dark = re.findall(rf"\.verdict\.{kind} \.result {{ color: (#[0-9a-f]{{6}})", theme.CSS)
    assert contrast(light, colour("background_fill_secondary")) >= 4.5
    assert contrast(dark, colour("background_fill_secondary_dark")) >= 4.5


def test_lines_of_one_chart_are_told_apart_and_seen():
    for chart in (
        (theme.BASE, theme.FEW_SHOT, theme.TUNED),
        (theme.TRAINING, theme.VALIDATION),
        tuple(theme.SPLITS.values()),
        tuple(theme.LENGTHS.values()),
    ):
        assert len(set(chart)) == len(chart)
        for line in chart:
            assert min(contrast(line, LIGHT), contrast(line, DARK)) >= 3, line
    assert set(theme.SPLITS) == {"train", "validation", "test"}


def test_text_on_a_token_can_be_read():
    """The text on a token is as dark in dark as in light, for its ground is the same."""
    for ground in (theme.LEARNT, theme.READ, theme.CUT):
        assert contrast(ground, "#000000") >= 7, ground
    assert len({theme.LEARNT, theme.READ, theme.CUT}) == 3


def test_nothing_is_fetched():
    assert not re.search(r"url\(|@import|https?:|//", theme.CSS)
    made = theme.theme()
    assert made._stylesheets == [] and made._font_css == []


def test_the_style_sheet_is_whole():
    assert theme.CSS.count("{") == theme.CSS.count("}")


def test_no_other_file_holds_a_colour():
    for path in Path(theme.__file__).parent.glob("*.py"):
        colours = re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
        assert path.name == "theme.py" or colours == [], path
