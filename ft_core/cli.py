"""The command line: the same functions the tabs call. What a person sees of them is in `ft_core.terminal`.

Exit codes: 0 done, 2 something the person can fix, 1 a defect of ours. With --json exactly one JSON object goes to standard output and
everything else to standard error.
"""

import contextlib
import getpass
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from huggingface_hub import get_token

from ft_core import terminal
from ft_core.errors import FTError
from ft_core.run import JobName, Run
from ft_core.settings import project
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.terminal import Result
from ft_core.worker.job import Outcome
from ft_core.worker.overview import overview, overviews
from ft_core.worker.quiet import quiet_libraries
from ft_core.workspace import LOCAL, Workspace, home_folder

if TYPE_CHECKING:  # reading what is stored loads pyarrow, which most commands do without
    from ft_core.data.store import Dataset

if TYPE_CHECKING:
    from ft_core.data.augment.writer import Writer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Fine-Tuning Studio: from a spreadsheet to a measured model.",
    epilog="Begin with: python -m ft_core run examples/ticket_triage/project.yaml",
)

HomeOption = Annotated[
    str | None, typer.Option("--home", help="The workspace. Also FT_HOME; else ~/.fine-tuning-studio.")
]
PersonOption = Annotated[
    str, typer.Option("--person", hidden=True, help="Whose part of the workspace; the page asks so.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or the path of its folder.")]
DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="A dataset version's id, or the path of its folder.")
]
ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT.yaml", help="A project file.")]
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


def main() -> None:
    """The entry of `python -m ft_core`."""
    os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    quiet_libraries()
    if "--json" not in sys.argv:
        app()
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        why = error.format_message()
        fix = "Read what it takes: python -m ft_core COMMAND --help"
        terminal.refuse(FTError("command.invalid", "The command cannot be understood.", why, fix), as_json=True)


@contextlib.contextmanager
def stop_on_interrupt(run: Run) -> Iterator[None]:
    """The first Ctrl-C asks the run to stop and keep its work, the second ends it at once."""

    def ask(_signal: int, _frame: object) -> None:
        print("Stopping at the next step; the work is kept. Ctrl-C again ends at once.", file=sys.stderr)
        run.request_stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def in_foreground(run: Run, job: JobName) -> Outcome:
    """Train or evaluate here, with progress shown and Ctrl-C obeyed."""
    from ft_core.worker.jobs import here

    print(f"Run {run.id}: {job}", file=sys.stderr, flush=True)
    state = run.job(job)
    if state is None or state.status != "running":  # another process that is at it keeps its request to stop
        run.clear_stop()
    with terminal.shown_progress(run, job) as progress, stop_on_interrupt(run):
        return here(run, job, {}, get_token(), progress)


