"""Making the starter model: a few real steps from real files, resumed; nothing of the examples in the training data."""

import argparse
import hashlib
import lzma

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ft_core.data.tokens import ChatTokenizer
from ft_core.settings.example import Message
from ft_core.starter import build, texts
from ft_core.starter.dialogues import as_text, dialogues


@pytest.fixture
def small_texts(tmp_path, monkeypatch):
    """A folder with one small text, listed as the module lists its own."""
    story = "\n\n".join(
        f"The {a} {b} walked to the {c} and sang."
        for a in ("old", "small")
        for b in ("fox", "hen")
        for c in ("hill", "lake", "barn")
    )
    data = lzma.compress((story * 40).encode())
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "story.txt.xz").write_bytes(data)
    listed = texts.Text("story.txt.xz", "CC0-1.0", "ours", hashlib.sha256(data).hexdigest(), 1, "prose")
    monkeypatch.setattr(texts, "TEXTS", (listed,))
    monkeypatch.setattr(build, "DIALOGUES", 60)
    monkeypatch.setattr(build, "TOKENS_PER_STEP", 1024)
    return tmp_path / "texts"


def options(folder, work, pretrain=2, chat=1) -> argparse.Namespace:
    return argparse.Namespace(
        texts=folder,
        out=work / "out",
        work=work,
        pretrain_tokens=pretrain * 1024,
        chat_tokens=chat * 1024,
        threads=1,
        compile=False,
    )


def test_a_few_steps_make_a_model_that_loads(small_texts, tmp_path, capsys):
    build.build(options(small_texts, tmp_path / "work", pretrain=1))
    losses = [
        float(line.split("loss ")[1].split()[0]) for line in capsys.readouterr().out.splitlines() if "loss" in line
    ]
    assert losses and all(0 < loss < 9 for loss in losses)
    out = tmp_path / "work" / "out"
    model = AutoModelForCausalLM.from_pretrained(out)
    assert model.config.max_position_embeddings >= 1024
    assert sum(parameter.numel() for parameter in model.parameters()) == 4_737_792
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert len(tokenizer) <= 4096
    text = "Ünïcödé ☃ 日本語 \t\x00 123 <b>\n"
    assert tokenizer.decode(tokenizer(text)["input_ids"], clean_up_tokenization_spaces=False) == text, (
        "no character is lost"
    )


def test_it_goes_on_where_it_was_stopped(small_texts, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "LAYERS", 1)
    monkeypatch.setattr(build, "WIDTH", 64)
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    build.build(options(small_texts, whole, pretrain=4))
    torch.manual_seed(5)
    halves.mkdir()
    torch.manual_seed(0)
    trainer_options = options(small_texts, halves, pretrain=4)
    tokenizer = build.train_tokenizer(texts.split(small_texts)[0])
    stream = build.pretrain_stream(tokenizer, texts.split(small_texts)[0])
    first = build.Pretrainer(halves, compiled=False)
    first.model.train()
    steps = first.steps["pretrain"]
    assert steps == 0
    # Two of four steps with the four-step schedule, then a new process's objects.
    first.run("pretrain", stream, 4, build.PRETRAIN_LENGTH, 1.0, build.AFTER_PRETRAIN, stop_after=2)
    assert build.Pretrainer(halves, compiled=False).steps["pretrain"] == 2
    build.build(trainer_options)
    a, b = (AutoModelForCausalLM.from_pretrained(folder / "out").state_dict() for folder in (whole, halves))
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_only_answers_are_learnt_in_dialogues(small_texts):
    tokenizer = build.train_tokenizer(texts.split(small_texts)[0])
    document = texts.chat(
        [("user", "Hello there"), ("assistant", "Good day"), ("user", "Bye"), ("assistant", "See you")], "Be kind."
    )
    ids = build.encode(tokenizer, [document])[0]
    learnt = [int(token) for token in build.answers_only(ids) if token != build.IGNORE]
    assert tokenizer.decode(learnt) == "Good day<|end|>See you<|end|>"


def test_the_documents_are_what_the_chat_template_renders(small_texts, tmp_path):
    build.train_tokenizer(texts.split(small_texts)[0]).save_pretrained(tmp_path / "tokenizer")
    chat = ChatTokenizer.load(tmp_path / "tokenizer")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "tokenizer")
    for dialogue in dialogues(20, seed=5):
        messages = [Message(role=role, content=content) for role, content in dialogue.turns]
        assert chat.encode(messages).ids == tokenizer(as_text(dialogue))["input_ids"]


def test_no_example_message_is_in_our_dialogues():
    texts.check_examples(as_text(dialogue) for dialogue in dialogues(build.DIALOGUES, build.DIALOGUE_SEED))
