"""A weaker adapter: how the probes' loss, and that of the task, change when less of the adapter is added to the base model."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy
from peft import LoraConfig, PeftModel
from peft.helpers import rescale_adapter_scale

from ft_core import generate
from ft_core.evals import compare
from ft_core.evals.forgetting.drift import MATTERS, as_dict
from ft_core.generate import OnProgress, ShouldStop
from ft_core.modeling import Pair
from ft_core.settings.example import Example

SCALES = (0.0, 0.25, 0.5, 0.75, 1.0)


def why_not(pair: Pair) -> str | None:
    """Why this adapter cannot be made weaker in steps; None when it can."""
    config = pair.tuned.active_peft_config if isinstance(pair.tuned, PeftModel) else None
    if not isinstance(config, LoraConfig) or config.use_dora:
        return "Only a LoRA adapter can be made weaker in steps: its part is added to the base model's."
    if pair.base_adapter is not None:
        return "The training started from another adapter, which would be made weaker with it."
    return None


def losses(
    pair: Pair, examples: Sequence[Example], scale: float, on_progress: OnProgress, should_stop: ShouldStop | None
) -> numpy.ndarray:
    """(sum of -log p, tokens) of each answer with the adapter's part times `scale`: float64 [examples, 2]. Raises Stopped.

    For LoRA this is weighing the weights of base and tuned model (WiSE-FT, Wortsman et al. 2021, arXiv:2109.01903).
    """
    with rescale_adapter_scale(pair.tuned, scale):
        if examples[0].is_text:
            found = generate.text_losses(
                pair.tuned,
                pair.tokenizer,
                [example.answer for example in examples],
                generate.context_length(pair.tuned),
                on_progress=on_progress,
                should_stop=should_stop,
            )
        else:
            found = generate.answer_losses(
                pair.tuned, pair.tokenizer, examples, on_progress=on_progress, should_stop=should_stop
            )
    return numpy.array(found, float)


def section(scored: dict[float, numpy.ndarray], probes: int) -> dict[str, Any]:
    """The part `strength`. `scored`: by scale, 0 among them, what `losses` gave for `probes` probes and then for the task's examples.

    `keeps` is the strongest scale up to which the probes' loss rises by less than `drift.MATTERS`.
    """
    weights, rows = compare.resampled(probes), []
    for scale in sorted(scored):
        sums, tokens = scored[scale][:probes].T
        rise = sums - scored[0.0][:probes, 0]
        draws = compare.ratio_draws(weights, rise, tokens)
        task = scored[scale][probes:].sum(0)
        rows.append(
            {
                "scale": scale,
                "loss": float(sums.sum() / tokens.sum()),
                **as_dict(compare.bootstrapped(float(rise.sum() / tokens.sum()), draws, probes)),
                "task_loss": float(task[0] / task[1]) if task[1] else None,
            }
        )
    harmless = list(itertools.takewhile(lambda row: row["difference"] < MATTERS, rows))
    return {"rows": rows, "keeps": harmless[-1]["scale"]}
