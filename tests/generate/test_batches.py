"""Soft prompts before batches of any size, stopping, and what a call leaves behind."""

import pytest
import torch
from peft import PrefixTuningConfig, PromptTuningConfig, get_peft_model

from ft_core import generate, modeling, prompts
from ft_core.settings.example import Example, Message
from tests.generate.asked import CHOICES, PROMPTS, with_adapter


def test_stop_is_obeyed(model, tokenizer) -> None:
    with pytest.raises(generate.Stopped):
        generate.answers(model, tokenizer, PROMPTS, max_new_tokens=4, should_stop=lambda: True)
    with pytest.raises(generate.Stopped):
        generate.choice_log_likelihoods(model, tokenizer, PROMPTS, CHOICES, should_stop=lambda: True)
    with pytest.raises(generate.Stopped):
        list(
            generate.stream(
                model, tokenizer, PROMPTS[0], max_new_tokens=4, temperature=0, top_p=1, seed=0, should_stop=lambda: True
            )
        )


def test_training_goes_on_after_answers_in_between(folder, tokenizer) -> None:
    """bitsandbytes packs 4-bit weights for inference on some processors, and packed weights silently pass no gradient on."""
    model = with_adapter(folder)
    ids = torch.tensor([prompts.prompt_ids(tokenizer, PROMPTS[0])])

    def gradient() -> torch.Tensor:
        model.train()
        model.zero_grad()
        model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
        return torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])

    before = gradient()
    generate.answers(model, tokenizer, PROMPTS, max_new_tokens=3)
    assert model.training
    after = gradient()
    assert before.abs().sum() > 0
    assert torch.equal(before, after)


@pytest.mark.parametrize(
    "config",
    [
        PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=6),
        PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=6),
    ],
)
def test_a_soft_prompt_stands_before_every_row_however_rows_are_batched(folder, tokenizer, config) -> None:
    base = modeling.load_base(str(folder), quantised=False)
    plain = [answer.text for answer in generate.answers(base, tokenizer, PROMPTS, max_new_tokens=8)]
    model = get_peft_model(base, config)
    with torch.random.fork_rng():
        torch.manual_seed(2)
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data.normal_(std=0.5)
    labels = ["fruit", "a tool, I think"]
    together = [answer.text for answer in generate.answers(model, tokenizer, PROMPTS, max_new_tokens=8)]
    alone = [generate.answers(model, tokenizer, [prompt], max_new_tokens=8)[0].text for prompt in PROMPTS]
    settings = {"max_new_tokens": 8, "temperature": 0, "top_p": 1, "seed": 0}
    assert together == alone != plain
    assert together == ["".join(generate.stream(model, tokenizer, prompt, **settings)) for prompt in PROMPTS]
    likelihoods = generate.choice_log_likelihoods(model, tokenizer, PROMPTS, labels)
    examples = [Example(row=1, messages=(*prompt, Message("assistant", labels[1]))) for prompt in PROMPTS]
    losses = [total for total, _ in generate.answer_losses(model, tokenizer, examples)]
    assert losses == pytest.approx(-likelihoods[:, 1], abs=1e-3)
    # peft's own forward, one row without padding, is what was trained.
    asked, right = prompts.prompt_ids(tokenizer, PROMPTS[0]), prompts.choice_ids(tokenizer, labels)[1]
    with torch.no_grad():
        logits = model.eval()(input_ids=torch.tensor([asked + right])).logits[0, -len(right) - 1 : -1]
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(right), reduction="sum").item()
    assert losses[0] == pytest.approx(expected, abs=1e-3)
    assert generate.context_length(model) == base.config.max_position_embeddings - 6
