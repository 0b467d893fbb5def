"""Commands beside the page: real children of this very package."""

import pytest

from ft_core.errors import FTError
from ft_core.pipeline.data import EXAMPLE
from ft_core.ui import command
from tests.ui.children import at_work


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
    before = at_work()
    running = command.run(["inspect", str(EXAMPLE)])
    next(running)
    [child] = at_work() - before
    running.close()
    assert not child.is_running()


@pytest.mark.parametrize(
    ("given", "name"), [({"environment": {"FT_API_KEY": "secret"}}, "FT_API_KEY"), ({"token": "secret"}, "HF_TOKEN")]
)
def test_a_secret_is_in_no_argument_of_the_command(begun, given, name):
    running = command.run(["inspect", str(EXAMPLE)], **given)
    next(running)
    [(arguments, environment)] = begun
    assert environment[name] == "secret" and "secret" not in " ".join(arguments)
    running.close()
