"""Why one answer was given."""

from functools import partial
from typing import Annotated

import typer
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, PersonOption, RunArgument
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.explain import show_explanation
from ft_core.workspace import LOCAL, Workspace, home_folder


def explain(
    run: RunArgument,
    row: Annotated[
        int, typer.Option("--row", help="The row of a test example, as the answers of the evaluation name it.")
    ],
    part: Annotated[str, typer.Option("--part", help="Of a mix of datasets, which one the row is from.")] = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """Which words of a prompt the tuned model's answer leaned on, and where base and tuned model differ."""

    def work() -> Result:
        from ft_core import modeling
        from ft_core.evals.why.explain import explain as explained

        found = Workspace(home_folder(home), person).run_or_path(run)
        typer.echo("loading the models", err=True)
        pair = modeling.load_run_model(found, get_token())
        return explained(found, pair, row, part, partial(typer.echo, err=True))

    answer(as_json, work, show_explanation)
