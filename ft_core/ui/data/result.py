"""Step 6: look at the result: the selected dataset version in figures and words, and what the model reads of it, token by token."""

from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.pipeline.data import base_window
from ft_core.settings.project import ProjectSpec
from ft_core.ui import frames, show, theme, uploads
from ft_core.ui.data import learnt
from ft_core.ui.data.draft import Draft, opened
from ft_core.ui.shared import Shared, follow, next_button
from ft_core.workspace import Workspace

_CHOSEN = ("columns", "system", "label_names", "clean", "edits", "split", "balance")
WAYS = {"oversample": "rows of rare labels are repeated", "undersample": "rows of frequent labels are left out"}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False, elem_id="data-result") as result:
        gr.HTML(show.step(6, "Look at the result", "This is exactly what will be learnt from."))
        source = gr.Markdown(elem_id="data-result-source")
        summary = gr.HTML(elem_id="data-summary")
        facts = gr.Markdown(elem_id="data-facts")
        with gr.Accordion("What was done", open=False, elem_id="data-done") as done:
            steps = gr.Dataframe(
                label="Every step that found something. Your file stays as it is.", interactive=False, wrap=True, buttons=[],
                column_widths=["280px", "130px", "130px", "130px"], elem_id="data-steps",
            )  # fmt: skip
            samples = gr.Dataframe(
                label="Some rows before and after", interactive=False, wrap=True, buttons=[],
                column_widths=["150px", "405px", "405px"], elem_id="data-step-samples",
            )  # fmt: skip
        labels = gr.BarPlot(
            x="label", y="examples", color="split", title="Examples per label", x_title="label", y_title="examples", color_title="split", x_label_angle=-30, sort="-y",
            color_map=theme.SPLITS, height=300, buttons=[], visible=False, elem_id="data-split-labels", show_label=False, label="Examples per label and split",
        )  # fmt: skip
        number, pieces, ending = learnt.build(shared)
    with gr.Row():
        leads_on = next_button(shared, "training", "Training")

    view = [result, summary, facts, done, steps, samples, labels, number, pieces, ending, leads_on]
    chosen = [shared.page.load, shared.dataset_id.change]
    follow(chosen, shared.quiet(show_dataset), [shared.dataset_id], view)
    follow([*chosen, shared.draft.change], shared.quiet(show_source), [shared.draft, shared.dataset_id], [source])


def show_dataset(workspace: Workspace, dataset_id: str) -> Any:
    """The selected dataset, in the order of `view`."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    report, spec = dataset.report, uploads.project_of(workspace, dataset)
    done = report.get("steps", [])
    steps, samples = frames.steps(done), frames.step_samples(done)
    sizes = frames.label_counts(report)
    return [
        gr.update(visible=True),
        show.tiles(_tiles(dataset, spec)),
        _facts(report),
        gr.update(label=_done(done), visible=len(steps) > 0),
        gr.update(value=steps, visible=True),
        gr.update(value=samples, visible=len(samples) > 0),
        gr.update(value=sizes, visible=len(sizes) > 0),
        gr.update(maximum=max(2, dataset.counts["train"]), value=1),
        *learnt.show_tokens(workspace, dataset.id, 1),
        gr.update(visible=True, variant="primary"),
    ]


def show_source(workspace: Workspace, draft: Draft, dataset_id: str) -> Any:
    """What the version was prepared from and when, and whether that is still what stands in the steps above."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    made, now = uploads.project_of(workspace, dataset), opened(workspace, draft)
    words = f"Prepared from **{_named(made)}** ({dataset.created:%d %b %Y %H:%M} UTC)."
    notice = ""
    if now is not None and _place(now) != _place(made):
        notice = f"{_named(now)} of step 1 is not prepared yet: what is shown here, and what a training would learn from, is something else."
    elif now is not None and (
        now.task != made.task or any(getattr(now.data, name) != getattr(made.data, name) for name in _CHOSEN)
    ):
        notice = "You have chosen differently above since then: prepare it again (step 5) to make it count."
    return gr.update(value=f"{words}\n\n**{notice}**" if notice else words, elem_classes=["notice"] if notice else [])


def _place(spec: ProjectSpec) -> tuple[tuple[str, ...], str | None]:
    """The source and, of a dataset on the Hub, its configuration."""
    return spec.data.sources, spec.data.configuration


