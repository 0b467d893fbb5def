"""What is typed to name a language model, as a command is given it."""

import pytest

from ft_core.errors import FTError
from ft_core.ui import writers


def test_a_key_is_in_the_environment_and_in_no_option():
    found = writers.asked("endpoint", " http://127.0.0.1:1/v1 ", " sk-own ", "auto", "", " big ", None)
    assert found == writers.Asked(("--model=big", "--endpoint=http://127.0.0.1:1/v1"), None, {"FT_API_KEY": "sk-own"})
    found = writers.asked("provider", "", "", " auto ", "hf_typed", "owner/big", None)
    assert found == writers.Asked(("--model=owner/big", "--provider=auto"), "hf_typed", {})


def test_what_cannot_be_asked_is_said():
    given = {"who": "endpoint", "address": "http://127.0.0.1:1/v1", "key": "", "provider": "auto", "token": "", "model": "m"}  # fmt: skip
    refused = {
        "augment.writer": {"model": " "},
        "writer.address": {"address": "nowhere"},
        "writer.key": {"key": "a\nb"},
        "writer.provider": {"who": "provider", "provider": "../x"},
    }
    for code, change in refused.items():
        with pytest.raises(FTError) as caught:
            writers.asked(**(given | change), signed_in=None)
        assert caught.value.code == code and "--" not in caught.value.fix


def test_a_fix_names_the_controls_of_the_page():
    error = FTError("c", "what", "why", "Set FT_API_KEY, or choose another --model and --by.")
    assert writers.here(error, {"--by": "Who judges"}).fix == "Set Key, or choose another Model and Who judges."


def test_a_provider_is_asked_for_no_address():
    address, key, provider, token = writers.visible_for("provider")
    assert not address["visible"] and not key["visible"] and provider["visible"] and token["visible"]
