"""Before a training: what is chosen, does it fit, how long, how much."""

from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, ProjectArgument
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.plan import show_plan
from ft_core.terminal.progress import told
from ft_core.workspace import Workspace, home_folder


def plan(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Before a training: the settings with their reasons, does it fit, how long, what it costs.

    The data is prepared, as `prepare` does; no model is loaded or downloaded, and nothing is trained.
    """
    from ft_core.pipeline.plan import plan_project

    def work() -> Result:
        with told() as tell:
            return plan_project(Workspace(home_folder(home)), path, tell, get_token())

    answer(as_json, work, lambda result: show_plan(result, path))
