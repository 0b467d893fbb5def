"""Who gets in, and how a problem is told."""

import inspect
import typing

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.ui import guard
from ft_core.workspace import Workspace

CLAIMS = {"sub": "42", "name": "Ada", "preferred_username": "ada", "profile": "https://x", "picture": "https://y"}


@pytest.fixture
def space(monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_AUTHOR_NAME", "ada")
    monkeypatch.delenv("SPACE_CREATOR_USER_ID", raising=False)
    return monkeypatch


def test_off_a_space_it_is_the_local_person():
    assert guard.owner(None) == "local"


def test_on_a_space_only_the_owner_gets_in(space):
    assert guard.owner(gr.OAuthProfile(CLAIMS)) == "ada"
    for stranger in (None, gr.OAuthProfile(CLAIMS | {"preferred_username": "mallory"})):
        with pytest.raises(FTError) as caught:
            guard.owner(stranger)
        assert caught.value.code == "access.denied" and "Duplicate this Space" in caught.value.fix


def test_the_creator_of_an_organisation_s_space_gets_in(space):
    space.setenv("SPACE_AUTHOR_NAME", "some-org")
    space.setenv("SPACE_CREATOR_USER_ID", "42")
    assert guard.owner(gr.OAuthProfile(CLAIMS)) == "ada"


def test_without_the_space_s_variables_nobody_gets_in(space):
    space.delenv("SPACE_AUTHOR_NAME")
    with pytest.raises(FTError, match="owner"):
        guard.owner(gr.OAuthProfile({**CLAIMS, "sub": ""}))


def refuse(workspace: Workspace, value: str) -> str:
    raise FTError("x.y", "What <b>.", f"Why {value}.", "Do this.")


def test_a_problem_is_told_in_three_parts_and_escaped(tmp_path):
    with pytest.raises(gr.Error) as caught:
        guard.private(refuse, tmp_path)(None, "<i>")
    error = caught.value
    assert (error.duration, error.print_exception) == (guard.SHOWN_SECONDS, False)
    assert all(part in error.message for part in ("What &lt;b&gt;.", "Why &lt;i&gt;.", "Do this."))


def test_a_defect_is_told_as_one_and_its_traceback_kept(tmp_path, capsys):
    def broken(workspace: Workspace) -> None:
        raise ZeroDivisionError("of ours")

    with pytest.raises(gr.Error) as caught:
        guard.private(broken, tmp_path)(None)
    assert "inside Fine-Tuning Studio" in caught.value.message
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_polling_leaves_the_page_as_it_is(tmp_path, capsys):
    def broken(workspace: Workspace) -> None:
        raise ZeroDivisionError("of ours")

    assert guard.private(refuse, tmp_path, quiet=True)(None, "") == gr.skip()
    assert guard.private(broken, tmp_path, quiet=True)(None) == gr.skip()
    assert capsys.readouterr().err.count("ZeroDivisionError: of ours") == 1


def test_gradio_still_sees_what_to_inject(tmp_path):
    def handler(workspace: Workspace, value: str, token: gr.OAuthToken | None) -> str:
        return f"{workspace.person} {value} {token}"

    wrapped = guard.private(handler, tmp_path)
    assert list(inspect.signature(wrapped).parameters) == ["profile", "value", "token"]
    hints = typing.get_type_hints(wrapped)
    assert (hints["profile"], hints["token"]) == (gr.OAuthProfile | None, gr.OAuthToken | None)
    assert wrapped(None, "v", None) == "local v None"


def test_a_generator_stays_one_and_is_guarded(tmp_path, space):
    def stream(workspace: Workspace, value: str):
        yield value

    wrapped = guard.private(stream, tmp_path)
    assert inspect.isgeneratorfunction(wrapped)
    assert list(wrapped(gr.OAuthProfile(CLAIMS), "v")) == ["v"]
    with pytest.raises(gr.Error, match="owner"):
        list(wrapped(None, "v"))
