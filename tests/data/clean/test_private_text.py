import pytest

from ft_core.data.clean.private_text import KINDS, hide


def masked(text):
    return hide(text, lambda kind, _: f"[{kind}]")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail bob.smith+x@mail.example.co.uk now", "mail [e-mail] now"),
        ("write to a@example.com,b@example.com.", "write to [e-mail],[e-mail]."),
        ("call +49 170 1234567 please", "call [phone number] please"),
        ("+1-555-123-4567", "[phone number]"),
        ("from +44 7700 900123 2 apples", "from [phone number] 2 apples"),
        ("0049 170 1234567", "[phone number]"),
        ("(555) 123-4567 or 555.987.6543", "[phone number] or [phone number]"),
        ("020 7946 0958", "[phone number]"),
        ("01 23 45 67 89", "[phone number]"),
        ("abends 0171/1234567", "abends [phone number]"),
        ("to claim it 08712460324 today", "to claim it [phone number] today"),
        ("phone: 5551234", "phone: [phone number]"),
        ("my number is 07700 900123", "my number is [phone number]"),
        ("card 4111 1111 1111 1111 exp", "card [card number] exp"),
        ("378282246310005", "[card number]"),
        ("DE89 3704 0044 0532 0130 00 BITTE", "[bank account] BITTE"),
        ("GB29NWBK60161331926819", "[bank account]"),
        ("SSN 078-05-1120", "SSN [social security number]"),
        ("from 83.24.17.201 at noon", "from [IP address] at noon"),
    ],
)
def test_private_data_is_found(text, left):
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "order 12345678 late",
        "order number 07123456789",
        "call me about order 12345678",
        "on 01.02.2023 10:30 and 2023-01-02 12:30:00",
        "12/05/2023 - 14/05/2023",
        "price 1,234,567.89 or 12 345 678 €",
        "1234567890123456",
        "4111111111111112",
        "3+40000000=40000003 and 3 + 40000000 = x",
        "200 300 4000",
        "version 83.24.17.201 of it",
        "192.168.100.101 and 999.888.777.666",
        "ISBN 978-3-16-148410-0 and 0-306-40615-2",
        "DE88 3704 0044 0532 0130 00",
        "@angular/core@12.0.1, git@github.com:foo/bar.git, image@2x.png, a @ b",
        "tracking 1Z 999 AA1 01 2345 6784",
        "0.123456789 and 3.14159265358979",
        "ticket #0171 1234567",
        "the years 1914-1918 and 1939-1945",
        "000-12-3456",
    ],
)
def test_other_numbers_stay(text):
    assert masked(text) == text


def test_every_kind_has_its_words():
    kinds = []
    text = "a@example.com 4111 1111 1111 1111, DE89370400440532013000, 078-05-1120, 83.24.17.201, +49 170 1234567"
    hide(text, lambda kind, found: kinds.append(kind) or found)
    assert sorted(kinds) == sorted(KINDS)
