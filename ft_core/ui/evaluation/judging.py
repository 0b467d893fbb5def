"""Step 6: people judge blind. Two answers at a time, nobody knows whose is whose, decided with one key."""

from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals import keep, rows
from ft_core.evals.judging import votes
from ft_core.run import Run
from ft_core.ui import keys, show, uploads
from ft_core.ui.evaluation import judges
from ft_core.ui.shared import QUIET, Shared, selected_run
from ft_core.workspace import Workspace

KEYS = {"arrowleft": "left", "arrowright": "right", "t": "tie", "b": "both-bad", "u": "undo"}
SIDES = [("Left", "left"), ("Right", "right"), ("The same", "same")]
ASPECTS = {
    "coherent": "More coherent",
    "relevant": "More to the point",
    "right": "More correct",
    "style": "Better style",
}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False, elem_id="evaluation-judging") as step:
        gr.HTML(
            show.step(
                6,
                "Judge for yourself",
                "Two answers to one question, one of the base model and one of the tuned model, in an order drawn by chance. Which is better?",
            )
        )
        reviewer = gr.Textbox(label="Your name", info="So that several people can judge, each by themselves.", max_lines=1, elem_id="judging-name")  # fmt: skip
        with gr.Row(elem_classes="actions"):
            begin = gr.Button("Begin", size="sm", elem_id="judging-begin")
        with gr.Column(visible=False, elem_classes="card", elem_id="judging-ballot") as card:
            counter = gr.Markdown(elem_id="judging-counter")
            prompt = gr.Textbox(label="Prompt", lines=2, max_lines=10, interactive=False)
            with gr.Row():
                left = gr.Textbox(label="Left", lines=4, max_lines=16, interactive=False, elem_id="judging-answer-left")
                right = gr.Textbox(label="Right", lines=4, max_lines=16, interactive=False, elem_id="judging-answer-right")  # fmt: skip
            with gr.Accordion("The expected answer", open=False):
                expected = gr.Textbox(show_label=False, label="Expected", interactive=False)
            with gr.Accordion("In which respect? (may be left out)", open=False), gr.Row():
                aspects = [gr.Radio(SIDES, label=ASPECTS[name]) for name in votes.ASPECTS]
            identity = gr.Textbox(label="Ballot", elem_id="judging-identity", elem_classes="unseen")
            with gr.Row(elem_classes="actions"):
                chosen = [
                    gr.Button(words, elem_id=f"judging-{name}")
                    for words, name in (("Left (←)", "left"), ("Right (→)", "right"), ("Tie (t)", "tie"), ("Both bad (b)", "both-bad"))
                ]  # fmt: skip
                undo = gr.Button("Undo (u)", elem_id="judging-undo")
        with gr.Row(elem_classes="actions"):
            reveal = gr.Button("Show the result", size="sm", elem_id="judging-reveal")
            export = gr.Button("Make preference pairs", size="sm", elem_id="judging-export")
            file = gr.DownloadButton("Download preferences.jsonl", size="sm", visible=False, elem_id="judging-file")
        result = gr.Markdown(elem_id="judging-result")
        judges.build(shared)

    seen = gr.State("")
    view = [card, counter, prompt, left, right, expected, identity, *aspects]
    shared.page.load(None, None, None, js=keys.pressing("judging-", KEYS), queue=False, **QUIET)
    shared.follow(watch_judging, [seen, shared.run_id], [seen, step, card, file, result])
    for event in (begin.click, reviewer.submit):
        event(shared.private(next_pair), [shared.run_id, reviewer], view, **QUIET)
    asked = [shared.run_id, reviewer, identity, *aspects]
    decided = [
        button.click(shared.private(decide), asked, view, **QUIET)
        for button, decide in zip(chosen, (vote_left, vote_right, vote_tie, vote_both_bad), strict=True)
    ]
    decided.append(undo.click(shared.private(undo_vote), [shared.run_id, reviewer], view, **QUIET))
    keys.in_turn("judging-", decided)
    reveal.click(shared.private(show_result), [shared.run_id], [result], **QUIET)
    export.click(shared.private(export_votes), [shared.run_id], [file, result], **QUIET)


