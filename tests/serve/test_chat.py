"""Talking to a run on the command line: what the model is told, and what it remembers."""

import io

import pytest

from ft_core.run import Run
from ft_core.serve import chat
from ft_core.serve.engine import Sampling
from ft_core.settings.example import Message
from ft_core.settings.project import ProjectSpec

LINE = "Ada saw apple in attic Monday"
SAMPLING = Sampling(max_new_tokens=4)  # as the run's project has it


def said(engine, which, *contents: str, system: str | None = None) -> str:
    """What the engine answers to a conversation that begins with the person."""
    roles = ["user", "assistant"] * len(contents)
    messages = [Message(role="system", content=system)] if system else []
    messages += [Message(role=role, content=content) for role, content in zip(roles, contents, strict=False)]
    return "".join(engine.chat(which, messages, SAMPLING))


@pytest.fixture
def another(tuned_run, tmp_path):
    """another(**change): a run of the same adapter whose project is changed."""

    def make(**change) -> Run:
        spec = ProjectSpec.model_validate(tuned_run.spec().model_dump() | change)
        run = Run.create(tmp_path, spec, tuned_run.data(), {})
        run.adapter.symlink_to(tuned_run.adapter)
        return run

    return make


@pytest.mark.parametrize("which", ["base", "tuned"])
def test_one_question_is_answered_by_the_model_asked_for(tuned_run, engine, which):
    found = chat.reply(tuned_run, which, LINE)
    assert found == {"run": tuned_run.id, "model": which, "prompt": LINE, "answer": said(engine, which, LINE)}
    assert said(engine, "base", LINE) != said(engine, "tuned", LINE)


def test_the_runs_own_system_prompt_comes_first(another, engine):
    run = another(data={"source": "x.csv", "system": "Sort it."})
    with_it = said(engine, "tuned", LINE, system="Sort it.")
    assert chat.reply(run, "tuned", LINE)["answer"] == with_it != said(engine, "tuned", LINE)
    heard = io.StringIO()
    chat.talk(run, "tuned", io.StringIO(f"{LINE}\n"), heard)
    assert heard.getvalue().endswith(f"\n{with_it}\n")


def test_an_answer_is_as_long_as_the_run_allows(another, engine):
    run = another(evaluation={"max_new_tokens": 1})
    answer = chat.reply(run, "tuned", LINE)["answer"]
    assert answer != said(engine, "tuned", LINE) and said(engine, "tuned", LINE).startswith(answer)


def talked(run: Run, which, lines: str) -> str:
    heard = io.StringIO()
    chat.talk(run, which, io.StringIO(lines), heard)
    return heard.getvalue()


def test_for_classification_each_line_stands_alone(tuned_run, engine):
    answer = said(engine, "tuned", LINE)
    first, rest = talked(tuned_run, "tuned", f"{LINE}\n  {LINE}  \n").split("\n", 1)
    assert tuned_run.id in first and "tuned" in first
    assert rest == f"{answer}\n{answer}\n"


def test_in_a_conversation_what_was_said_is_remembered(another, engine):
    one = said(engine, "base", LINE)
    two = said(engine, "base", LINE, one, "And then?")
    assert two != said(engine, "base", "And then?")
    assert talked(another(task="chat"), "base", f"{LINE}\nAnd then?\n").split("\n", 1)[1] == f"{one}\n{two}\n"


@pytest.mark.parametrize("lines", ["", "\n", "   \nnever asked\n"])
def test_an_empty_line_ends_it(tuned_run, lines):
    assert talked(tuned_run, "tuned", lines).count("\n") == 1
