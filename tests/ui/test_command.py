"""Commands beside the page: real children of this very package."""

import time

import psutil
import pytest

from ft_core.errors import FTError
from ft_core.pipeline.data import EXAMPLE
from ft_core.ui import command


def test_what_a_command_says_comes_before_its_answer():
    *said, answer = command.run(["inspect", str(EXAMPLE)])
    assert "reading tickets.csv" in said and "cleaning: HTML" in said
    assert isinstance(answer, dict) and answer["shape"] == "text-label"


def test_a_refusal_is_the_error_that_the_command_tells(tmp_path):
    with pytest.raises(FTError, match="There is no file none.csv") as refused:
        list(command.run(["inspect", str(tmp_path / "none.csv")]))
    assert refused.value.code == "data.missing"


def test_a_command_that_does_not_exist_is_told_in_its_own_words():
    with pytest.raises(FTError) as refused:
        list(command.run(["no-such-command"]))
    assert refused.value.code == "command.invalid"


def test_closing_ends_the_command():
    running = command.run(["inspect", str(EXAMPLE)])
    next(running)
    children = psutil.Process().children()
    assert any("inspect" in child.cmdline() for child in children)
    running.close()
    time.sleep(0.1)
    assert not any("inspect" in child.cmdline() for child in psutil.Process().children())


def test_an_endpoints_key_is_in_no_argument_of_the_command():
    running = command.run(["inspect", str(EXAMPLE)], environment={"FT_API_KEY": "sk-own"})
    next(running)
    [child] = [child for child in psutil.Process().children() if "inspect" in child.cmdline()]
    assert "sk-own" not in " ".join(child.cmdline()) and child.environ()["FT_API_KEY"] == "sk-own"
    running.close()


def test_a_token_is_in_no_argument_of_the_command():
    running = command.run(["inspect", str(EXAMPLE)], token="hf_secret")
    next(running)
    [child] = [child for child in psutil.Process().children() if "inspect" in child.cmdline()]
    assert "hf_secret" not in " ".join(child.cmdline()) and child.environ()["HF_TOKEN"] == "hf_secret"
    running.close()
