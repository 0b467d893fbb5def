"""A run's model: talked to, served on this machine, shared on the Hub."""

import contextlib
import signal
import sys
from typing import Annotated, TextIO

import typer
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, RunArgument, token_or_asked
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.terminal.answer import Result, answer, print_json
from ft_core.terminal.progress import shown_progress
from ft_core.workspace import Workspace, home_folder


def chat(
    run: RunArgument,
    prompt: Annotated[str | None, typer.Option("--prompt", help="Ask this one question and end.")] = None,
    base: Annotated[bool, typer.Option("--base", help="Talk to the base model instead of the tuned one.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Talk to a run's model.

    One question with --prompt, else a conversation that an empty line ends.
    """
    which = "base" if base else "tuned"
    out = sys.stdout

    def work() -> Result | None:
        found = Workspace(home_folder(home)).run_or_path(run)
        if as_json and prompt is None:
            why = "With --json there is one answer, and a conversation has many."
            raise FTError("chat.no_prompt", "There is no question to answer.", why, "Add --prompt with the question.")
        from ft_core.serve.chat import reply, talk  # loads torch: only once the request is known to be good

        if prompt is not None:
            return reply(found, which, prompt, get_token())
        talk(found, which, sys.stdin, out, get_token())
        return None

    answer(as_json, work, lambda result: print(result["answer"]))


def serve(
    run: RunArgument,
    port: Annotated[int, typer.Option("--port", help="A port of this machine; 0: any free one.")] = 8000,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """An OpenAI-compatible server on this machine alone (127.0.0.1).

    It says its address once it is ready, and ends with Ctrl-C or when nobody has asked for 15 minutes.
    """
    from ft_core.worker.jobs import here

    out = sys.stdout

    def work() -> None:
        found = Workspace(home_folder(home)).run_or_path(run)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # `stop` ends it as Ctrl-C does
        with shown_progress(found, "serve") as progress, contextlib.suppress(KeyboardInterrupt):

            def tell(step: int, total: int, message: str) -> None:
                progress(step, total, message)
                if message == "ready":
                    say_address(found, as_json, out)

            here(found, "serve", {"port": port}, get_token(), tell)
        print("The server has ended.")

    answer(as_json, work, lambda _result: None)


def say_address(run: Run, as_json: bool, out: TextIO) -> None:
    """Where the run's server answers, as soon as it does."""
    state = run.job("serve")
    port = state.port if state else None
    url = f"http://127.0.0.1:{port}/v1"
    with contextlib.redirect_stdout(out):
        if as_json:
            print_json({"run": run.id, "url": url, "port": port})
        else:
            print(f"Ready at {url} with the models tuned and base. Ctrl-C ends it.", flush=True)


def push(
    run: RunArgument,
    repo: Annotated[str, typer.Option("--repo", help="owner/name on the Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Everybody can see it. Left out: private.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Share a trained run on the Hugging Face Hub, with its model card.

    The token is taken from HF_TOKEN, else from `hf auth login`; else you are asked for it.
    """
    from ft_core.worker.jobs import here

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        token = token_or_asked()  # before the bar, which would be drawn over the question
        with shown_progress(found, "push") as progress:
            here(found, "push", {"repo": repo, "private": not public}, token, progress)
        return found.hub() or {}

    answer(as_json, work, lambda result: print(result["url"]))
