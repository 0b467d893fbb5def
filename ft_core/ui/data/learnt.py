"""What of a dataset version is learnt: one example token by token, and how long all of them are."""

import math
import random
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import gradio as gr
import numpy

from ft_core import amounts
from ft_core.data import store, tokens
from ft_core.data.lengths import Packing, histogram, packing
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer, View, Window
from ft_core.errors import FTError
from ft_core.pipeline.data import base_window
from ft_core.pipeline.runs import choices
from ft_core.pipeline.start import started
from ft_core.settings.example import Example
from ft_core.settings.project import ProjectSpec
from ft_core.ui import frames, show, theme, uploads
from ft_core.ui.shared import Shared, follow
from ft_core.workspace import Workspace

SAMPLE = 2_000  # training examples whose lengths are looked at: as many as take less than a second
SHOWN_TOKENS = 2_000
BARS = 20  # as many as a phone has room for
COLOURS = {"learnt": theme.LEARNT, "read only": theme.READ, "cut": theme.CUT, "padding": theme.PADDING}
MEANINGS = {
    "learnt": "learnt: the model is corrected on these tokens",
    "read only": "read only: the model sees them, and is not corrected on them",
    "cut": "cut: beyond Longest example, the model never sees them",
    "padding": "padding: fills the row up to the length that batches have on average, where rows are padded (on a GPU)",
}


def build(shared: Shared) -> tuple[gr.Slider, gr.HighlightedText, gr.Markdown]:
    """Components, then events. Returns which example is shown, its tokens, and how it ends."""
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

    chosen = [shared.page.load, shared.dataset_id.change]
    # Beside the figures, because long texts take their time the first time.
    follow(chosen, shared.quiet(show_lengths), [shared.dataset_id], [lengths, length_words, padding])
    number.release(
        shared.private(show_tokens),
        [shared.dataset_id, number],
        [pieces, ending],
        show_progress="minimal",
        api_visibility="private",
    )
    return number, pieces, ending


def show_lengths(workspace: Workspace, dataset_id: str) -> Any:
    """The chart of lengths, what it says, and padding and packing in words; hidden while the base model's tokenizer is not here."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    spec = _as_trained(workspace, dataset)
    try:
        window = base_window(spec)
        found = lengths_of(dataset.folder, window.tokenizer) if window else None
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
    bars = histogram(numpy.minimum(found, most), limit, BARS)
    chart = frames.lengths(bars, int(found.max()) > most)
    return [
        gr.update(value=chart, visible=True),
        _length_words(found, limit, dataset.counts["train"]),
        _padding_words(packing(found, limit, batch), len(found), limit, batch),
    ]


def show_tokens(workspace: Workspace, dataset_id: str, number: Any) -> Any:
    """One training example as (piece, learnt, read only or cut), and in words how it ends."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    spec = _as_trained(workspace, dataset)
    try:
        window = base_window(spec)
        if window is None:
            return [
                [],
                f"The tokens can be shown once **{show.plain(spec.model.base)}** is on this machine: a training downloads it.",
            ]
        wanted = int(number) if isinstance(number, int | float) and math.isfinite(number) else 1
        [example] = _examples(dataset, [min(max(wanted, 1), dataset.counts["train"]) - 1])
        seen = tokens.view(window, example, _usual_row(dataset, window, spec.training.batch_size))
    except FTError as error:
        return [[], show.problem(error)]
    return [_shortened(seen), _ending(seen, window)]


def _usual_row(dataset: Dataset, window: Window, batch: int) -> int:
    """How many tokens a row has on average once its batch is filled up with padding."""
    found = lengths_of(dataset.folder, window.tokenizer)
    cost = packing(found, window.max_length, batch)
    return round((cost.tokens + cost.padding_unsorted * math.ceil(len(found) / batch)) / len(found))


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


def _padding_words(cost: Packing, rows: int, limit: int, batch: int) -> str:
    batches = math.ceil(rows / batch)
    share = cost.padding_unsorted * batches / (cost.tokens + cost.padding_unsorted * batches)
    verdict = (
        "For these examples it is worth little."
        if cost.saved_sorted < 0.1
        else "For these examples it would be worth having."
    )
    return (
        f"A model computes a **batch** of examples at once (your Batch size: {batch:,}), and all rows of a batch must have one length. Shorter ones "
        "are filled up with **padding**: tokens that cost time and teach nothing.\n\n"
        f"- Drawn by chance, a batch holds {cost.padding_unsorted:,.0f} padding tokens on average: {share:.0%} of all that is computed.\n"
        f"- With rows of like length together, {cost.padding_sorted:,.0f}. On a GPU, training here draws each batch by chance and, where it computes "
        "a batch in several parts, puts rows of like length into one part: it is between the two.\n"
        "- On a processor, where a model learns to write and Fused computation is on, training here needs **no padding**: the rows of a batch "
        "stand one behind the other, and each reads itself alone.\n"
        f"- **Packing** puts several examples into one row of {limit:,} tokens: {amounts.count(rows, 'example')} into "
        f"{amounts.count(cost.packed_rows, 'row')}. It would save {cost.saved_unsorted:.0%} of what is computed by chance, "
        f"{cost.saved_sorted:.0%} of what is computed by length, where rows are padded. {verdict}"
    )


def _shortened(seen: View) -> list[tuple[str, str | None]]:
    """All tokens, or, of many, the first and the last: a page of a hundred thousand coloured pieces does not move. Padding is one piece."""
    shown: list[tuple[str, str | None]] = []
    for kind, run in groupby(seen.tokens, key=lambda token: token[1]):
        pieces = list(run)
        many = kind == "padding" and len(pieces) > 1
        shown += [(f"{pieces[0][0]} × {len(pieces):,}", kind)] if many else pieces
    if len(shown) <= SHOWN_TOKENS:
        return shown
    half = SHOWN_TOKENS // 2
    return [*shown[:half], (f" … {len(shown) - 2 * half:,} more tokens … ", None), *shown[-half:]]


def _ending(seen: View, window: Window) -> str:
    count = sum(kind != "padding" for _, kind in seen.tokens)
    size = f"{amounts.count(count, 'token')}, and Longest example is {window.max_length:,}"
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


def _as_trained(workspace: Workspace, dataset: Dataset) -> ProjectSpec:
    """The dataset's project with the settings that a training would choose; as it is where they cannot be chosen here."""
    spec = uploads.project_of(workspace, dataset).model_copy(update={"task": dataset.task})
    try:
        return choices(started(workspace, spec), dataset)[0]
    except FTError:
        return spec


@lru_cache(maxsize=8)
def lengths_of(dataset: Path, tokenizer: ChatTokenizer) -> numpy.ndarray:
    """Tokens of at most SAMPLE training examples: int64 [examples]. A dataset version never changes, so its folder stands for its rows."""
    version = Dataset.open(dataset)
    total = version.counts["train"]
    places = sorted(random.Random(0).sample(range(total), SAMPLE)) if total > SAMPLE else list(range(total))
    return tokenizer.lengths(_examples(version, places))


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
