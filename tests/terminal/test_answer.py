"""One object for a program, and errors with their exit codes."""

import json

import pytest

from ft_core.errors import FTError
from ft_core.terminal.answer import answer, show_error


def test_a_result_is_one_object_and_nothing_else_reaches_standard_output(capsys):
    def work():
        print("chatter")
        return {"x": "ä"}

    answer(True, work, lambda _result: None)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ('{"x": "ä"}\n', "chatter\n")


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (FTError("data.empty", "What.", "Why.", "Fix."), "data.empty", 2),
        (KeyboardInterrupt(), "stopped", 2),
        (ZeroDivisionError("x"), "bug", 1),
    ],
)
def test_errors_have_their_exit_codes(capsys, error, code, exit_code):
    def work():
        raise error

    with pytest.raises(SystemExit) as end:
        answer(True, work, lambda _result: None)
    shown = capsys.readouterr()
    assert end.value.code == exit_code and json.loads(shown.out)["error"]["code"] == code
    assert ("Traceback" in shown.err) == (code == "bug")


def test_reasons_of_several_lines_stay_in_their_column(capsys):
    show_error(FTError("project.invalid", "Two are wrong.", "first\nsecond", "Correct them."))
    assert capsys.readouterr().err == "Two are wrong.\n  Why: first\n       second\n  Fix: Correct them.\n"