def watch_judging(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The step for a run with answers, begun anew for another run or report: (seen, step, card, file, result)."""
    run = selected_run(workspace, run_id)
    report = run.report() if run else None
    found = f"{run and run.id} {report and report['seconds']}"
    if found == seen:
        return gr.skip()
    hidden = gr.update(visible=False)
    return [found, gr.update(visible=bool(run and report and rows.read_answers(run))), hidden, hidden, ""]


def next_pair(workspace: Workspace, run_id: str, reviewer: str) -> list[Any]:
    """The first pair without a vote, in the order of `view`. Raises FTError `judging.reviewer` and `evaluation.none`."""
    run = _required(workspace, run_id)
    answers = rows.read_answers(run)
    ballot = votes.next_ballot(run, answers, reviewer)
    done, total = votes.progress(run, answers, reviewer)
    empty: list[Any] = [None] * len(ASPECTS)
    if ballot is None:
        words = (
            "The two models gave the same answer everywhere: there is nothing to judge."
            if not total
            else f"**All {amounts.count(total, 'pair')} judged.** Show the result, or let somebody else judge under another name."
        )
        return [gr.update(visible=True), words, "", "", "", "", "", *empty]
    counter = f"**{done:,} of {amounts.count(total, 'pair')} judged.** Ten give a first impression; from about fifty on the intervals are narrow enough to compare by."
    return [
        gr.update(visible=True),
        counter,
        ballot.prompt,
        ballot.left,
        ballot.right,
        ballot.expected,
        ballot.id,
        *empty,
    ]


def vote_left(workspace: Workspace, run_id: str, reviewer: str, ballot: str, *aspects: Any) -> list[Any]:
    """The left answer is better."""
    return _vote(workspace, run_id, reviewer, ballot, "left", aspects)


def vote_right(workspace: Workspace, run_id: str, reviewer: str, ballot: str, *aspects: Any) -> list[Any]:
    """The right answer is better."""
    return _vote(workspace, run_id, reviewer, ballot, "right", aspects)


def vote_tie(workspace: Workspace, run_id: str, reviewer: str, ballot: str, *aspects: Any) -> list[Any]:
    """Both are equally good."""
    return _vote(workspace, run_id, reviewer, ballot, "tie", aspects)


def vote_both_bad(workspace: Workspace, run_id: str, reviewer: str, ballot: str, *aspects: Any) -> list[Any]:
    """Neither is any good."""
    return _vote(workspace, run_id, reviewer, ballot, "both_bad", aspects)


def undo_vote(workspace: Workspace, run_id: str, reviewer: str) -> list[Any]:
    """The last vote is taken back, and its pair shown again."""
    run = _required(workspace, run_id)
    votes.undo(run, rows.read_answers(run), reviewer)
    return next_pair(workspace, run_id, reviewer)


def show_result(workspace: Workspace, run_id: str) -> str:
    """What the votes say until now, in words; the report says it from now on, too."""
    from ft_core.evals.judging.results import results

    run = _required(workspace, run_id)
    keep.keep_judging(run)
    found = results(rows.read_answers(run), votes.read_votes(run))
    overall = found["overall"]
    lines = [
        f"**{show.plain(found['sentence'])}**",
        f"{amounts.count(found['votes'], 'vote')} on {amounts.count(found['judged'], 'pair')}: tuned better {overall['tuned']:,}, base better "
        f"{overall['base']:,}, tie {overall['tie']:,}, both bad {overall['both_bad']:,}.",
        show.plain(found["position"]["sentence"]),
        *(show.plain(f"{' and '.join(one['reviewers'])}: {one['words']}") for one in found["agreement"]),
        *map(show.plain, found["notes"]),
    ]
    lines += [
        f"{ASPECTS[name]}: tuned {one['tuned']:,}, base {one['base']:,} ({one['result']})"
        for name, one in found["aspects"].items()
        if one["decided"]
    ]
    return "\n\n".join(line for line in lines if line)


def export_votes(workspace: Workspace, run_id: str) -> list[Any]:
    """The votes as preference pairs: (file, words)."""
    from ft_core.evals.judging.export import export_pairs

    run = _required(workspace, run_id)
    path = run.evaluation / "preferences.jsonl"
    test = Dataset.open(run.folder / run.data()["folder"]).examples("test")
    made = export_pairs(rows.read_answers(run), votes.read_votes(run), path, test)
    left = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in made["left_out"].items() if count)
    words = f"**{amounts.count(made['written'], 'preference pair')}** for a training on pairs{f'; left out: {left}' if left else ''}. {made['note']}"
    return [gr.update(value=uploads.download_result(run, path), visible=made["written"] > 0), words]


def _vote(
    workspace: Workspace, run_id: str, reviewer: str, ballot: str, choice: votes.Choice, aspects: Any
) -> list[Any]:
    """Write it down and show the next pair; a press without a pair on the page changes nothing."""
    run = _required(workspace, run_id)
    if ballot:
        said: dict[votes.Aspect, votes.Side] = {
            name: side for name, side in zip(votes.ASPECTS, aspects, strict=True) if side
        }
        votes.vote(run, rows.read_answers(run), reviewer, ballot, choice, said)
    return next_pair(workspace, run_id, reviewer)


def _required(workspace: Workspace, run_id: str) -> Run:
    run = selected_run(workspace, run_id)
    if run is None or not rows.read_answers(run):
        why = "There are no written answers of this run."
        raise FTError("evaluation.none", "There is nothing to judge.", why, "Press Evaluate first.")
    return run
