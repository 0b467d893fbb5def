"""Step 6: look at the result: the selected dataset version in figures and words, and what the model reads of it, token by token."""

import math
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
import numpy

from ft_core import amounts, catalog, download
from ft_core.data import store, tokens
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer, View, Window
from ft_core.errors import FTError
from ft_core.settings.example import Example
from ft_core.settings.project import ProjectSpec
from ft_core.ui import frames, show, theme, uploads
from ft_core.ui.shared import Shared, next_button
from ft_core.workspace import Workspace

SAMPLE = 2_000  # training examples whose lengths are looked at: as many as take less than a second
SHOWN_TOKENS = 2_000
BARS = 20  # as many as a phone has room for
COLOURS = {"learnt": theme.LEARNT, "read only": theme.READ, "cut": theme.CUT}
MEANINGS = {
    "learnt": "learnt: the model is corrected on these tokens",
    "read only": "read only: the model sees them, and is not corrected on them",
    "cut": "cut: beyond Longest example, the model never sees them",
}
WAYS = {"oversample": "rows of rare labels are repeated", "undersample": "rows of frequent labels are left out"}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False, elem_id="data-result") as result:
        gr.HTML(show.step(6, "Look at the result", "This is exactly what will be learnt from."))
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
        lengths = gr.BarPlot(
            x="tokens", y="examples", color="part", title="Examples by length", x_title="length in tokens, up to", y_title="examples",
            color_title="", color_map=theme.LENGTHS, x_label_angle=-90, height=300, buttons=[], visible=False, elem_id="data-lengths",
            show_label=False, label="Training examples by their length in tokens",
        )  # fmt: skip
        length_words = gr.Markdown(elem_id="data-length-words")
        gr.HTML(show.legend([(COLOURS[kind], MEANINGS[kind]) for kind in COLOURS]))
        pieces = gr.HighlightedText(
            label="One example as tokens, the pieces the base model reads; another base model cuts the words differently", color_map=COLOURS,
            show_inline_category=False, combine_adjacent=False, elem_id="data-tokens", elem_classes="tokens",
        )  # fmt: skip
        ending = gr.Markdown(elem_id="data-token-end")
        number = gr.Slider(
            1,
            2,
            value=1,
            step=1,
            label="Training example",
            info="Choose another one to look at.",
            elem_id="data-token-example",
        )
        with gr.Accordion("Padding and packing, with your numbers", open=False, elem_id="data-padding"):
            padding = gr.Markdown()
        with gr.Accordion("What does this mean?", open=False):
            gr.Markdown(
                "A model reads **tokens**: whole words, parts of words, and marks such as `<|user|>` that say who speaks. "
                "During training it guesses every next token; "
                "only the guesses inside the answer count. The token that ends the answer is learnt too: that is how the model learns to stop."
            )
    with gr.Row():
        leads_on = next_button(shared, "training", "Training")

    view = [result, summary, facts, done, steps, samples, labels, number, pieces, ending, leads_on]
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    chosen = [shared.page.load, shared.dataset_id.change]
    gr.on(chosen, shared.quiet(show_dataset), [shared.dataset_id], view, **quick)
    # Beside it, because long texts take their time the first time.
    gr.on(chosen, shared.quiet(show_lengths), [shared.dataset_id], [lengths, length_words, padding], **quick)
    number.release(
        shared.private(show_tokens),
        [shared.dataset_id, number],
        [pieces, ending],
        show_progress="minimal",
        api_visibility="private",
    )


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
        *show_tokens(workspace, dataset.id, 1),
        gr.update(visible=True, variant="primary"),
    ]


def show_lengths(workspace: Workspace, dataset_id: str) -> Any:
    """The chart of lengths, what it says, and padding and packing in words; hidden while the base model's tokenizer is not here."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    spec = uploads.project_of(workspace, dataset)
    folder = _base_folder(spec)
    try:
        found = _lengths(dataset.folder, folder, spec.model.base) if folder else None
    except FTError:
        found = None  # told below the tokens
    if found is None:
        return [
            gr.update(visible=False),
            "",
            "It can be told once the base model is on this machine: a training downloads it.",
        ]
    limit, batch = spec.training.max_length, spec.training.batch_size
    # One example of a million tokens would leave one bar for all others.
    most = 2 * limit
    bars = tokens.histogram(numpy.minimum(found, most), limit, BARS)
    chart = frames.lengths(bars, int(found.max()) > most)
    return [
        gr.update(value=chart, visible=True),
        _length_words(found, limit, dataset.counts["train"]),
        _padding_words(tokens.packing(found, limit, batch), len(found), limit, batch),
    ]


def show_tokens(workspace: Workspace, dataset_id: str, number: Any) -> Any:
    """One training example as (piece, learnt, read only or cut), and in words how it ends."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    spec = uploads.project_of(workspace, dataset)
    try:
        window = _window(spec)
        if window is None:
            return [
                [],
                f"The tokens can be shown once **{show.plain(spec.model.base)}** is on this machine: a training downloads it.",
            ]
        wanted = int(number) if isinstance(number, int | float) and math.isfinite(number) else 1
        [example] = _examples(dataset, [min(max(wanted, 1), dataset.counts["train"]) - 1])
        seen = tokens.view(window, example)
    except FTError as error:
        return [[], show.problem(error)]
    return [_shortened(seen), _ending(seen, window)]


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


