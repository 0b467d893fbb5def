"""Step 5: look at the result: the selected dataset version in figures, and what the model reads of it, token by token."""

from typing import Any

import gradio as gr

from ft_core import amounts, pipeline
from ft_core.ui import frames, show, theme, uploads
from ft_core.ui.shared import Shared, next_button
from ft_core.workspace import Workspace


def build(shared: Shared) -> None:
    """Components, then events."""
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

    view = [result, summary, done, balance, number, tokens, leads_on]
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    gr.on([shared.page.load, shared.dataset_id.change], shared.quiet(show_dataset), [shared.dataset_id], view, **quick)
    number.release(
        shared.private(show_tokens),
        [shared.dataset_id, number],
        [tokens],
        show_progress="minimal",
        api_visibility="private",
    )


def show_dataset(workspace: Workspace, dataset_id: str) -> Any:
    """The selected dataset, in the order of `view`."""
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


def _step_words(row: dict[str, Any]) -> str:
    parts = [f"{amounts.count(row[key], 'row')} {key}" for key in ("changed", "removed") if row[key]]
    return ", ".join(parts)
