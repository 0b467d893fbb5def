"""Batches, choices and losses against the plain one-row forward pass, on a 4-bit model with an adapter."""

import copy
from pathlib import Path

import numpy
import pytest
import torch
from peft import (
    LoraConfig,
    PeftModel,
    PrefixTuningConfig,
    PromptTuningConfig,
    get_peft_model,
    prepare_model_for_kbit_training,
)

from ft_core import generate, modeling, prompts
from ft_core.settings.example import Example, Message
from tests import helpers

END = 0


def _user(text: str) -> list[Message]:
    return [Message(role="user", content=text)]


PROMPTS = [
    _user(text)
    for text in ("Ada saw apple", "Ben", "Cleo saw drill in garden Monday and went home", "x", "Eve saw goat in attic")
]
PROMPTS.append(
    [
        Message(role="system", content="Sort it."),
        *_user("hammer"),
        Message(role="assistant", content="tool"),
        *_user("peach"),
    ]
)
CHOICES = ["fruit", "animal", "tool", "a kind that has a very long name"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return helpers.make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizer(folder):
    return modeling.load_tokenizer(str(folder))


@pytest.fixture(scope="module")
def model(folder) -> PeftModel:
    return _with_adapter(folder)


def _with_adapter(folder: Path) -> PeftModel:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    base = prepare_model_for_kbit_training(modeling.load_base(str(folder)), use_gradient_checkpointing=False)
    return get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, lora_alpha=1))


def _plain_log_probabilities(model, ids: list[int]) -> torch.Tensor:
    """log p of each token but the first, from one unpadded row without a cache."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0, :-1].float()
    return logits.log_softmax(-1)[torch.arange(len(ids) - 1), torch.tensor(ids[1:])]


def test_a_batch_of_answers_is_what_one_by_one_answers_are(model, tokenizer) -> None:
    together = generate.answers(model, tokenizer, PROMPTS, max_new_tokens=12)
    alone = [generate.answers(model, tokenizer, [prompt], max_new_tokens=12)[0] for prompt in PROMPTS]
    assert together == alone
    assert len({answer.text for answer in together}) > 1


def test_answers_are_those_of_a_hand_written_greedy_loop(model, tokenizer) -> None:
    model.eval()
    ids = prompts.prompt_ids(tokenizer, PROMPTS[2])
    start = len(ids)
    with torch.no_grad():
        while len(ids) < start + 10 and (len(ids) == start or ids[-1] != END):
            ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
    answer = generate.answers(model, tokenizer, PROMPTS, max_new_tokens=10)[2]
    assert answer.text == tokenizer.decode(ids[start:], skip_special_tokens=True)
    assert answer.tokens == len(ids) - start
    assert answer.finished == (ids[-1] == END)


def test_small_batches_give_the_same_answers_and_report_progress(model, tokenizer) -> None:
    seen: list[tuple[int, int]] = []
    small = generate.answers(
        model,
        tokenizer,
        PROMPTS,
        max_new_tokens=6,
        batch_tokens=1,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(i + 1, len(PROMPTS)) for i in range(len(PROMPTS))]
    assert small == generate.answers(model, tokenizer, PROMPTS, max_new_tokens=6)


def test_an_answer_ends_at_the_end_of_turn(model, tokenizer) -> None:
    answer = generate._answer(tokenizer, [*tokenizer.encode("fruit"), END, 9, 9], {END})
    assert (answer.text, answer.finished) == ("fruit", True)
    assert answer.tokens == len(tokenizer.encode("fruit")) + 1
    assert not generate._answer(tokenizer, tokenizer.encode("fruit"), {END}).finished


def test_sampling_settings_of_the_model_are_not_used(model, tokenizer) -> None:
    expected = generate.answers(model, tokenizer, PROMPTS, max_new_tokens=6)
    kept = model.generation_config
    wild = copy.deepcopy(kept)
    wild.update(do_sample=True, temperature=50.0, top_p=0.9, top_k=7)
    base = model.get_base_model()
    base.generation_config = wild
    try:
        assert generate.answers(model, tokenizer, PROMPTS, max_new_tokens=6) == expected
    finally:
        base.generation_config = kept


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


def test_a_greedy_stream_is_the_greedy_answer(model, tokenizer) -> None:
    for prompt in PROMPTS:
        pieces = list(generate.stream(model, tokenizer, prompt, max_new_tokens=12, temperature=0, top_p=1, seed=0))
        assert "".join(pieces) == generate.answers(model, tokenizer, [prompt], max_new_tokens=12)[0].text


def test_a_sampled_stream_depends_on_its_seed_alone(model, tokenizer) -> None:
    def sample(seed: int) -> str:
        return "".join(
            generate.stream(model, tokenizer, PROMPTS[0], max_new_tokens=20, temperature=1.5, top_p=0.95, seed=seed)
        )

    first = sample(1)
    torch.manual_seed(99)
    assert sample(1) == first
    assert sample(2) != first


def test_training_goes_on_after_answers_in_between(folder, tokenizer) -> None:
    """bitsandbytes packs 4-bit weights for inference on some processors, and packed weights silently pass no gradient on."""
    model = _with_adapter(folder)
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
