"""A check of one's own over the answers: typed, counted at once, and remembered by nobody but the person's project file."""

import json
from typing import Any

import gradio as gr
from pydantic import ValidationError

from ft_core.errors import FTError
from ft_core.evals import rows, rules
from ft_core.settings.evaluation import RuleSpec
from ft_core.ui import frames, show
from ft_core.ui.shared import QUIET, Shared, selected_run
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
            "What must be in a good answer here? Count it for all answers at once. To have it in every report, write it under "
            "`evaluation: rules:` in the project file.",
            elem_classes="quiet",
        )
        with gr.Row():
            kind = gr.Dropdown([(words, name) for name, words in KINDS.items()], value="contains", label="Check", elem_id="evaluation-rule-kind")  # fmt: skip
            value = gr.Textbox(label="Text, pattern, number or schema", elem_id="evaluation-rule-value")
        count = gr.Button("Count", size="sm", elem_id="evaluation-rule-count")
        found = gr.Markdown(elem_id="evaluation-rule-found")
    asked = [shared.run_id, kind, value]
    for event in (count.click, value.submit):
        event(shared.private(count_rule), asked, [found], **QUIET)


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


def rule_of(kind: Any, value: Any) -> RuleSpec:
    """What was typed -> the rule. Raises FTError `evaluation.rule`."""
    typed = str(value or "").strip()
    try:
        given: Any = json.loads(typed) if kind == "json_schema" else float(typed) if kind == "number_within" else typed
        return RuleSpec.model_validate({"name": "mine", str(kind): given})
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
    except ValueError:
        why = f"{typed or 'Nothing'} is no {'JSON' if kind == 'json_schema' else 'number'}."
    raise FTError("evaluation.rule", "This check cannot be made.", why, "Change what stands beside Check.")
