import pytest

from ft_core.data.clean import mojibake
from tests.data.made import pairs


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("cafÃ© crÃ¨me", "café crème"),
        ("donâ€™t panic", "don’t panic"),
        ("Ã  Paris, lâ€™Ã©tÃ©", "à Paris, l’été"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"),
        ("that\x92s it", "that’s it"),
        ("ÃƒÂ©tait", "était"),
    ],
)
def test_letters_that_became_signs_are_put_back(broken, meant):
    one = mojibake.find(pairs(("fine", "a"), (broken, "a")))
    assert one.places == [1] and one.changed[1].question == meant and one.samples == [(broken, meant)]


@pytest.mark.parametrize(
    "text",
    [
        "“quoted” — it’s",
        "ﬁne ligature, ｗｉｄｅ letters",
        "São Paulo, Ça va à Ürümqi",
        "你好,世界",
        "Привет",
        "👍🏽 ok",
        "&eacute;",
    ],
)
def test_what_is_written_on_purpose_stays(text):
    assert mojibake.find(pairs((text, "a"))).places == []


def test_answers_are_mended_too():
    one = mojibake.find(pairs(("question", "naÃ¯ve")))
    assert one.changed[0].answer == "naïve"
