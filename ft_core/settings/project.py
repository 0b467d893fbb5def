"""ProjectSpec: the one YAML file that says what a run does, and how it is read and written."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from ft_core.errors import FTError
from ft_core.settings import words
from ft_core.settings.data import DataSpec
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.methods import PREFERENCE
from ft_core.settings.model import ModelSpec
from ft_core.settings.share import ShareSpec
from ft_core.settings.sweep import SweepSpec
from ft_core.settings.train import TrainSpec, refuse_for_pairs

Task = Literal["classification", "instruction", "chat", "preference", "text"]
VERSION = 1
SUFFIXES = (".yaml", ".yml")


class ProjectSpec(BaseModel):
    """Everything a run needs: data, model, training, evaluation, sharing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = VERSION
    name: str = Field(
        default="my-project",
        min_length=1,
        max_length=60,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$",
        title="Name",
        description="What you call this project.",
        json_schema_extra={
            "rule": "letters A to Z, digits, spaces, dots, `_` and `-`, beginning with a letter or a digit"
        },
    )
    task: Task | None = Field(
        default=None,
        title="Task",
        description="classification: answer with one of a few labels. instruction: answer with a text. chat: several turns. "
        "preference: learn from pairs of a better and a worse answer. text: continue texts that have no answers. "
        "Left out: one of the first three, seen from the data.",
    )
    data: DataSpec
    model: ModelSpec = ModelSpec()
    training: TrainSpec = TrainSpec()
    evaluation: EvalSpec = EvalSpec()
    share: ShareSpec = ShareSpec()
    sweep: SweepSpec | None = Field(
        default=None, title="Sweep", description="Training settings to try, for `python -m ft_core sweep`."
    )
    data_size: DataSizeSpec | None = Field(
        default=None,
        title="Data size",
        description="Parts of the training split to try, for `python -m ft_core data-size`.",
    )

    @model_validator(mode="after")
    def _refuse_what_the_task_lacks(self) -> Self:
        training = self.training
        if self.task != "preference":
            unused = [f"training.{name}" for name in PREFERENCE if getattr(training, name) is not None]
            listed = ", ".join(f"`{name}`" for name in unused)
            if unused:
                raise PydanticCustomError(
                    "unused",
                    "only the task preference has {listed}: leave it out, or set `task: preference`",
                    {"listed": listed, "settings": unused},
                )
            return self
        refuse_for_pairs(training)
        if training.lora_dropout or (self.sweep and "lora_dropout" in self.sweep.settings):
            where = "training" if training.lora_dropout else "sweep.settings"
            raise PydanticCustomError(
                "unused",
                "a training on pairs has no {title}: chance would part it from the model that it is measured against",
                {"title": TrainSpec.model_fields["lora_dropout"].title, "settings": [f"{where}.lora_dropout"]},
            )
        return self


def parse(values: object, where: str) -> ProjectSpec:
    """Values from YAML or a form -> ProjectSpec. Raises FTError `project.newer` or `project.invalid`, naming every wrong key at once."""
    if not isinstance(values, dict):
        raise FTError(
            "project.invalid",
            f"{where} is not a project.",
            "It holds no keys and values.",
            "Start with `data: {source: your-file.csv}`.",
        )
    version = values.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise FTError(
            "project.newer",
            f"{where} was written by a newer version of Fine-Tuning Studio.",
            f"It says version {version}; this one reads version {VERSION}.",
            "Update Fine-Tuning Studio, or write the project again with this version.",
        )
    try:
        return ProjectSpec.model_validate(values)
    except ValidationError as error:
        problems = describe(error)
        raise FTError(
            "project.invalid",
            f"{where} has {len(problems)} setting{'s' if len(problems) > 1 else ''} that cannot be used.",
            "\n".join(problems),
            f"Correct {', '.join(f'`{_key(problem)}`' for problem in error.errors())}.",
        ) from error


def require_head(spec: ProjectSpec, task: Task) -> None:
    """Raise FTError `settings.head` when a classification head is asked for and the task has no labels to choose from, or another run is the start."""
    if spec.training.head == "classification" and task != "classification":
        raise FTError(
            "settings.head",
            "A classification head cannot be trained for this task.",
            f"The head chooses one of a few labels, and the task is {task}.",
            "Set Answer with to written, or the Task to classification.",
        )
    if spec.training.head == "classification" and spec.model.start is not None:
        raise FTError(
            "settings.head",
            "A classification head cannot be trained from another run's result.",
            "It begins on the base model, with weights of its own.",
            "Leave out Start, or set Answer with to written.",
        )


def describe(error: ValidationError) -> list[str]:
    """One sentence per wrong setting, with the key and the value given."""
    problems = error.errors(include_url=False)
    return [words.sentence(problem, f"`{_key(problem)}`", ProjectSpec) for problem in problems]


def _key(problem: ErrorDetails) -> str:
    if not problem["loc"]:  # settings that do not go together
        return "`, `".join(problem.get("ctx", {}).get("settings", []))
    return ".".join(str(part) for part in problem["loc"])


def load(path: Path) -> ProjectSpec:
    """Read a project file. Raises FTError `project.missing`, `project.yaml`, `project.invalid` or `project.newer`."""
    if not path.is_file():
        raise FTError(
            "project.missing",
            f"There is no project file {path}.",
            "The file does not exist.",
            "Check the path, or write one: see examples/.",
        )
    if path.suffix not in SUFFIXES:
        raise FTError(
            "project.invalid",
            f"{path.name} is not a project file.",
            "A project is a .yaml file that names the data and the settings.",
            f"Write the line `data: {{source: {path.name}}}` into a file project.yaml beside it, and give that one.",
        )
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise FTError(
            "project.yaml",
            f"{path.name} is not a text file in UTF-8.",
            f"Byte {error.start + 1} is none that UTF-8 has there.",
            "Save it as plain text (UTF-8), or choose the project file.",
        ) from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-13-01
        where = getattr(error, "problem_mark", None)
        line = f" near line {where.line + 1}" if where else ""
        raise FTError(
            "project.yaml",
            f"{path.name} is not valid YAML{line}.",
            f"{getattr(error, 'problem', None) or error}.",
            "Check indentation, colons and quotes there.",
        ) from error
    return parse(values, path.name)


def dump(spec: ProjectSpec) -> str:
    """The project as YAML that `load` reads back, every default written out."""
    return yaml.safe_dump(spec.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)