@app.command("inspect")
def inspect_command(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA... | PROJECT.yaml",
            help="A file, several, a folder, a Hub dataset (owner/name), or a project file.",
        ),
    ],
    configuration: Annotated[str | None, typer.Option("--configuration", help="Of a Hub dataset: which part.")] = None,
    revision: Annotated[
        str | None, typer.Option("--revision", help="Of a Hub dataset: a branch, tag or commit.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """What the data holds: format, columns, rows, problems, token lengths. Of a project, with its settings."""
    from ft_core.pipeline import inspect_source

    def work() -> Result:
        first, folder = Path(data[0]), Path()
        spec = ProjectSpec(data=DataSpec(source=tuple(data), configuration=configuration, revision=revision))
        if len(data) == 1 and is_project(first):
            spec, folder = project.load(first), first.parent
        with terminal.told() as tell:
            return inspect_source(Workspace(home_folder(home), person), spec, folder, tell, get_token())

    terminal.answer(as_json, work, lambda found: terminal.show_inspection(found, Path(data[0]), data[1:]))


@app.command()
def prepare(
    source: Annotated[
        Path,
        typer.Argument(metavar="PROJECT.yaml | DATA", help="A project file, a data file or folder, or a Hub dataset."),
    ],
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """Clean, split and store a dataset version."""
    from ft_core.pipeline import base_token_lengths, prepare_source

    def work() -> Result:
        spec = project_or_data(source)
        with terminal.told() as tell:
            dataset = prepare_source(Workspace(home_folder(home), person), spec, source.parent, tell, get_token())
            lengths = base_token_lengths(dataset, spec.model.base, spec.model.revision)
        removed = dataset.report["rows"] - dataset.report["kept"]
        return {
            "dataset": dataset.id,
            "rows": dataset.report["rows"],
            "removed": removed,
            "splits": dataset.counts,
            "report": dataset.report | {"token_lengths": lengths},
        }

    terminal.answer(as_json, work, lambda result: terminal.show_dataset(result, source, is_project(source)))


@app.command()
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
    from ft_core.pipeline import prepare_source

    def work() -> Result:
        spec = project.load(path)
        name, write = writer(endpoint, provider, model)
        target = out or path.parent / (spec.data.generated or "generated.jsonl")
        known = file.load(target) if target.exists() else []
        original = spec.model_copy(update={"data": spec.data.model_copy(update={"generated": None})})
        dataset = prepare_source(Workspace(home_folder(home), person), original, path.parent, token=get_token())
        made = more.augment(dataset, more.way_of(way), count, label, write, name, known, tell=terminal.tell_lines())
        file.save(target, [*known, *made.rows])
        return {"file": str(target), "dataset": dataset.id, "way": way} | made.summary()

    terminal.answer(as_json, work, lambda result: terminal.show_generated(result, path))


@app.command()
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
        made = more.ask(texts, count, write, name, known, tell=terminal.tell_lines())
        file.save(out, [*known, *made.rows])
        return {"file": str(out)} | made.summary()

    terminal.answer(as_json, work, lambda result: terminal.show_generated(result, None))


@app.command("review")
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
                terminal.review(file, terminal.keys(sys.stdin))
            rows = review.load(file)
        exported = {"exported": review.export(rows, accepted), "to": str(accepted)} if accepted else {}
        return {"file": str(file)} | review.counts(rows) | exported

    terminal.answer(as_json, work, terminal.show_review)


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
    return model, writer.provider(provider or "", model, own_token())


def is_project(source: Path) -> bool:
    return source.suffix in project.SUFFIXES


def project_or_data(source: Path) -> ProjectSpec:
    """The project in a YAML file, or one of defaults around a data file, a folder or a Hub dataset."""
    from ft_core.data.read.hub_dataset import is_id

    if is_project(source):
        return project.load(source)
    on_hub = not source.exists() and is_id(str(source))
    return ProjectSpec(data=DataSpec(source=str(source) if on_hub else source.name or str(source.resolve())))


@app.command()
def datasets(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """All dataset versions, newest first."""
    from ft_core.data import store

    def work() -> Result:
        return {"datasets": [dataset_row(dataset) for dataset in store.versions(Workspace(home_folder(home)).datasets)]}

    terminal.answer(as_json, work, terminal.show_datasets)


def dataset_row(dataset: "Dataset") -> Result:
    return {
        "id": dataset.id,
        "source": dataset.report["source"],
        "rows": sum(dataset.counts.values()),
        "splits": dataset.counts,
        "created": dataset.created.isoformat(timespec="seconds"),
        "task": dataset.task,
    }


@app.command()
def compare(
    first: DatasetArgument, second: DatasetArgument, as_json: JsonOption = False, home: HomeOption = None
) -> None:
    """Two dataset versions side by side: settings, rows, splits, problems."""
    from ft_core.data.compare import compare as compared

    def work() -> Result:
        one, other = (find_dataset(text, home) for text in (first, second))
        return compared(one, other).as_dict()

    terminal.answer(as_json, work, terminal.show_comparison)


def find_dataset(text: str, home: str | None) -> "Dataset":
    from ft_core.data.store import Dataset

    return Dataset.open(Workspace(home_folder(home)).dataset_or_path(text))


@app.command("push-dataset")
def push_dataset_command(
    dataset: DatasetArgument,
    repo: Annotated[str, typer.Option("--repo", help="owner/name on the Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Everybody can see it. Left out: private.")] = False,
    licence: Annotated[
        str, typer.Option("--license", help="The licence of the rows as the Hub writes it, such as cc-by-4.0.")
    ] = "unknown",
    include_private_data: Annotated[
        bool,
        typer.Option("--include-private-data", help="Push private data and secrets that are known to be in it, too."),
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Share a dataset version on the Hugging Face Hub, with its card.

    The token is taken from HF_TOKEN, else from `hf auth login`; else you are asked for it.
    """
    from ft_core.hub.push_dataset import push_dataset

    def tell(step: int, total: int, message: str) -> None:
        print(f"{step}/{total} {message}", file=sys.stderr, flush=True)

    def work() -> Result:
        found = find_dataset(dataset, home)
        return push_dataset(found, repo, not public, own_token(), tell, licence, include_private_data)

    terminal.answer(as_json, work, lambda result: print(result["url"]))


@app.command()
def train(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """One training in the foreground."""
    from ft_core.pipeline import create_run, prepare_source

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        spec = project.load(path)
        run = create_run(workspace, spec, prepare_source(workspace, spec, path.parent, token=get_token()))
        in_foreground(run, "train")
        return training_result(run)

    terminal.answer(as_json, work, terminal.show_training)


@app.command()
def resume(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Go on with a training that was stopped or interrupted."""

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        found.require_unfinished()
        in_foreground(found, "train")
        return training_result(found)

    terminal.answer(as_json, work, terminal.show_training)


def training_result(run: Run) -> Result:
    return {"run": run.id} | (run.training() or {})


@app.command()
def stop(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Ask a run to stop and keep its work."""
    from ft_core.worker import launch

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        found = workspace.run_or_path(run)
        jobs: tuple[JobName, ...] = ("train", "evaluate", "serve")
        asked: list[JobName] = [
            job for job in jobs if launch.view(workspace, found, job).status in ("running", "queued")
        ]
        for job in asked:
            launch.stop(workspace, found, job)
        return {"run": found.id, "asked": asked}

    terminal.answer(
        as_json, work, lambda result: print(f"Asked to stop: {', '.join(result['asked']) or 'nothing was at work'}")
    )


@app.command()
def status(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Where a run stands."""

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        return overview(workspace, workspace.run_or_path(run))

    terminal.answer(as_json, work, terminal.show_status)


@app.command()
def runs(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """All runs, newest first."""

    def work() -> Result:
        return {"runs": overviews(Workspace(home_folder(home)))}

    terminal.answer(as_json, work, terminal.show_runs)


@app.command()
def evaluate(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Base, base with examples in the prompt, and tuned, on the test split."""

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        outcome = in_foreground(found, "evaluate")
        report = found.report() if outcome == "done" else None
        return {"run": found.id, "status": outcome, "metrics": {}, "verdict": None} | (report or {})

    terminal.answer(as_json, work, terminal.show_evaluation)


@app.command()
def run(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The main job: prepare, train and evaluate."""
    from ft_core.pipeline import run_project

    terminal.answer(
        as_json,
        lambda: run_project(Workspace(home_folder(home)), path, in_foreground, get_token()),
        terminal.show_main_job,
    )


@app.command()
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

    terminal.answer(as_json, work, lambda result: print(result["answer"]))


@app.command()
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
        with terminal.shown_progress(found, "serve") as progress, contextlib.suppress(KeyboardInterrupt):

            def tell(step: int, total: int, message: str) -> None:
                progress(step, total, message)
                if message == "ready":
                    say_address(found, as_json, out)

            here(found, "serve", {"port": port}, get_token(), tell)
        print("The server has ended.")

    terminal.answer(as_json, work, lambda _result: None)


def say_address(run: Run, as_json: bool, out: TextIO) -> None:
    """Where the run's server answers, as soon as it does."""
    state = run.job("serve")
    port = state.port if state else None
    url = f"http://127.0.0.1:{port}/v1"
    with contextlib.redirect_stdout(out):
        if as_json:
            terminal.print_json({"run": run.id, "url": url, "port": port})
        else:
            print(f"Ready at {url} with the models tuned and base. Ctrl-C ends it.", flush=True)


@app.command()
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
        token = own_token()  # before the bar, which would be drawn over the question
        with terminal.shown_progress(found, "push") as progress:
            here(found, "push", {"repo": repo, "private": not public}, token, progress)
        return found.hub() or {}

    terminal.answer(as_json, work, lambda result: print(result["url"]))


def own_token() -> str | None:
    """The person's own token, asked for on a terminal when there is none."""
    if (token := get_token()) or not sys.stdin.isatty():
        return token
    with contextlib.suppress(EOFError):
        return getpass.getpass("Access token (hf.co/settings/tokens): ")
    return None
