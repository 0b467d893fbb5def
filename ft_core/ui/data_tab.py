"""Data: from a file to a checked, cleaned and split dataset."""

from pathlib import Path
from typing import Any

import gradio as gr

from ft_core import amounts, pipeline
from ft_core.data.look import look as look_at
from ft_core.data.read.files import read
from ft_core.data.shape.shape import Shaped
from ft_core.data.table import Table
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, ColumnSpec, DataSpec, SplitSpec, treatments
from ft_core.settings.project import ProjectSpec
from ft_core.ui import fields, frames, show, theme, uploads
from ft_core.ui.shared import Shared, next_button
from ft_core.workspace import Workspace

SPLIT = ("validation", "test", "seed")
FIXES = {name: str(field.title) for name, field in CleanSpec.model_fields.items()}
SHAPES = {
    "text-label": "a text and its label",
    "prompt-answer": "a prompt and its answer",
    "messages": "whole conversations (messages)",
    "sharegpt": "whole conversations (ShareGPT)",
    "alpaca": "instruction, input and output (Alpaca)",
    "squad": "questions on a text (SQuAD)",
}


def build(shared: Shared) -> None:
    """Components, then events."""
    gr.Markdown(
        "Bring a table of examples: what people write, and what the model should answer. Here it is checked, cleaned "
        "and divided, so that the result can be trusted.",
        elem_classes="lead",
    )
    with gr.Column(elem_classes="step"):
        gr.HTML(
            show.step(
                1,
                "Choose data",
                "A spreadsheet saved as CSV is fine: one row per example, one column with the text, one with the answer or "
                "label. Your file is copied, never changed.",
            )
        )
        with gr.Row(equal_height=True):
            file = gr.File(
                label="Your file (.csv .tsv .json .jsonl .parquet)",
                height=150,
                elem_id="data-file",
                scale=2,
            )
            with gr.Column(scale=1, elem_classes="aside"):
                gr.Markdown(
                    "No file at hand? The example holds customer messages to sort into six kinds. It trains in a few minutes on two processor cores.",
                    elem_classes="quiet",
                )
                example = gr.Button("Use the example", variant="primary", elem_id="data-use-example")

    with gr.Column(elem_classes="step", visible=False) as understood_step:
        gr.HTML(show.step(2, "Check what was understood", "Correct it where it is wrong; everything below follows."))
        understood = gr.Markdown(elem_id="data-understood")
        with gr.Row():
            prompt = gr.Dropdown([], label=_title("prompt"), info=_help("prompt"), elem_id="data-prompt-column")
            answer = gr.Dropdown([], label=_title("answer"), info=_help("answer"), elem_id="data-answer-column")
            messages = gr.Dropdown(
                [], label=_title("messages"), info=_help("messages"), visible=False, elem_id="data-messages-column"
            )
        task_field = ProjectSpec.model_fields["task"]
        task = gr.Radio(
            ["classification", "instruction", "chat"],
            label=task_field.title,
            info=task_field.description,
            elem_id="data-task",
        )
        system_field = DataSpec.model_fields["system"]
        system = gr.Textbox(
            label=system_field.title, info=f"{system_field.description} May be empty.", lines=2, elem_id="data-system"
        )
        preview = gr.Dataframe(
            label="The first ten examples, before anything is fixed. Row 1 is the first row below the header.",
            interactive=False,
            wrap=True,
            buttons=[],
            elem_id="data-preview",
            column_widths=["60px", "560px", "240px"],
            max_height=420,
        )

    with gr.Column(elem_classes="step", visible=False) as problems_step:
        gr.HTML(
            show.step(
                3,
                "Problems found",
                "Untidy data teaches untidy answers, and copies of one row in two splits make a score look better than it is.",
            )
        )
        no_problems = gr.Markdown("No problems found. The rows can be used as they are.", visible=False)
        problems = gr.Dataframe(
            interactive=False,
            wrap=True,
            buttons=[],
            elem_id="data-problems",
            column_widths=["150px", "90px", "180px", "260px", "260px"],
            show_label=False,
            label="Problems",
        )
        fixes = gr.CheckboxGroup(
            _fix_choices([]),
            value=_ticked(CleanSpec()),
            label="Fix these",
            info="What is not ticked stays as it is.",
            elem_id="data-fixes",
        )
        with gr.Accordion("Before and after", open=False) as before_after:
            samples = gr.Dataframe(interactive=False, wrap=True, buttons=[], show_label=False, label="Before and after")

    with gr.Column(elem_classes="step", visible=False) as prepare_step:
        gr.HTML(
            show.step(
                4,
                "Prepare the dataset",
                "The rows are divided in three: training teaches, validation is watched meanwhile, test is kept unseen for the verdict.",
            )
        )
        with gr.Accordion("Advanced", open=False), gr.Row():
            split = fields.inputs(SplitSpec, SPLIT, "data")
        with gr.Row(elem_classes="actions"):
            prepare = gr.Button("Prepare dataset", variant="primary", elem_id="data-prepare")

    with gr.Column(elem_classes="step", visible=False, elem_id="data-result") as result:
        gr.HTML(show.step(5, "Look at the result", "This is exactly what will be learnt from."))
        summary = gr.HTML(elem_id="data-summary")
        done = gr.Markdown(elem_classes="quiet")
        balance = gr.BarPlot(
            x="label", y="examples", color="split", title="Examples per label", x_title="label", y_title="examples", color_title="split",
            color_map=theme.SPLITS, sort=None, height=280, buttons=[], visible=False, elem_id="data-balance", show_label=False, label="Examples per label",
        )  # fmt: skip
        gr.HTML(
            show.legend(
                [
                    (theme.LEARNT, "learnt: the model is corrected on these tokens"),
                    (theme.READ, "read only: the model sees them, and is not corrected on them"),
                ]
            )
        )
        tokens = gr.HighlightedText(
            label="One example as tokens, the pieces the base model reads; another base model cuts the words differently", color_map={"learnt": theme.LEARNT, "read only": theme.READ},
            show_inline_category=False, combine_adjacent=False, elem_id="data-tokens", elem_classes="tokens",
        )  # fmt: skip
        number = gr.Slider(
            1,
            2,
            value=1,
            step=1,
            label="Training example",
            info="Choose another one to look at.",
            elem_id="data-token-example",
        )
        with gr.Accordion("What does this mean?", open=False):
            gr.Markdown(
                "A model reads **tokens**: whole words, parts of words, and marks such as `<|user|>` that say who speaks. "
                "During training it guesses every next token; "
                "only the guesses inside the answer count. The token that ends the answer is learnt too: that is how the model learns to stop."
            )
    with gr.Row():
        leads_on = next_button(shared, "training", "Training")

    understanding = [
        understood_step,
        understood,
        prompt,
        answer,
        messages,
        task,
        system,
        preview,
        problems_step,
        no_problems,
        problems,
        fixes,
        before_after,
        samples,
        prepare_step,
        example,
    ]
    choices = [shared.source, prompt, answer, messages, task, system, fixes]
    shown = [result, summary, done, balance, number, tokens, leads_on, prepare, example]
    quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
    old = [result, leads_on]  # what was made of the file before
    for event in (
        file.upload(shared.private(take), [file], [shared.source, *understanding], api_visibility="private"),
        example.click(shared.private(use_example), None, [shared.source, *understanding], api_visibility="private"),
    ):
        event.success(lambda: [gr.update(visible=False)] * 2, None, old, queue=False, **quick)
    for control in (prompt, answer, messages, task, fixes):
        control.input(shared.private(look), choices, understanding, **quick)
    system.blur(shared.private(look), choices, understanding, **quick)
    ready = prepare.click(
        shared.private(prepare_dataset), [*choices, *split], [shared.dataset_id], api_visibility="private"
    )
    ready.success(shared.private(show_dataset), [shared.dataset_id], shown, **quick)
    number.release(shared.private(show_tokens), [shared.dataset_id, number], [tokens], **quick)
    shared.page.load(
        shared.quiet(look_again),
        [shared.source, shared.dataset_id],
        understanding,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    gr.on(
        [shared.page.load, shared.dataset_id.change],
        shared.quiet(show_dataset),
        [shared.dataset_id],
        shown,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def take(workspace: Workspace, file: str | None) -> list[Any]:
    """An upload becomes a source of ours and is looked at; one that cannot be says why where its steps would be."""
    try:
        if not file:
            raise FTError(
                "data.missing",
                "No file was chosen.",
                "The upload holds no file.",
                "Choose a file, or press Use the example.",
            )
        source = uploads.keep(workspace, Path(file))
    except FTError as error:
        return ["", *_not_understood([], error, None, None)]
    return [source, *look_afresh(workspace, source)]


def use_example(workspace: Workspace) -> list[Any]:
    """The shipped example becomes the source, with the columns and the system prompt that its project chooses."""
    data = uploads.keep_example(workspace)
    columns = data.data.columns
    system = data.data.system or ""
    return [
        data.data.sources[0],
        *look(
            workspace,
            data.data.sources[0],
            columns.prompt,
            columns.answer,
            None,
            data.task,
            system,
            _ticked(CleanSpec()),
        ),
    ]


def look_afresh(workspace: Workspace, source: str) -> list[Any]:
    """A new file: everything is found by itself."""
    return look(workspace, source, None, None, None, None, "", _ticked(CleanSpec()))


def look_again(workspace: Workspace, source: str, dataset_id: str) -> Any:
    """After a reload: the same file, with the choices it was last prepared with."""
    if not source:
        return gr.skip()
    dataset = uploads.selected_dataset(workspace, dataset_id)
    spec = uploads.project_of(workspace, dataset) if dataset else None
    if spec is None or spec.data.source != source:
        return look_afresh(workspace, source)
    columns, system = spec.data.columns, spec.data.system or ""
    ticked = _ticked(spec.data.clean)
    return look(workspace, source, columns.prompt, columns.answer, columns.messages, spec.task, system, ticked)


def look(
    workspace: Workspace,
    source: str,
    prompt: str | None,
    answer: str | None,
    messages: str | None,
    task: Any,
    system: str,
    fixes: list[str],
) -> list[Any]:
    """Read the source and show how it is understood, its first examples and its problems. Updates in the order of `understanding`."""
    wanted = (
        ColumnSpec(messages=messages or None) if messages else ColumnSpec(prompt=prompt or None, answer=answer or None)
    )
    columns: list[str] = []
    try:
        table = read(uploads.find(workspace, source))
        columns = table.columns
        spec = DataSpec(source=source, columns=wanted, system=system.strip() or None, clean=_clean(fixes))
        looked = look_at(table, spec, task)
    except FTError as error:
        name, kept = uploads.title(source), source  # the name that the person knows
        told = FTError(error.code, *(part.replace(kept, name) for part in (error.what, error.why, error.fix)))
        return _not_understood(columns, told, prompt, answer)
    shaped = looked.shaped
    found = [problem.as_dict() for problem in looked.problems]
    whole = shaped.columns.messages is not None
    befores = frames.problem_samples(found)
    return [
        gr.update(visible=True),
        _understood_words(table, shaped),
        gr.update(choices=table.columns, value=shaped.columns.prompt, visible=not whole),
        gr.update(choices=table.columns, value=shaped.columns.answer, visible=not whole),
        gr.update(choices=table.columns, value=shaped.columns.messages, visible=whole),
        gr.update(value=shaped.task, visible=True),
        gr.update(value=system, visible=True),
        _preview(shaped),
        gr.update(visible=True),
        gr.update(visible=not found),
        gr.update(value=frames.problems(found), visible=bool(found)),
        gr.update(choices=_fix_choices(found), value=fixes, visible=bool(found)),
        gr.update(visible=len(befores) > 0),
        befores,
        gr.update(visible=True),
        gr.update(variant="secondary"),
    ]


def prepare_dataset(
    workspace: Workspace,
    source: str,
    prompt: str | None,
    answer: str | None,
    messages: str | None,
    task: Any,
    system: str,
    fixes: list[str],
    *split: Any,
) -> str:
    """Clean, divide and store; the id of the dataset version. Raises FTError `data.*` or `settings.invalid`."""
    columns = ColumnSpec(messages=messages) if messages else ColumnSpec(prompt=prompt or None, answer=answer or None)
    data = DataSpec(
        source=source,
        columns=columns,
        system=system.strip() or None,
        clean=_clean(fixes),
        split=fields.collect(SplitSpec, SPLIT, split),
    )
    return uploads.prepare(workspace, ProjectSpec(name=source.rsplit("-", 1)[0], task=task, data=data)).id


def show_dataset(workspace: Workspace, dataset_id: str) -> Any:
    """The selected dataset, in the order of `shown`."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    report, counts = dataset.report, dataset.counts
    model = uploads.project_of(workspace, dataset).model
    lengths = pipeline.base_token_lengths(dataset, model.base, model.revision)
    values = [
        ("Rows kept", f"{report['kept']:,}", f"of {report['rows']:,}"),
        ("Training", f"{counts['train']:,}", "examples"),
    ]
    values += [("Validation", f"{counts['validation']:,}", "examples"), ("Test", f"{counts['test']:,}", "examples")]
    if lengths:
        values += [
            ("Median length", f"{lengths['median']:,}", "tokens"),
            ("Longest", f"{lengths['max']:,}", f"tokens, row {lengths['longest_row']:,}"),
        ]
    steps = [
        f"{show.plain(row['title'])}: {_step_words(row)}" for row in report["steps"] if row["changed"] or row["removed"]
    ]
    balance = frames.label_counts(report)
    return [
        gr.update(visible=True),
        show.tiles(values),
        "Done: " + "; ".join(steps) + "." if steps else "Nothing had to be changed.",
        gr.update(value=balance, visible=len(balance) > 0, x_label_angle=-30),
        gr.update(maximum=max(2, counts["train"]), value=1),
        show_tokens(workspace, dataset.id, 1),
        gr.update(visible=True, variant="primary"),
        gr.update(variant="secondary"),
        gr.update(variant="secondary"),
    ]


def show_tokens(workspace: Workspace, dataset_id: str, number: float) -> Any:
    """One training example as (piece, learnt or read only)."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    model = uploads.project_of(workspace, dataset).model
    tokenizer = pipeline.base_tokenizer(model.base, model.revision)
    if tokenizer is None:
        return []  # a Hub model that is not on this machine yet
    examples = dataset.examples("train")
    encoded = tokenizer.encode(examples[min(max(int(number), 1), len(examples)) - 1].messages)
    return [
        (piece, "learnt" if learnt else "read only")
        for piece, learnt in zip(encoded.pieces, encoded.learnt, strict=True)
    ]


def _clean(fixes: list[str]) -> CleanSpec:
    return CleanSpec.model_validate({code: treatments(code)[0] if code in fixes else "keep" for code in FIXES})


def _ticked(clean: CleanSpec) -> list[str]:
    return [code for code in FIXES if getattr(clean, code) != "keep"]


def _understood_words(table: Table, shaped: Shaped) -> str:
    rows = amounts.count(len(table) + len(table.bad_rows), "row")
    where = f"{table.format.upper()} file" + (f", {table.encoding}" if table.encoding else "")
    labels = f" with {amounts.count(len(shaped.labels), 'label')}" if shaped.labels else ""
    return f"**{rows}** · {where} · {SHAPES.get(shaped.shape, shaped.shape)}{labels}\n\n{show.quoted(shaped.why)}"


def _not_understood(columns: list[str], error: FTError, prompt: str | None, answer: str | None) -> list[Any]:
    """What is wrong, and the columns to choose from when there are any; the later steps wait."""
    chosen = [
        gr.update(choices=columns, value=value if value in columns else None, visible=bool(columns))
        for value in (prompt, answer, None)
    ]
    hidden = gr.update(visible=False)
    keep = gr.skip()
    some = gr.update(visible=bool(columns))
    problem = [gr.update(visible=True), show.problem(error), *chosen, some, some, gr.update(value=None, visible=False)]
    return [
        *problem,
        hidden,
        keep,
        keep,
        keep,
        keep,
        keep,
        hidden,
        gr.update(variant="secondary" if columns else "primary"),
    ]


def _preview(shaped: Shaped) -> dict[str, Any]:
    rows = [[example.row, example.question, example.answer] for example in shaped.examples[:10]]
    return gr.update(value={"headers": ["Row", "Prompt", "Answer"], "data": rows}, visible=True)


def _fix_choices(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The switches of CleanSpec with how many rows each concerns."""
    counts = {problem["code"]: problem["count"] for problem in found}
    return [
        (f"{title} ({amounts.count(counts[code], 'row')})" if code in counts else f"{title} (none found)", code)
        for code, title in FIXES.items()
    ]


def _step_words(row: dict[str, Any]) -> str:
    parts = [f"{amounts.count(row[key], 'row')} {key}" for key in ("changed", "removed") if row[key]]
    return ", ".join(parts)


def _title(column: str) -> str:
    return str(ColumnSpec.model_fields[column].title)


def _help(column: str) -> str:
    return str(ColumnSpec.model_fields[column].description)
