"""Talk to a run's model on the command line."""

from typing import Any, TextIO

from ft_core.run import Run
from ft_core.serve.engine import Engine, Sampling, Which
from ft_core.settings.example import Message


def reply(run: Run, which: Which, prompt: str, token: str | None = None) -> dict[str, Any]:
    """One question, answered: {"run", "model", "prompt", "answer"}. The run's own system prompt comes first. Raises FTError."""
    messages = [*_opening(run), Message(role="user", content=prompt)]
    answer = "".join(Engine.load(run, token).chat(which, messages, _sampling(run)))
    return {"run": run.id, "model": which, "prompt": prompt, "answer": answer}


def talk(run: Run, which: Which, source: TextIO, target: TextIO, token: str | None = None) -> None:
    """A conversation, a line a turn, until an empty line or the end of the input. For classification and plain texts each line stands alone."""
    engine = Engine.load(run, token)
    remembers = run.spec().task not in ("classification", "text")
    messages = _opening(run)
    print(f"The {which} model of run {run.id}. An empty line ends.", file=target, flush=True)
    for line in iter(source.readline, ""):
        if not line.strip():
            break
        asked = [*messages, Message(role="user", content=line.strip())]
        pieces = []
        for piece in engine.chat(which, asked, _sampling(run)):
            pieces.append(piece)
            print(piece, end="", file=target, flush=True)
        print(file=target)
        if remembers:
            messages = [*asked, Message(role="assistant", content="".join(pieces))]


def _opening(run: Run) -> list[Message]:
    system = run.spec().data.system
    return [Message(role="system", content=system)] if system else []


def _sampling(run: Run) -> Sampling:
    return Sampling(max_new_tokens=run.spec().evaluation.max_new_tokens)
