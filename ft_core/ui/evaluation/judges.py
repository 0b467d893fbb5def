"""Part of step 6: a model judges the same pairs, in both orders. Whether it is to be trusted stands above what it says."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core import amounts, catalog
from ft_core.errors import FTError
from ft_core.evals import rows
from ft_core.evals.judging.verdicts import NO_VERDICT
from ft_core.ui import command, show, writers
from ft_core.ui.guard import token_of
from ft_core.ui.shared import QUIET, Shared, follow, selected_run
from ft_core.worker import launch
from ft_core.workspace import Workspace

DEFAULT, MOST = 50, 10_000  # pairs
JUDGES = {"base": "The base model itself (weak, but free)", **writers.WRITERS}
_CONTROLS = {"run the same command again": "press Let it judge again", "--by": "Who judges"}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion("Let a model judge, too", open=False, elem_id="judges"):
        gr.Markdown(
            "A model is asked about each pair twice, with either answer first; where its verdict changes with the order, it counts for neither. "
            "It stands in for people only if it judges as they do: vote on at least 20 pairs yourself, then see how far it agrees with you.",
            elem_classes="quiet",
        )
        who = gr.Radio([(words, who) for who, words in JUDGES.items()], value="base", label="Who judges", elem_id="judges-who")  # fmt: skip
        with gr.Column(visible=False, elem_classes="card") as asking:
            asked = writers.inputs("judges", "The model that judges")
        count = gr.Number(
            DEFAULT,
            label="How many pairs",
            info="In all, those you voted on first. Each takes two questions. What was judged before is not asked again.",
            precision=0,
            elem_id="judges-count",
        )
        with gr.Row(elem_classes="actions"):
            start = gr.Button("Let it judge", elem_id="judges-start")
            end = gr.Button("Stop", visible=False, elem_id="judges-stop")
        progress = gr.HTML(visible=False, elem_classes="looking")
        told = gr.Markdown(visible=False, elem_classes="notice", elem_id="judges-told")
        found = gr.Markdown(elem_id="judges-found")

    seen = gr.State("")
    shared.follow(watch_judges, [seen, shared.run_id], [seen, found])
    follow([who.change], show_judge, [who], [asking, *asked[:-1]])
    judging = start.click(
        shared.private(start_judge),
        [shared.run_id, count, who, *asked],
        [progress, end, told, found],
        concurrency_limit=4,
        **QUIET,
    )
    end.click(shared.quiet(stopped_judge), None, [progress, end], cancels=[judging], **QUIET)


def show_judge(who: str) -> list[Any]:
    """The inputs that this judge needs."""
    return [gr.update(visible=who != "base"), *writers.visible_for(who)]


def watch_judges(workspace: Workspace, seen: str, run_id: str) -> Any:
    """What models have said of the run, as its report has it: (seen, words)."""
    run = selected_run(workspace, run_id)
    models = _models(run.report() if run else None)
    mark = f"{run and run.id} {models}"
    return gr.skip() if mark == seen else [mark, _words(models)]


def start_judge(
    workspace: Workspace,
    run_id: str,
    count: Any,
    who: str,
    address: str,
    key: str,
    provider: str,
    token: str,
    model: str,
    signed_in: gr.OAuthToken | None,
) -> Iterator[Any]:
    """Progress, then the verdicts, in the order (progress, end button, what is told, what was found).

    Raises FTError `evaluation.none`, `judging.pairs`, `augment.writer`, `writer.*`, `hub.token`, and `run.busy` where the base model is to judge while a run is at work.
    """
    run = selected_run(workspace, run_id)
    if run is None or not rows.read_answers(run):
        why = "There are no written answers of this run."
        raise FTError("evaluation.none", "There is nothing to judge.", why, "Press Evaluate first.")
    if who == "base":
        launch.require_idle(workspace)
        of_hub = catalog.base_folder(run.spec().model.base) is None
        asked = writers.Asked((), token_of("", signed_in) if of_hub else None, {})
    else:
        asked = writers.asked(who, address, key, provider, token, model, signed_in)
    arguments = ["judge", run.id, f"--by={who}", f"--rows={_count(count)}", *asked.options, *command.place(workspace)]
    began = time.monotonic()
    hidden = gr.update(visible=False)
    try:
        for said in command.run(arguments, asked.token, asked.environment):
            if isinstance(said, dict):
                words = _told(said)
                yield hidden, hidden, gr.update(value=words, visible=bool(words)), _words(_models(run.report()))
                return
            waiting = show.waiting(said or "at work", time.monotonic() - began)
            yield gr.update(value=waiting, visible=True), gr.update(visible=True), hidden, gr.skip()
    except FTError as error:
        words = show.problem(writers.here(error, _CONTROLS))
        yield hidden, hidden, gr.update(value=words, visible=True), gr.skip()


def stopped_judge(workspace: Workspace) -> Any:
    """After the judging was ended: (progress, end button)."""
    words = show.caption("Stopped. What was judged by then is kept; Let it judge goes on with the rest.")
    return gr.update(value=words, visible=True), gr.update(visible=False)


def _count(count: Any) -> int:
    if isinstance(count, int | float) and 1 <= count <= MOST:
        return int(count)
    raise FTError("judging.pairs", "So many pairs cannot be judged.", f"How many pairs takes 1 to {MOST:,}.", "Change How many pairs.")  # fmt: skip


def _models(report: dict[str, Any] | None) -> list[dict[str, Any]]:
    judging = (report or {}).get("judging")
    return judging["models"] if judging else []


def _words(models: list[dict[str, Any]]) -> str:
    """Each judge: agreement and trust first, then what it prefers."""
    parts = []
    for one in models:
        overall = one["overall"]
        counts = (
            f"{amounts.count(one['judged'], 'pair')}: tuned better {overall['tuned']:,}, base better {overall['base']:,}, tie {overall['tie']:,}, "
            f"both bad {overall['both_bad']:,}, changed with the order {overall['undecided']:,}."
        )
        missing = ", ".join(f"{words} {one['no_verdict'][code]:,}" for code, words in NO_VERDICT.items() if one["no_verdict"][code])  # fmt: skip
        parts += [
            f"#### {show.plain(one['judge'])}: {'trusted' if one['trusted'] else 'not to be trusted yet'}",
            f"{show.plain(one['agreement']['words'])} {show.plain(one['trust'])}",
            f"**{show.plain(one['sentence'])}**",
            counts + (f" Without a verdict, and no score: {missing}." if missing else ""),
            show.plain(one["position"]["sentence"]),
        ]
    return "\n\n".join(parts)


def _told(said: dict[str, Any]) -> str:
    """Why it ended early, its last failure, and an answer that held no verdict."""
    parts = []
    if said["stopped"]:
        parts.append(f"It ended early. {show.problem(writers.here(FTError(**said['stopped']), _CONTROLS))}")
    if said["failure"]:
        parts.append(f"Its last failure: {show.problem(writers.here(FTError(**said['failure']), _CONTROLS))}")
    if said["nonsense"]:
        parts.append(f"An answer of it that held no verdict: {show.plain(said['nonsense'])}")
    if not said["asked"] and not said["stopped"]:
        parts.append("The two models gave the same answer everywhere: there is nothing to judge.")
    return "\n\n".join(parts)
