"""More data: new rows, questions out of documents, and the person's review of both."""

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, PersonOption, ProjectArgument, token_or_asked
from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.generated import keys, review_rows, show_generated, show_review
from ft_core.terminal.progress import tell_lines
from ft_core.workspace import LOCAL, Workspace, home_folder

if TYPE_CHECKING:  # its client is loaded only where a model is to write
    from ft_core.data.augment.writer import Writer

CountOption = Annotated[int, typer.Option("--count", min=1, max=10_000, help="How many new rows.")]
EndpointOption = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        help="A server that speaks OpenAI's protocol, such as http://127.0.0.1:8000/v1 of `serve`. Its key is taken from FT_API_KEY.",
    ),
]
ProviderOption = Annotated[
    str | None,
    typer.Option("--provider", help="A Hugging Face Inference Provider, or auto. You pay it with your token."),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="The model that writes. The starter model is too weak for it.")
]


def augment(
    path: ProjectArgument,
    way: Annotated[str, typer.Option("--way", help="synonyms, recombine, typos or rephrase (by a language model).")],
    count: CountOption = 50,
    label: Annotated[str | None, typer.Option("--label", help="New rows of this label alone.")] = None,
    endpoint: EndpointOption = None,
    provider: ProviderOption = None,
    model: ModelOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The file they are added to. Left out: the project's, or generated.jsonl beside it."
        ),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """Make new rows out of the training split. None is learnt from before you have accepted it: see `review`."""
    from ft_core.data.augment import augment as more
    from ft_core.data.augment import review as file
    from ft_core.pipeline.data import prepare_source

    def work() -> Result:
        spec = project.load(path)
        name, write = writer(endpoint, provider, model)
        target = out or path.parent / (spec.data.generated or "generated.jsonl")
        known = file.load(target) if target.exists() else []
        original = spec.model_copy(update={"data": spec.data.model_copy(update={"generated": None})})
        dataset = prepare_source(Workspace(home_folder(home), person), original, path.parent, token=get_token())
        made = more.augment(dataset, more.way_of(way), count, label, write, name, known, tell=tell_lines())
        file.save(target, [*known, *made.rows])
        return {"file": str(target), "dataset": dataset.id, "way": way} | made.summary()

    answer(as_json, work, lambda result: show_generated(result, path))


def questions(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Documents, or tables with a column of texts.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The file they are added to.")] = Path("questions.jsonl"),
    count: CountOption = 50,
    endpoint: EndpointOption = None,
    provider: ProviderOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Questions and answers out of documents, each with its passage, to be accepted with `review`.

    Without a model, only headings that ask and sentences that define become questions.
    """
    from ft_core.data import documents
    from ft_core.data import questions as more
    from ft_core.data.augment import review as file

    def work() -> Result:
        name, write = writer(endpoint, provider, model)
        known = file.load(out) if out.exists() else []
        texts = [document for path in files for document in documents.load(path)]
        made = more.ask(texts, count, write, name, known, tell=tell_lines())
        file.save(out, [*known, *made.rows])
        return {"file": str(out)} | made.summary()

    answer(as_json, work, lambda result: show_generated(result, None))


def review_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of generated rows.")],
    accepted: Annotated[
        Path | None,
        typer.Option("--accepted", help="Write the accepted rows to this file, as data of its own (JSONL)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Accept or reject generated rows, one key each; it goes on where you left. With --json, only how many there are of each."""
    from ft_core.data.augment import review

    out = sys.stdout

    def work() -> Result:
        rows = review.load(file)
        if not as_json and not accepted:
            with contextlib.redirect_stdout(out):
                review_rows(file, keys(sys.stdin))
            rows = review.load(file)
        exported = {"exported": review.export(rows, accepted), "to": str(accepted)} if accepted else {}
        return {"file": str(file)} | review.counts(rows) | exported

    answer(as_json, work, show_review)


def writer(endpoint: str | None, provider: str | None, model: str | None) -> "tuple[str | None, Writer | None]":
    """The model that writes and how it is asked; (None, None) where none is named. Raises FTError `augment.writer`, `writer.*`."""
    from ft_core.data.augment import writer

    if endpoint is None and provider is None and model is None:
        return None, None
    if model is None or (endpoint is None) == (provider is None):
        raise FTError(
            "augment.writer",
            "It is not clear which model is to write.",
            "It takes a --model, and either an --endpoint or a --provider.",
            "Add --endpoint URL --model NAME, or --provider NAME --model NAME.",
        )
    if endpoint is not None:
        return model, writer.endpoint(endpoint, model, os.environ.get("FT_API_KEY"))
    return model, writer.provider(provider or "", model, token_or_asked())
