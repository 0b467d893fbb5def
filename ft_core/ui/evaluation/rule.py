"""A check of one's own over the answers: typed, counted at once, and kept for the run's evaluations when the person says so."""

import json
from typing import Any

import gradio as gr
from pydantic import ValidationError

from ft_core.errors import FTError
from ft_core.evals import rows, rules
from ft_core.run import Run
from ft_core.settings.evaluation import MOST_RULES, RuleSpec, changed
from ft_core.ui import frames, show
from ft_core.ui.shared import QUIET, Shared, choose, selected_run
from ft_core.workspace import Workspace

KINDS = {
    "contains": "The answer contains this text",
    "pattern": "This pattern (regular expression) is found in the answer",
    "number_within": "The answer's first number is this near to the expected one",
    "json_schema": "The answer is JSON of this schema",
}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion("A check of your own", open=False, elem_id="evaluation-rule"):
        gr.Markdown(
            "What must be in a good answer here? Count it for all answers at once, or give it a name and have it beside the other scores in "
            "this run's next evaluations.",
            elem_classes="quiet",
        )
        with gr.Row():
            kind = gr.Dropdown([(words, name) for name, words in KINDS.items()], value="contains", label="Check", elem_id="evaluation-rule-kind")  # fmt: skip
            value = gr.Textbox(label="Text, pattern, number or schema", elem_id="evaluation-rule-value")
        name = gr.Textbox(
            label="Name", info="What the score is called in the report.", max_lines=1, elem_id="evaluation-rule-name"
        )
        with gr.Row(elem_classes="actions"):
            count = gr.Button("Count", size="sm", elem_id="evaluation-rule-count")
            keep = gr.Button("Add to the evaluation", size="sm", elem_id="evaluation-rule-keep")
        found = gr.Markdown(elem_id="evaluation-rule-found")
        kept = gr.CheckboxGroup(
            [], label="In this run's evaluations", info="From the next one on. Take the tick away to remove a check.", visible=False,
            elem_id="evaluation-rules-kept",
        )  # fmt: skip
    asked, seen = [shared.run_id, kind, value], gr.State("")
    for event in (count.click, value.submit):
        event(shared.private(count_rule), asked, [found], **QUIET)
    shared.follow(watch_rules, [seen, shared.run_id], [seen, kept])
    choose([keep.click], shared.private(keep_rule), [*asked, name], [seen, kept])
    choose([kept.input], shared.private(keep_rules), [seen, shared.run_id, kept], [seen, kept])


def count_rule(workspace: Workspace, run_id: str, kind: str, value: str) -> str:
    """How many answers of each contestant keep the rule, in words. Raises FTError `evaluation.rule`, `evaluation.slow_rule` or `evaluation.none`."""
    rule = rule_of(kind, value)
    run = selected_run(workspace, run_id)
    answers = rows.read_answers(run) if run else []
    if not answers:
        why = "There are no written answers of this run."
        raise FTError("evaluation.none", "There is nothing to count.", why, "Press Evaluate first.")
    counted = rules.counted(rule, answers)
    shares = [
        f"{words}: **{100 * counted[who]:.1f} %**"
        for who, words in {**frames.CONTESTANTS, "expected": "Expected answers"}.items()
        if who in counted
    ]
    change = [f"{100 * counted[key]:+.1f}" for key in ("difference", "low", "high")]
    return (
        f"{show.plain(rules.said(rule))}\n\n{' · '.join(shares)}\n\nTuned against base: **{counted['result']}** "
        f"({change[0]} points, 95 % interval {change[1]} to {change[2]}; {len(answers):,} test examples)."
    )


def watch_rules(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The checks in the selected run's evaluations: (mark, list)."""
    run = selected_run(workspace, run_id)
    mark = _mark(run)
    if mark == seen:
        return gr.skip()
    names = [rule.name for rule in run.evaluation_spec().rules] if run else []
    return [mark, gr.update(choices=names, value=names, visible=bool(names))]


def _mark(run: Run | None) -> str:
    return f"{run and run.id} {run and run.asked_at}"


def keep_rule(workspace: Workspace, run_id: str, kind: str, value: str, name: str) -> Any:
    """The check is in the run's next evaluations, in place of one of the same name. Raises FTError `evaluation.rule` or `evaluation.none`."""
    run = _required(workspace, run_id)
    if run.spec().task in ("preference", "text"):
        why = "An evaluation of pairs or of plain texts has no written answers that could be checked."
        raise FTError("evaluation.rule", "This check cannot be kept.", why, "Press Count where there are answers.")
    rule = rule_of(kind, value, str(name or "").strip())
    others = [one for one in run.evaluation_spec().rules if one.name != rule.name]
    if len(others) >= MOST_RULES:
        why = f"This run has {MOST_RULES} checks, and no more are counted."
        raise FTError(
            "evaluation.rule",
            "This check cannot be kept.",
            why,
            "Take the tick away from one of In this run's evaluations.",
        )
    return _keep(workspace, run, [*others, rule])


def keep_rules(workspace: Workspace, seen: str, run_id: str, names: list[str]) -> Any:
    """Checks whose tick was taken away are in the run's evaluations no more, if the list was of this run and up to date. Raises FTError `evaluation.none`."""
    run = _required(workspace, run_id)
    if seen != _mark(run):
        return watch_rules(workspace, "", run.id)
    return _keep(workspace, run, [one for one in run.evaluation_spec().rules if one.name in names])


def _keep(workspace: Workspace, run: Run, rules_kept: list[RuleSpec]) -> Any:
    run.ask_evaluation(changed(run.evaluation_spec(), {"rules": rules_kept}))
    return watch_rules(workspace, "", run.id)


def _required(workspace: Workspace, run_id: str) -> Run:
    run = selected_run(workspace, run_id)
    if run is None:
        why = "There is no run whose answers could be checked."
        raise FTError("evaluation.none", "There is nothing to check yet.", why, "Train a model first.")
    return run


def rule_of(kind: Any, value: Any, name: str = "mine") -> RuleSpec:
    """What was typed -> the rule. Raises FTError `evaluation.rule`."""
    typed = str(value or "").strip()
    if not typed or not name:
        missing = "Name" if typed else "Text, pattern, number or schema"
        raise FTError(
            "evaluation.rule", "This check cannot be made.", f"{missing} is empty.", f"Write something into {missing}."
        )
    try:
        given: Any = json.loads(typed) if kind == "json_schema" else float(typed) if kind == "number_within" else typed
        return RuleSpec.model_validate({"name": name, str(kind): given})
    except ValidationError as error:
        if error.errors()[0]["loc"][:1] == ("name",):
            why = f"The name has {len(name):,} letters; at most 60 are shown."
            raise FTError("evaluation.rule", "This check cannot be made.", why, "Shorten Name.") from error
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
    except ValueError:
        why = f"{typed or 'Nothing'} is no {'JSON' if kind == 'json_schema' else 'number'}."
    raise FTError("evaluation.rule", "This check cannot be made.", why, "Change what stands beside Check.")
