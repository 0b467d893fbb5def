"""A model judges the answers of base and tuned, blind and in both orders."""

import os
from typing import TYPE_CHECKING, Annotated

import typer
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, PersonOption, RunArgument, token_or_asked
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.judge import show_judged
from ft_core.terminal.progress import tell_lines
from ft_core.workspace import LOCAL, Workspace, home_folder

if TYPE_CHECKING:  # its client is loaded only where a model is asked
    from ft_core.data.augment.writer import Writer

_BY = ("base", "endpoint", "provider")
_BY_HAND = FTError("stopped", "Stopped by you.", "Ctrl-C was pressed.", "Run the same command again to go on.")
_LONGEST_NAME = 80


def judge(
    run: RunArgument,
    by: Annotated[str, typer.Option("--by", help="Who judges: base (the run's base model), endpoint or provider.")],
    model: Annotated[
        str | None, typer.Option("--model", help="The model, as the endpoint or the Hub calls it.")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            "--url", "--endpoint", help="A server that speaks OpenAI's protocol. Its key is taken from FT_API_KEY."
        ),
    ] = None,
    provider: Annotated[
        str, typer.Option("--provider", help="Which Inference Provider; auto: the first that has the model.")
    ] = "auto",
    rows: Annotated[
        int | None,
        typer.Option("--rows", min=1, help="At most so many pairs in all, those that people voted on first."),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """Let a model judge a run's answers: each pair in both orders. The same command again goes on with the pairs that are left.

    Each verdict is kept at once. How far it agrees with the votes of people stands before what it says.
    """
    from ft_core.evals import keep
    from ft_core.evals import rows as answers
    from ft_core.evals.judging.judge import Judgement, judge_run
    from ft_core.evals.judging.verdict_results import verdict_results
    from ft_core.evals.judging.verdicts import read_verdicts
    from ft_core.evals.judging.votes import read_votes

    def work() -> Result:
        found = Workspace(home_folder(home), person).run_or_path(run)
        table = answers.read_answers(found)
        if not table:
            why = f"Run {found.id} has no answers of an evaluation."
            fix = f"Evaluate it first: python -m ft_core evaluate {found.id}"
            raise FTError("evaluation.none", "There is nothing to judge.", why, fix)
        tell = tell_lines()
        done = Judgement()
        name = _name(found, by, model)
        try:
            ask = _writer(found, by, (model or "").strip(), url, provider)
            done = judge_run(
                found,
                table,
                name,
                ask,
                lambda step, total, message: tell(f"{step:,} of {total:,} pairs judged"),
                lambda: False,
                rows,
            )
        except KeyboardInterrupt:
            done.stopped = _BY_HAND
        keep.keep_judging(found)
        said = verdict_results(table, read_verdicts(found).get(name, []), read_votes(found), name)
        return {"run": found.id} | said | {
            "nonsense": done.nonsense,
            "failure": done.failure.as_dict() if done.failure else None,
            "stopped": done.stopped.as_dict() if done.stopped else None,
        }  # fmt: skip

    answer(as_json, work, show_judged)


def _name(run: Run, by: str, model: str | None) -> str:
    """What the judge is called. Raises FTError `judging.by` and `augment.writer`."""
    if by not in _BY:
        why = f"{by!r} is none of {', '.join(_BY)}."
        raise FTError("judging.by", "It is not clear who is to judge.", why, f"Set --by to {' or '.join(_BY)}.")
    if by == "base":
        from ft_core.evals.judging.own_base import base_name

        return base_name(run)
    if not model or not model.strip():
        why = f"With --by {by} it takes the name of a model."
        raise FTError("augment.writer", "It is not clear which model is to judge.", why, "Add --model NAME.")
    return model.strip()[:_LONGEST_NAME]


def _writer(run: Run, by: str, model: str, url: str | None, provider: str) -> "Writer":
    """The judge, which always answers the same. Raises FTError `augment.writer`, `writer.*` and `model.*`."""
    from ft_core.data.augment import writer

    if by == "base":
        from ft_core.evals.judging.own_base import base_writer

        return base_writer(run, get_token())
    if by == "provider":
        return writer.provider(provider, model, token_or_asked(), temperature=0.0)
    if not url:
        why = "With --by endpoint it takes the address of a server."
        raise FTError("augment.writer", "It is not clear whom to ask.", why, "Add --url URL.")
    return writer.endpoint(url, model, os.environ.get("FT_API_KEY"), temperature=0.0)