def _named(spec: ProjectSpec) -> str:
    return ", ".join(show.plain(uploads.title(source)) for source in spec.data.sources)


def _tiles(dataset: Dataset, spec: ProjectSpec) -> list[tuple[str, str, str]]:
    report, counts = dataset.report, dataset.counts
    values = [
        ("Rows kept", f"{report['kept']:,}", f"of {report['rows']:,}"),
        ("Training", f"{counts['train']:,}", "examples"),
        ("Validation", f"{counts['validation']:,}", "examples"),
        ("Test", f"{counts['test']:,}", "examples"),
    ]
    stored = report.get("token_lengths")
    if stored and stored.get("tokenizer") == _fingerprint(spec):
        part = f"{stored['longest_part']}, " if stored.get("longest_part") else ""
        values += [
            ("Median length", f"{stored['median']:,}", "tokens"),
            ("Longest", f"{stored['max']:,}", f"tokens, {part}row {stored['longest_row']:,}"),
        ]
    return values


def _facts(report: dict[str, Any]) -> str:
    """How the rows were divided, and what became of leaks, rare labels and generated rows. Earlier versions know less."""
    told = [*_split_words(report.get("split")), *_leak_words(report.get("leaks"))]
    balance = report.get("balance") or {}
    if balance.get("treatment") in WAYS:
        rows = f"{balance['before']:,} training rows became {balance['after']:,}"
        told.append(f"**Balance:** {WAYS[balance['treatment']]}; {rows}.")
    told += _generated_words(report.get("generated"))
    for name, part in (report.get("parts") or {}).items():
        rows = amounts.count(part["used"]["train"], "training row")
        told.append(f"**Part “{show.plain(name)}”:** {rows}, weight {part['weight']:g}.")
    return "\n".join(f"- {words}" for words in told)


def _split_words(split: dict[str, Any] | None) -> list[str]:
    if not split:
        return []
    words = f"**Split:** {show.quoted(split['why'])}"
    corrected = split.get("to_train")
    if corrected:
        gone = " and ".join(
            f"{len(corrected[name]):,} from {name}" for name in ("test", "validation") if corrected[name]
        )
        words += f" Corrected rows that are learnt from now: {gone or 'none'}."
        if corrected["left_out"]:
            words += f" Left out of training, because they nearly repeat a row that still tests: {len(corrected['left_out']):,}."
    if split.get("groups"):
        held = ", ".join(f"{count:,} in {name}" for name, count in split["groups"].items())
        words += f" Their number: {held}."
    spans = [(name, span) for name, span in split.get("dates", {}).items() if span]
    if spans:
        words += (
            " " + "; ".join(f"{name} from {show.plain(old)} to {show.plain(new)}" for name, (old, new) in spans) + "."
        )
    return [words]


def _leak_words(leaks: dict[str, Any] | None) -> list[str]:
    if not leaks:
        return []
    found = (
        f"{leaks['exact']:,} the same and {leaks['near']:,} nearly the same. " if leaks["exact"] + leaks["near"] else ""
    )
    return [f"**Leaks between splits:** {found}{show.quoted(leaks['why'])}"]


def _generated_words(generated: dict[str, Any] | None) -> list[str]:
    if not generated:
        return []
    used = amounts.count(generated["used"], "generated row")
    words = f"**Generated rows:** {used} joined the training split, none the test."
    if generated.get("pending"):
        words += f" {generated['pending']:,} wait for your review."
    left_out = "; ".join(f"{rows:,} {show.plain(reason)}" for reason, rows in generated.get("left_out", {}).items())
    return [words + (f" Left out: {left_out}." if left_out else "")]


def _done(steps: list[dict[str, Any]]) -> str:
    changed, removed = sum(row["changed"] for row in steps), sum(row["removed"] for row in steps)
    if not changed and not removed:
        return "What was done: nothing had to be changed"
    return f"What was done: {amounts.count(changed, 'change')}, {amounts.count(removed, 'row')} removed"


def _fingerprint(spec: ProjectSpec) -> str | None:
    try:
        window = base_window(spec)
    except FTError:
        return None
    return window.tokenizer.fingerprint if window else None
