"""Choices, losses and labels against the plain one-row forward pass, on a 4-bit model with an adapter."""

from contextlib import nullcontext

import numpy
import pytest
import torch

from ft_core import generate, modeling, prompts
from ft_core.settings.example import Example, Message
from tests.generate.asked import CHOICES, END, PROMPTS


def _plain_log_probabilities(model, ids: list[int]) -> torch.Tensor:
    """log p of each token but the first, from one unpadded row without a cache."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0, :-1].float()
    return logits.log_softmax(-1)[torch.arange(len(ids) - 1), torch.tensor(ids[1:])]


def test_choice_likelihoods_equal_the_plain_forward(model, tokenizer) -> None:
    model.eval()
    found = generate.choice_log_likelihoods(model, tokenizer, PROMPTS, CHOICES)
    assert found.shape == (len(PROMPTS), len(CHOICES)) and found.dtype == numpy.float64
    for row, prompt in enumerate(PROMPTS):
        start = len(prompts.prompt_ids(tokenizer, prompt))
        for column, choice in enumerate(CHOICES):
            turns = [message.as_dict() for message in [*prompt, Message(role="assistant", content=choice)]]
            whole = list(tokenizer.apply_chat_template(turns, return_dict=True)["input_ids"])
            assert whole[-1] == END
            assert found[row, column] == pytest.approx(
                float(_plain_log_probabilities(model, whole)[start - 1 :].sum()), abs=1e-4, rel=1e-5
            )


def test_choice_likelihoods_of_one_row_batches_are_the_same(model, tokenizer) -> None:
    together = generate.choice_log_likelihoods(model, tokenizer, PROMPTS, CHOICES)
    alone = generate.choice_log_likelihoods(model, tokenizer, PROMPTS, CHOICES, batch_tokens=1)
    numpy.testing.assert_allclose(alone, together, atol=1e-4, rtol=1e-5)


def test_losses_count_the_answer_and_its_end_of_turn(model, tokenizer) -> None:
    model.eval()
    labels = ["fruit", "tool", "animal", "tool", "fruit", "animal"]
    examples = [
        Example(row=i, messages=(*prompt, Message(role="assistant", content=labels[i])))
        for i, prompt in enumerate(PROMPTS)
    ]
    likelihoods = generate.choice_log_likelihoods(model, tokenizer, PROMPTS, labels)
    losses = generate.answer_losses(model, tokenizer, examples)
    for i, (total, tokens) in enumerate(losses):
        assert total == pytest.approx(-likelihoods[i, i], abs=1e-4, rel=1e-5)
        assert tokens == len(tokenizer.encode(labels[i])) + 1


def _distributions(model, ids: list[int], start: int) -> torch.Tensor:
    """log p over the vocabulary of each token from `start` on, from one unpadded row: float32 [tokens, vocabulary]."""
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0, start - 1 : -1].float().log_softmax(-1)


def test_shifts_of_a_batch_are_those_of_each_row_read_alone_by_either_model(model, tokenizer) -> None:
    model.eval()
    examples = [
        Example(row=i, messages=(*prompt, Message(role="assistant", content=answer)))
        for i, (prompt, answer) in enumerate(zip(PROMPTS, [*CHOICES, "a", "b c"], strict=True))
    ]
    examples.append(Example(row=9, messages=(Message(role="assistant", content="Ada saw apple in barn"),)))
    pair, seen = modeling.Pair(model, tokenizer), []
    found = generate.answer_shifts(
        pair.base,
        lambda: nullcontext(model),
        tokenizer,
        examples,
        batch_tokens=80,
        on_progress=lambda done, total: seen.append(done),
    )
    for shift, example in zip(found, examples, strict=True):
        if example.is_text:
            ids, start = prompts.text_ids(tokenizer, example.answer), 1
        else:
            ids = prompts.prompt_ids(tokenizer, example.prompt)
            start, ids = len(ids), ids + prompts.answer_ids(tokenizer, example.messages)
        after = _distributions(model, ids, start)
        with model.disable_adapter():
            before = _distributions(model, ids, start)
        right = torch.tensor(ids[start:])[:, None]
        assert shift.first == pytest.approx(-before.gather(1, right)[:, 0].numpy(), abs=1e-4)
        assert shift.second == pytest.approx(-after.gather(1, right)[:, 0].numpy(), abs=1e-4)
        divergence = torch.nn.functional.kl_div(after, before, reduction="none", log_target=True).sum(1)
        assert shift.divergence == pytest.approx(divergence.numpy(), abs=1e-4) and shift.divergence.max() > 1e-3
        assert shift.same.tolist() == (before.argmax(1) == after.argmax(1)).tolist()
    assert seen[-1] == len(examples) and len(seen) > 2
    with pytest.raises(generate.Stopped):
        generate.answer_shifts(pair.base, pair.base, tokenizer, examples, should_stop=lambda: True)


def test_a_model_does_not_differ_from_itself(model, tokenizer) -> None:
    example = Example(row=0, messages=(*PROMPTS[0], Message(role="assistant", content="fruit")))
    [shift] = generate.answer_shifts(lambda: nullcontext(model), lambda: nullcontext(model), tokenizer, [example])
    assert shift.divergence.max() == 0 and shift.same.all() and (shift.first == shift.second).all()
    [(total, tokens)] = generate.answer_losses(model, tokenizer, [example])
    assert shift.first.sum() == pytest.approx(total, abs=1e-4) and len(shift.first) == tokens


def test_label_probabilities_of_a_padded_batch_are_those_of_each_row_alone(folder, tokenizer) -> None:
    headed = modeling.load_base(str(folder), quantised=False, labels=("a", "b", "c"))
    modeling.with_padding(headed, tokenizer)
    seen: list[int] = []
    found = generate.label_log_probabilities(
        headed, tokenizer, PROMPTS, on_progress=lambda done, total: seen.append(done)
    )
    with torch.no_grad():
        for row, prompt in zip(found, PROMPTS, strict=True):
            alone = headed(input_ids=torch.tensor([prompts.prompt_ids(tokenizer, prompt)])).logits[0]
            assert row == pytest.approx(alone.log_softmax(-1).tolist(), abs=1e-4)
    assert found.shape == (len(PROMPTS), 3) and seen[-1] == len(PROMPTS)
    with pytest.raises(generate.Stopped):
        generate.label_log_probabilities(headed, tokenizer, PROMPTS, should_stop=lambda: True)
