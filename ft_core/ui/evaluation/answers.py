"""Step 4: the answers side by side, and rules of one's own counted over them."""

from typing import Any

import gradio as gr

from ft_core.evals import rows
from ft_core.run import Run
from ft_core.ui import frames, show
from ft_core.ui.evaluation import correct, rule, why
from ft_core.ui.shared import Shared, choose, selected_run
from ft_core.workspace import Workspace

SHOWN_ROWS = 2000
FILTERS = [
    ("All", "all"),
    ("Tuned model wrong", "tuned wrong"),
    ("Tuned model right", "tuned right"),
    ("Mended: base wrong, tuned right", "mended"),
    ("Broken: base right, tuned wrong", "broken"),
]


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False) as step:
        gr.HTML(
            show.step(
                4,
                "Read the answers",
                "Numbers hide what kind of mistakes are made. Wrong answers come first; click a row to read all of it.",
            )
        )
        mistakes = gr.Dataframe(
            label="What is wrong with the answers, in numbers of them", interactive=False, wrap=True, buttons=[], visible=False, max_height=420,
            column_widths=["150px", "75px", "105px", "75px", "90px", "450px"], elem_id="evaluation-mistakes",
        )  # fmt: skip
        alike = gr.Markdown(elem_classes="quiet", elem_id="evaluation-clusters")
        with gr.Row():
            which = gr.Dropdown(FILTERS, value="all", label="Show", elem_id="evaluation-filter")
            mistake = gr.Dropdown([("Any", "")], value="", label="With this mistake", elem_id="evaluation-mistake")
            search = gr.Textbox(
                label="Search", placeholder="words in the prompt or the answer", elem_id="evaluation-search"
            )
        answers = gr.Dataframe(
            label="Answers",
            interactive=False,
            wrap=True,
            buttons=[],
            max_height=460,
            elem_id="evaluation-answers",
            column_widths=["70px", "360px", "130px", "130px", "130px", "130px"],
            show_label=False,
        )
        chosen = gr.State([])
        with gr.Column(visible=False) as details:
            asked = gr.Textbox(label="Prompt", interactive=False, lines=2)
            with gr.Row():
                boxes = [
                    gr.Textbox(label=label, interactive=False, lines=2)
                    for label in ("Expected", *frames.CONTESTANTS.values())
                ]
            explained = why.components()
            corrected = correct.components()
        why.wire(shared, explained, corrected.row)
        correct.wire(shared, corrected)
        rule.build(shared)
    seen = gr.State("")
    table = [answers, chosen, details]
    asked_for = [shared.run_id, which, mistake, search]
    shared.follow(watch_answers, [seen, *asked_for], [seen, step, mistakes, alike, mistake, *table])
    changes = [which.change, mistake.change, search.change]
    choose(changes, shared.private(filter_answers), asked_for, table, queue=False)
    choose(
        [answers.select],
        show_answer,
        [chosen],
        [details, asked, *boxes, *corrected.opened, explained.area],
        queue=False,
    )


def watch_answers(workspace: Workspace, seen: str, run_id: str, which: str, mistake: str, search: str) -> Any:
    """The answers of a new report: (seen, step, mistakes, clusters, choice of a mistake, table, its rows for the click, details)."""
    run = selected_run(workspace, run_id)
    report = run.report() if run else None
    found = f"{run and run.id} {report and report['seconds']} {report and report['verdict']}"
    if found == seen:
        return gr.skip()
    hidden = gr.update(visible=False)
    if run is None or report is None or not rows.read_answers(run):
        return [found, hidden, hidden, "", gr.skip(), None, [], hidden]
    errors = report.get("errors") or {"checks": {}, "clusters": []}
    made = [one for one in errors["checks"].items() if any(one[1][who] for who in ("base", "few_shot", "tuned"))]
    choices = [("Any", ""), *_whose(made)]
    mistake = mistake if mistake in dict(choices).values() else ""
    return [
        found,
        gr.update(visible=True),
        gr.update(value=frames.mistakes(made), visible=bool(made)),
        "\n".join(f"- {show.plain(one['sentence'])}" for one in errors["clusters"]),
        gr.update(choices=choices, value=mistake, visible=bool(made)),
        *filter_answers(workspace, run.id, which, mistake, search),
    ]


def filter_answers(workspace: Workspace, run_id: str, which: Any, mistake: Any, search: str) -> list[Any]:
    """The answers table, its rows for the click, and the details closed."""
    found = _answers(selected_run(workspace, run_id), which, mistake, search)
    return [frames.answers_table(found), found, gr.update(visible=False)]


def show_answer(chosen: list[dict[str, Any]], event: gr.SelectData) -> list[Any]:
    """One test example in full."""
    shown = frames.answers_table(chosen).astype(str).to_numpy().tolist()
    pressed = [str(cell) for cell in event.row_value]  # not its place: the browser may have sorted the table
    row = next((row for row, cells in zip(chosen, shown, strict=True) if cells == pressed), None)
    if row is None:
        return [gr.update(visible=False), *[""] * 5, *correct.opened(None), gr.skip()]
    written = [_in_full(row.get(name), row.get(f"{name}_written")) for name in frames.CONTESTANTS]
    return [
        gr.update(visible=True),
        row["prompt"],
        row["expected"],
        *written,
        *correct.opened(row),
        gr.update(visible=False),
    ]


def _in_full(scored: str | None, written: str | None) -> str:
    """What a contestant wrote, and the label that was scored where that is another text."""
    if written is None:
        return "–"
    return written if scored in (None, written) else f"Likeliest label (scored): {scored}\nWrote by itself: {written}"


def _whose(made: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """The mistakes of each contestant that made them: (words, "contestant code")."""
    return [
        (f"{words}: {one['title'].lower()} ({one[who]:,})", f"{who} {code}")
        for who, words in reversed(frames.CONTESTANTS.items())
        for code, one in made
        if one[who]
    ]


def _answers(run: Run | None, which: Any, mistake: Any, search: str) -> list[dict[str, Any]]:
    if run is None:
        return []
    found = rows.wrong_first(rows.chosen(rows.read_answers(run), which))
    who, _, code = str(mistake or "").partition(" ")
    found = rows.with_error(found, code, who) if code else found
    return (rows.searched(found, search.strip()) if search and search.strip() else found)[:SHOWN_ROWS]
