"""A weaker adapter on a 4-bit model: nothing of it is the base, all of it is the tuned model."""

from dataclasses import replace

import numpy
import pytest
import torch
from peft import LoraConfig, PromptTuningConfig, get_peft_model

from ft_core import generate, modeling
from ft_core.evals.forgetting import probes, strength
from ft_core.modeling import Pair
from tests import helpers


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return helpers.make_base_model(tmp_path_factory.mktemp("base"))


def adapted(folder, **settings) -> Pair:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, lora_alpha=4, **settings)
    base = modeling.load_base(str(folder), quantised=False)
    return Pair(get_peft_model(base, config).eval(), modeling.load_tokenizer(str(folder)))


@pytest.fixture(scope="module")
def pair(folder):
    return adapted(folder)


def test_no_strength_is_the_base_and_all_of_it_is_the_tuned_model(pair):
    examples = probes.examples(pair.tokenizer, probes.probes()[:4])
    found = {scale: strength.losses(pair, examples, scale, quiet, None) for scale in strength.SCALES}
    with pair.base() as base:
        numpy.testing.assert_allclose(found[0.0], generate.answer_losses(base, pair.tokenizer, examples), rtol=1e-5)
    after = generate.answer_losses(pair.tuned, pair.tokenizer, examples)
    numpy.testing.assert_allclose(found[1.0], after, rtol=1e-5)
    assert len({round(float(losses[:, 0].sum()), 3) for losses in found.values()}) == len(strength.SCALES)
    with pytest.raises(generate.Stopped):
        strength.losses(pair, examples, 0.5, quiet, lambda: True)
    numpy.testing.assert_allclose(generate.answer_losses(pair.tuned, pair.tokenizer, examples), after, rtol=1e-6)


def test_the_strongest_that_keeps_the_probes_is_named():
    def losses(probe: float, task: float) -> numpy.ndarray:
        return numpy.array([[probe, 10], [2 * probe, 20], [task, 5]], float)

    scored = {0.0: losses(30, 20), 0.5: losses(30.3, 8), 1.0: losses(40, 4)}
    found = strength.section(scored, 2)
    assert found["keeps"] == 0.5 and [row["scale"] for row in found["rows"]] == [0.0, 0.5, 1.0]
    assert [row["loss"] for row in found["rows"]] == pytest.approx([3.0, 3.03, 4.0])
    assert [row["task_loss"] for row in found["rows"]] == pytest.approx([4.0, 1.6, 0.8])
    assert found["rows"][2]["difference"] == pytest.approx(1.0)
    scored[0.25] = losses(35, 10)  # no weaker step may cost something
    assert strength.section(scored, 2)["keeps"] == 0.0
    alone = {scale: values[:2] for scale, values in scored.items()}
    assert {row["task_loss"] for row in strength.section(alone, 2)["rows"]} == {None}


def test_only_lora_that_began_from_nothing_can_be_weakened(pair, folder):
    assert strength.why_not(pair) is None
    assert "started from another adapter" in str(strength.why_not(replace(pair, base_adapter="start")))
    assert "Only a LoRA adapter" in str(strength.why_not(adapted(folder, use_dora=True)))
    base = modeling.load_base(str(folder), quantised=False)
    assert "Only a LoRA adapter" in str(strength.why_not(Pair(base, pair.tokenizer, whole_base=base)))
    soft = get_peft_model(base, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3))
    assert "Only a LoRA adapter" in str(strength.why_not(Pair(soft, pair.tokenizer)))
