"""Measuring the starter model: each number against one worked out in another way, and the card it is written into."""

import json
import math
import sys

import numpy
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ft_core.starter import build, measure, texts
from tests.starter.made import write_text

TALK = "\n\n".join(f"hello number {number}\ngood day to you, größer" for number in range(4000))
CHAT = "<|system|>Be kind.<|end|><|user|>Hello there<|end|><|assistant|>Good day, größer ☃<|end|>"


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(build.HERE / "model")


@pytest.fixture(scope="module")
def model():
    return AutoModelForCausalLM.from_pretrained(build.HERE / "model", dtype=torch.float32).eval()


@pytest.fixture
def small(monkeypatch):
    """Few and short answers."""
    monkeypatch.setattr(measure, "ANSWERS", 3)
    monkeypatch.setattr(measure, "DIALOGUES", 20)
    monkeypatch.setattr(measure, "LONGEST_ANSWER", 3)


def tokens_of(tokenizer, document: str) -> numpy.ndarray:
    return numpy.array(tokenizer(document)["input_ids"])


def test_bits_per_byte():
    assert measure.Likelihood(nats=10 * math.log(2), size=5).bits_per_byte == pytest.approx(2.0)


def test_the_marks_of_the_chat_template_are_not_counted(tokenizer):
    sizes = measure.counted_bytes(tokenizer)
    assert sizes[tokens_of(tokenizer, CHAT)].sum() == len(measure.MARKS.sub("", CHAT).encode())
    assert all(sizes[tokenizer.convert_tokens_to_ids(mark)] == 0 for mark in build.SPECIAL)


def test_a_short_text_is_as_likely_as_the_library_says(model, tokenizer):
    tokens = tokens_of(tokenizer, "The fox walked to the lake and sang.")
    whole, far = measure.likelihoods(model, tokenizer, tokens)
    ids = torch.tensor([[tokenizer.eos_token_id, *tokens]])
    with torch.no_grad():
        loss = model(input_ids=ids, labels=ids).loss.item()
    assert whole.nats == pytest.approx(loss * len(tokens), rel=1e-4) and whole.size == 36
    assert (far.nats, far.size) == (0, 0)


def test_a_long_text_is_read_in_rows_and_its_far_part_counted_apart(model, tokenizer, monkeypatch):
    monkeypatch.setattr(measure, "ROW", 17)
    monkeypatch.setattr(measure, "FAR", 8)
    document = "The fox walked to the lake and sang. " * 5
    tokens = tokens_of(tokenizer, document)[:40]  # rows of 16, 16 and 8 tokens
    whole, far = measure.likelihoods(model, tokenizer, tokens)
    alone = [measure.likelihoods(model, tokenizer, tokens[start : start + 16])[0] for start in (0, 16, 32)]
    assert whole.nats == pytest.approx(sum(part.nats for part in alone), rel=1e-4)
    sizes = measure.counted_bytes(tokenizer)[tokens]
    assert whole.size == sizes.sum() and far.size == sizes[8:16].sum() + sizes[24:32].sum()
    assert 0 < far.nats < whole.nats


def test_the_unigram_model_is_the_frequencies_with_one_added(tokenizer):
    training = ["The fox sang. The fox sang.<|end|>"]
    counted = [int(token) for token in tokens_of(tokenizer, training[0]) if token != tokenizer.eos_token_id]
    kinds = len(tokenizer) - len(build.SPECIAL)
    asked = tokens_of(tokenizer, "The fox<|end|>")
    by_hand = sum(
        -math.log((counted.count(int(token)) + 1) / (len(counted) + kinds))
        for token in asked
        if token != tokenizer.eos_token_id
    )
    assert measure.unigram(tokenizer, training, asked) == pytest.approx(by_hand)


def test_the_rates_are_shares_of_the_answers(model, tokenizer, small, monkeypatch):
    finished, right = measure.answer_rates(model, tokenizer)
    assert 0 <= right <= finished <= 1 and (3 * finished) % 1 == pytest.approx(0)
    monkeypatch.setattr(measure, "LONGEST_ANSWER", 1)
    assert measure.answer_rates(model, tokenizer) == (0, 0), "one token is no answer and its end"


def test_main_measures_and_replaces_that_part_of_the_card_alone(tmp_path, monkeypatch, small, capsys):
    monkeypatch.setattr(texts, "TEXTS", (write_text(tmp_path / "texts", "talk.txt.xz", TALK, "turns"),))
    monkeypatch.setattr(measure, "HERE", tmp_path)
    card = tmp_path / "README.md"
    card.write_text(f"before\n{measure.BEGIN}\nold numbers\n{measure.END}\nafter\n")
    arguments = ["measure", "--texts", str(tmp_path / "texts"), "--model", str(build.HERE / "model")]
    monkeypatch.setattr(sys, "argv", arguments)
    measure.main()
    found = json.loads(capsys.readouterr().out)
    assert "old numbers" in card.read_text(), "it is written only when asked for"
    monkeypatch.setattr(sys, "argv", [*arguments, "--write"])
    measure.main()
    written = card.read_text()
    assert written.startswith(f"before\n{measure.BEGIN}\n") and written.endswith(f"{measure.END}\nafter\n")
    assert "old numbers" not in written
    numbers = found["measured"]
    held = texts.split(tmp_path / "texts")[1]
    assert numbers["held_out_documents"] == len(held) > 0
    assert numbers["held_out_bytes"] == len(measure.MARKS.sub("", "".join(held)).encode())
    assert all(0 < value < 8 for name, value in numbers.items() if name.endswith("bits_per_byte"))
    for name, value in numbers.items():
        assert f"| {name.replace('_', ' ')} | {value:,} |" in written
    assert [prompt for prompt, _answer in found["samples"]][0].endswith("What colour is the sky?")
    assert len(found["samples"]) == len(measure.PROMPTS) == written.count("> **")
