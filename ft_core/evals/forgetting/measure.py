"""All of it for one run: probes, drift, style, the training's system prompt, a weaker adapter, and the two verdicts."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from ft_core import generate
from ft_core.evals import answers
from ft_core.evals.forgetting import drift, probes, strength, style, verdicts
from ft_core.evals.forgetting.formats import FORMATS
from ft_core.generate import Shift, ShouldStop
from ft_core.jobs import Progress
from ft_core.modeling import Pair
from ft_core.prompts import prompt_ids
from ft_core.settings.example import Example, Message

_LONGEST = 48  # tokens of an answer: enough for a form, an opening and words of the training
_TASK = 64  # examples of the task at most, for the strength of the adapter
_NAMES = {"base": "the base model", "tuned": "the tuned model"}
_HEAD = "The tuned model writes nothing: the layer on top of it chooses a label, so there are no general answers that it could forget."
_PLAIN = "This base model has no chat template: it continues texts and cannot be asked for a form."


def measure(
    pair: Pair,
    training_answers: Sequence[str] = (),
    system: str = "",
    benchmarks: Mapping[str, Mapping[str, Any]] | None = None,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
    *,
    held_out: Sequence[Example] = (),
) -> dict[str, Any]:
    """What the training cost. `system` is the training's system prompt; `held_out` are test examples, for what a weaker adapter still does.

    `benchmarks`: by name, {base, tuned (shares), n, difference, low, high, chance (share right by guessing, or None)}.

    {measured: False, reason} where nothing can be measured. Else: measured, stopped (True: what was measured until then),
    probes {n, tokens, base, tuned (nats per token), difference, low, high, perplexity_times {difference, low, high}, detectable, p_value,
    lower, higher, kinds [{kind, says, n, base, tuned, difference, low, high}], rows [{kind, prompt, answer, base, tuned, drift, changed}],
    drift {mean, low, high (KL(base || tuned), nats per token), says, changed, changed_low, changed_high (shares), scale}};
    style {formats, openings, markers: as in `style`, answers [{prompt, base, tuned}]} or {reason};
    system_prompt {n, base, tuned, difference, low, high: loss with less loss without it} or None;
    strength {rows [{scale, loss, difference, low, high, task_loss}], keeps} or {reason};
    verdicts {forgetting {result, forgetting, carried_by, sentence, advice}, style {result, locked_in, ...}}; notes [sentence].
    Parts that a stop has left out are None. Raises what reading the model's chat template raises.
    """
    if pair.labels:
        return {"measured": False, "reason": _HEAD}
    tokenizer, context = pair.tokenizer, generate.context_length(pair.tuned)
    chosen = probes.fitting(tokenizer, context, system)
    if len(chosen) < 2:
        return {
            "measured": False,
            "reason": f"The general answers do not fit into {context:,} tokens, the model's context.",
        }
    chat = bool(tokenizer.chat_template)
    readable = [
        example for example in held_out if example.is_text != chat and probes.length(tokenizer, example) <= context
    ]
    task = answers.subset(readable, _TASK, stratified=False)
    weaker = strength.why_not(pair)
    result: dict[str, Any] = {"measured": True, "stopped": False, "probes": None, "style": None}
    result |= {"system_prompt": None, "strength": None, "verdicts": {}, "notes": _notes(len(chosen), bool(benchmarks))}
    prompts = [form.ask for form in FORMATS] + [probe.ask for probe in chosen]
    scored = len(strength.SCALES) * (len(chosen) + len(task)) if weaker is None else 0
    steps = _Steps(on_progress, (1 + bool(system and chat)) * len(chosen) + 2 * chat * len(prompts) + scored)

    def shifts(system: str) -> list[Shift]:
        examples = probes.examples(tokenizer, chosen, system)
        told = steps.begin("general answers" + (", with the system prompt" if system else ""), len(chosen))
        return generate.answer_shifts(
            pair.base, lambda: nullcontext(pair.tuned), tokenizer, examples, on_progress=told, should_stop=should_stop
        )

    try:
        plain = shifts("")
        result["probes"] = drift.section(chosen, plain)
        if chat:
            written = {name: _written(pair, name, prompts, context, steps, should_stop) for name in _NAMES}
            general = [probe.answer for probe in chosen]
            result["style"] = _style(prompts, written, training_answers, general)
        else:
            result["style"] = {"reason": _PLAIN}
        if system and chat:
            result["system_prompt"] = drift.system_gap(plain, shifts(system))
        result["strength"] = {"reason": weaker} if weaker else _strength(pair, chosen, task, steps, should_stop)
    except generate.Stopped:
        result["stopped"] = True
    if result["probes"] is None:
        return {"measured": False, "reason": "It was stopped before anything was measured."}
    result["verdicts"] = _verdicts(result, benchmarks or {})
    return result


class _Steps:
    """Progress over several rounds, each of which counts from one."""

    def __init__(self, tell: Progress | None, total: int) -> None:
        self.tell, self.total, self.before, self.next = tell, total, 0, 0

    def begin(self, message: str, length: int) -> Callable[[int, int], None]:
        """What the next round, of `length` steps, tells."""
        self.before, self.next = self.next, self.next + length
        before = self.before

        def told(done: int, _: int) -> None:
            if self.tell:
                self.tell(before + done, self.total, message)

        told(0, length)
        return told


def _written(
    pair: Pair, name: str, prompts: Sequence[str], context: int, steps: _Steps, should_stop: ShouldStop | None
) -> list[str]:
    asked = [[Message("user", prompt)] for prompt in prompts]
    longest = max(len(prompt_ids(pair.tokenizer, messages)) for messages in asked)
    told = steps.begin(f"other questions, answered by {_NAMES[name]}", len(prompts))
    with nullcontext(pair.tuned) if name == "tuned" else pair.base() as model:
        found = generate.answers(
            model,
            pair.tokenizer,
            asked,
            max_new_tokens=min(_LONGEST, context - longest),
            on_progress=told,
            should_stop=should_stop,
        )
    return [answer.text for answer in found]


def _style(
    prompts: Sequence[str], written: Mapping[str, list[str]], training: Sequence[str], general: Sequence[str]
) -> dict[str, Any]:
    base, tuned, forms = written["base"], written["tuned"], len(FORMATS)
    return {
        "formats": style.formats(FORMATS, base[:forms], tuned[:forms]),
        "openings": style.openings(base, tuned),
        "markers": style.markers(training, general, base, tuned) if training else None,
        "answers": [
            {"prompt": prompt, "base": a, "tuned": b} for prompt, a, b in zip(prompts, base, tuned, strict=True)
        ],
    }


def _strength(
    pair: Pair, chosen: Sequence[probes.Probe], task: Sequence[Example], steps: _Steps, should_stop: ShouldStop | None
) -> dict[str, Any]:
    examples = [*probes.examples(pair.tokenizer, chosen), *task]
    scored = {}
    for scale in strength.SCALES:
        told = steps.begin(f"the adapter at {scale:g} of its strength", len(examples))
        scored[scale] = strength.losses(pair, examples, scale, told, should_stop)
    return strength.section(scored, len(chosen))


def _verdicts(result: Mapping[str, Any], benchmarks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    weaker = result["strength"] if result["strength"] and "rows" in result["strength"] else None
    found = {"forgetting": verdicts.forgetting(result["probes"], benchmarks, weaker)}
    parts = result["style"]
    if parts and "formats" in parts:
        told = None if found["forgetting"]["forgetting"] else weaker  # once is enough
        found["style"] = verdicts.style(parts["formats"], parts["openings"], parts["markers"], told)
    return found


def _notes(probed: int, benchmarks: bool) -> list[str]:
    notes = [
        "Loss is surprise, in nats per token: 0 is none, 0.69 is a coin toss at each token.",
        "The general prompts are asked without a system prompt. Their reference answers are scored, not compared with what the model writes.",
        "Drift is how much worse the tuned model foretells what the base would write at each place of the reference answers. "
        "It is no harm by itself: a model that learnt something has moved.",
    ]
    left = len(probes.probes()) - probed
    if left:
        notes.append(f"{left} of the general answers are longer than the model's context and were left out.")
    if not benchmarks:
        notes.append("No benchmark was measured: the probe set carries the verdict alone.")
    return notes
