import pytest

from ft_core.data.augment import checks

SOURCE = "I paid 12.50 for order B-77 on Monday and want to send it back to shop@example.com today"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SOURCE.replace("I paid", "i payed"), None),
        ("", checks.LENGTH),
        ("12.50 77 shop@example.com", checks.LENGTH),
        (SOURCE + " and" * 40, checks.LENGTH),
        (SOURCE.replace("12.50", "13.50"), checks.NUMBERS),
        (SOURCE.replace("B-77", "it"), checks.NUMBERS),
        (SOURCE.replace("shop@", "me@"), checks.NUMBERS),
        ('{"text": "I paid 12.50 for order B-77 on Monday want to send it back to shop@example.com"}', checks.FORMAT),
        (
            "Ich habe am Montag 12.50 für die Bestellung B-77 bezahlt und möchte sie an shop@example.com zurücksenden",
            checks.LANGUAGE,
        ),
    ],
)
def test_what_cannot_stand_for_its_source_is_refused(text, reason):
    assert checks.refuses(text, [SOURCE]) == reason


def test_a_part_of_two_sources_may_lack_numbers_but_have_no_new_ones():
    half = "I paid 12.50 for my order and it is still not here although it was promised for 9"
    assert checks.refuses(half, [SOURCE, "promised for 9"], all_of_it=False) is None
    assert checks.refuses(half, [SOURCE], all_of_it=False) == checks.NUMBERS


def test_json_stays_json_with_its_keys():
    assert checks.same_format('{"a": 2}', '{"a": 1}') and not checks.same_format('{"b": 1}', '{"a": 1}')
    assert not checks.same_format('{"a": 1', '{"a": 1}') and checks.same_format("[x", "{y")
    assert not checks.same_format("[" * 5000, "[1]")


def test_a_language_is_told_only_where_it_can_be():
    assert checks.same_language("ja genau", "yes that is right and fine")
    assert checks.same_language("i wnat to sned my oder bcak pls", "I want to send my order back please")
