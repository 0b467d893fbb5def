"""Answers in batches and streams against the plain one-row forward pass, on a 4-bit model with an adapter."""

import copy

import torch

from ft_core import generate, prompts
from ft_core.generate import writing
from tests.generate.asked import END, PROMPTS


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
    answer = writing._answer(tokenizer, [*tokenizer.encode("fruit"), END, 9, 9], {END})
    assert (answer.text, answer.finished) == ("fruit", True)
    assert answer.tokens == len(tokenizer.encode("fruit")) + 1
    assert not writing._answer(tokenizer, tokenizer.encode("fruit"), {END}).finished


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
