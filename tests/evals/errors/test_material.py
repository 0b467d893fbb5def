from ft_core.evals.errors.material import Material, begun, short

ENGLISH = [f"The parcel with number {n} has come to the shop and you can fetch it there." for n in range(30)]
GERMAN = [f"Das Paket mit der Nummer {n} ist im Laden und kann dort abgeholt werden." for n in range(5)]


def made(expected, training=(), prompts=None):
    return Material(prompts or [""] * len(expected), expected, list(training))


def test_words_that_are_often_in_the_persons_own_data():
    material = made(["flurbo is here", "flurbo again"], ["a Flurbo, and gronk"], ["gronk?", ""])
    assert "flurbo" in material.often and "gronk" not in material.often


def test_the_language_is_that_of_most_right_answers():
    assert made(ENGLISH + GERMAN).language == "en"
    assert made(GERMAN).language == "de"
    assert made(["yes", "no"]).language == ""


def test_a_row_has_its_own_language_where_that_is_sure_and_not_alone():
    assert made(ENGLISH + GERMAN).languages == ["en"] * 30 + ["de"] * 5
    assert made([*ENGLISH, GERMAN[0]]).languages == ["en"] * 31, "a single one may be a mistake"
    assert made([*ENGLISH, "ok"]).languages[-1] == "en"


def test_what_is_mostly_common_words_is_in_the_language_of_most():
    material = made(ENGLISH)
    assert material.mostly_common(["the parcel has come to the shop", GERMAN[0]]).tolist() == [True, False]


def test_what_is_made_once_is_kept():
    material, made_ones = made(ENGLISH), []
    for _ in range(2):
        assert material.once("a name", lambda: made_ones.append(1) or len(made_ones)) == 1


def test_numbers_of_words_are_spelt_as_they_were_met():
    material = made(["one two"])
    assert [material.spelt[number] for number in material.vocabulary.of(["one two", "two three"])[0]] == [
        "one",
        "two",
        "two",
        "three",
    ]


def test_short_is_one_line_of_80_characters():
    assert short("a\n b") == "a b"
    assert len(short("x" * 200)) == 80 and short("x" * 200).endswith("…")
    assert "http" not in begun("see https://example.org now")
