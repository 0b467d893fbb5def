"""A conversation is asked with the tokens that training reads, and answered with those that it learns."""

import copy
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from ft_core import prompts
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.settings.example import Message
from tests import helpers

END = 0
PROMPTS = [
    (Message("user", "Ada saw apple in attic"),),
    (Message("system", "Name the thing."), Message("user", "Ben saw a goat in the barn on Monday")),
    (Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "Cleo saw drill")),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return helpers.make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizer(folder) -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(folder)


def test_an_answer_has_the_tokens_that_training_learns(folder, tokenizer) -> None:
    chat = ChatTokenizer.load(folder)
    for prompt in PROMPTS[:2]:
        encoded = chat.encode([*prompt, Message(role="assistant", content="a tool, I think")])
        learnt = [token for token, counts in zip(encoded.ids, encoded.learnt, strict=True) if counts]
        assert prompts.answer_ids(tokenizer, [*prompt, Message("assistant", "a tool, I think")]) == learnt
        assert prompts.prompt_ids(tokenizer, prompt) + learnt == encoded.ids


def test_templates_without_marks_and_with_a_line_break_after_the_turn_are_scored(tokenizer) -> None:
    other = copy.deepcopy(tokenizer)
    other.chat_template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
    assert prompts.answer_ids(other, [*PROMPTS[0], Message("assistant", "fruit")]) == [*tokenizer.encode("fruit"), END]


def test_a_template_that_rewrites_the_prompt_is_refused(tokenizer) -> None:
    other = copy.deepcopy(tokenizer)
    other.chat_template = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    with pytest.raises(FTError) as caught:
        prompts.answer_ids(other, [*PROMPTS[0], Message("assistant", "fruit")])
    assert caught.value.code == "model.template"