def _length_words(lengths: numpy.ndarray, limit: int, total: int) -> str:
    cut = int((lengths > limit).sum())
    looked_at = amounts.count(len(lengths), "training example")
    words = f"**Longest example: {limit:,} tokens.** "
    if cut:
        words += (
            f"{cut:,} of {looked_at} are longer: what is beyond is cut, and that is the end of the answer. Raise **Longest example** in the Training "
            f"tab (the longest has {int(lengths.max()):,} tokens), or leave these rows out in step 3."
        )
    else:
        words += f"All {looked_at} fit; half of them have at most {int(numpy.median(lengths)):,} tokens, the longest {int(lengths.max()):,}."
    return words + (f" This is a sample, by chance, of all {total:,}." if len(lengths) < total else "")


def _padding_words(packing: tokens.Packing, rows: int, limit: int, batch: int) -> str:
    batches = math.ceil(rows / batch)
    share = packing.padding_unsorted * batches / (packing.tokens + packing.padding_unsorted * batches)
    verdict = (
        "For these examples it is worth little."
        if packing.saved_sorted < 0.1
        else "For these examples it would be worth having."
    )
    return (
        f"A model computes a **batch** of examples at once (your Batch size: {batch:,}), and all rows of a batch must have one length. Shorter ones "
        "are filled up with **padding**: tokens that cost time and teach nothing.\n\n"
        f"- Drawn by chance, a batch holds {packing.padding_unsorted:,.0f} padding tokens on average: {share:.0%} of all that is computed.\n"
        f"- With rows of like length together, {packing.padding_sorted:,.0f}. Training here draws each batch by chance and, where it computes a "
        "batch in several parts, puts rows of like length into one part: it is between the two.\n"
        f"- **Packing** puts several examples into one row of {limit:,} tokens: {amounts.count(rows, 'example')} into "
        f"{amounts.count(packing.packed_rows, 'row')}. It would save {packing.saved_unsorted:.0%} of what is computed by chance, "
        f"{packing.saved_sorted:.0%} of what is computed by length. {verdict}"
    )


def _shortened(seen: View) -> list[tuple[str, str | None]]:
    """All tokens, or, of many, the first and the last: a page of a hundred thousand coloured pieces does not move."""
    shown: list[tuple[str, str | None]] = list(seen.tokens)
    if len(shown) <= SHOWN_TOKENS:
        return shown
    half = SHOWN_TOKENS // 2
    return [*shown[:half], (f" … {len(shown) - 2 * half:,} more tokens … ", None), *shown[-half:]]


def _ending(seen: View, window: Window) -> str:
    size = f"{amounts.count(len(seen.tokens), 'token')}, and Longest example is {window.max_length:,}"
    if seen.cut_learnt:
        return (
            f"**{amounts.count(seen.cut_learnt, 'token')} of the answer {'is' if seen.cut_learnt == 1 else 'are'} cut.** The example has {size}: the model would "
            "learn an answer without its end. Raise **Longest example** in the Training tab, or leave such rows out in step 3."
        )
    if seen.end_of_turn:
        return "✓ The example ends in a learnt end-of-turn token: this is how the model learns to stop."
    if seen.cut:
        return f"{amounts.count(seen.cut, 'token')} behind the answer are cut. The example has {size}; nothing of the answer is lost."
    return "**No end-of-turn token is learnt here,** so the model may not learn to stop. Choose another Base model in the Training tab."


def _window(spec: ProjectSpec) -> Window | None:
    """What of an example the project's base model is given; None while its tokenizer is not here. Raises FTError `model.*`."""
    folder = _base_folder(spec)
    return Window(_tokenizer(folder, spec.model.base), spec.training.max_length) if folder else None


def _fingerprint(spec: ProjectSpec) -> str | None:
    try:
        window = _window(spec)
    except FTError:
        return None
    return window.tokenizer.fingerprint if window else None


def _base_folder(spec: ProjectSpec) -> Path | None:
    return catalog.base_folder(spec.model.base) or download.cached_tokenizer(spec.model.base, spec.model.revision)


@lru_cache(maxsize=2)
def _tokenizer(folder: Path, base: str) -> ChatTokenizer:
    """A large vocabulary takes a second to load."""
    return ChatTokenizer.load(folder, base)


@lru_cache(maxsize=8)
def _lengths(dataset: Path, base_folder: Path, base: str) -> numpy.ndarray:
    """Tokens of at most SAMPLE training examples: int64 [examples]. A dataset version never changes, so its folder stands for its rows."""
    version = Dataset.open(dataset)
    total = version.counts["train"]
    places = sorted(random.Random(0).sample(range(total), SAMPLE)) if total > SAMPLE else list(range(total))
    return _tokenizer(base_folder, base).lengths(_examples(version, places))


def _examples(dataset: Dataset, places: list[int]) -> list[Example]:
    """The training examples at these places, which are in order. No other row is made into an example: that is what takes long."""
    found: list[Example] = []
    start = 0
    for batch in dataset.batches("train"):
        inside = [place - start for place in places if start <= place < start + batch.num_rows]
        found += [store.example_of(row) for row in batch.take(inside).to_pylist()] if inside else []
        start += batch.num_rows
        if len(found) == len(places):
            break
    return found
