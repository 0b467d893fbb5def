import pytest

from ft_core.data.clean import secrets
from tests.data.made import pairs

# Put together here, so that no scanner takes this file for a leak.
LETTERS = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2eF4hJ6"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the key AKIA" + "ABCDEFGH12345678 works", "the key [secret] works"),
        ("gh" + f"p_{LETTERS} is mine", "[secret] is mine"),
        ("use hf" + "_abcdefghijKLMNOPQRSTuvwxyzABCDEFGH.", "use [secret]."),
        ("sk" + "-proj-abcdefghijklmnopqrst1234567890", "[secret]"),
        ("sk" + "-ant-api03-abcdefghijklmnopqrstuvwxyz123-AA", "[secret]"),
        ("xox" + "b-123456789012-abcdefABCDEF1234", "[secret]"),
        ("ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3In0.dozjgNryP4J3jUm-eR", "[secret]"),
        ("postgres://bob:" + "hunter22@db.example/x", "postgres://bob:[secret]@db.example/x"),
        (
            "aws_secret_access_key = '" + "wJalrXUtnFEMIaK7MDENGabPxRfiCYzzzzzzzKEY" + "'",
            "aws_secret_access_key = '[secret]'",
        ),
        ("-----BEGIN RSA PRIVATE" + " KEY-----\nabc\ndef\n-----END RSA PRIVATE" + " KEY----- end", "[secret] end"),
        ("-----BEGIN PRIVATE" + " KEY-----\nabc that is cut", "[secret]"),
        ("AI" + "za" + LETTERS[:35] + " for maps", "[secret] for maps"),
        ("gl" + "pat-abcdefghij0123456789", "[secret]"),
        ("12345678:" + LETTERS[:35], "[secret]"),
    ],
)
def test_keys_and_passwords_are_masked(text, masked):
    one = secrets.find(pairs(("fine", "a"), (text, "a")))
    assert one.places == [1] and one.changed[1].question == masked


@pytest.mark.parametrize(
    "text",
    [
        "order 550e8400-e29b-41d4-a716-446655440000",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "see https://example.com:8080/a/long/path@home?token=1",
        "https://example.com/@user/some-long-article-name-0123456789abcdef0123456789abcdef",
        "sk-learn-is-a-package-of-many-things",
        "hf_hub_download_and_snapshot_download_are_functions",
        "MALAYSIANAIRLINESASIANPACIFICROUTES",
        "a task-managementsystemwithaverylongname2",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ],
)
def test_ordinary_ids_stay(text):
    assert secrets.find(pairs((text, "a"))).places == []


def test_every_message_is_looked_at():
    one = secrets.find(pairs(("my key?", "It is gh" + f"p_{LETTERS}")))
    assert one.changed[0].answer == "It is [secret]"
