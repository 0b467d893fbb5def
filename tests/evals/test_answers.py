"""Which test examples are used."""

from collections import Counter

import pytest

from ft_core import modeling, prompts
from ft_core.errors import FTError
from ft_core.evals import answers
from ft_core.settings.example import Example, Message
from tests import helpers

LABELS = ["fruit", "animal", "tool"]


def _example(row: int, prompt: str, answer: str, system: str | None = None) -> Example:
    first = [Message(role="system", content=system)] if system else []
    return Example(
        row=row, messages=(*first, Message(role="user", content=prompt), Message(role="assistant", content=answer))
    )


MANY = [_example(row, f"{'word ' * (row % 7)}{row}", LABELS[min(row % 10, 2)]) for row in range(100)]


def test_a_subset_keeps_the_shares_of_the_labels_and_the_order() -> None:
    kept = answers.subset(MANY, 20, stratified=True)
    assert Counter(example.answer for example in kept) == {"fruit": 2, "animal": 2, "tool": 16}
    assert [example.row for example in kept] == sorted(example.row for example in kept)
    assert kept == answers.subset(MANY, 20, stratified=True)


def test_one_example_is_too_few() -> None:
    answers.require_two(MANY[:2], "Add rows.")
    with pytest.raises(FTError, match="2 examples, and there is 1") as caught:
        answers.require_two(MANY[:1], "Add rows.")
    assert caught.value.code == "evaluation.too_few" and caught.value.fix == "Add rows."


def test_no_limit_means_all() -> None:
    assert answers.subset(MANY, None, stratified=True) == MANY
    assert answers.subset(MANY, 500, stratified=False) == MANY
    assert len(answers.subset(MANY, 7, stratified=False)) == 7


def test_examples_that_the_model_cannot_read_whole_are_left_out(tmp_path) -> None:
    tokenizer = modeling.load_tokenizer(str(helpers.make_base_model(tmp_path)))
    short, long = _example(1, "Ada saw apple", "fruit"), _example(2, "Ada saw apple " * 20, "fruit")
    needed = len(prompts.prompt_ids(tokenizer, short.prompt)) + 8
    assert answers.fitting(tokenizer, [short, long], needed, 8) == [short]
    assert answers.fitting(tokenizer, [short, long], needed - 1, 8) == []
    assert answers.fitting(tokenizer, [short, long], 10_000, 8) == [short, long]


def test_an_answer_is_cut_off_soon_after_the_longest_label(tmp_path) -> None:
    tokenizer = modeling.load_tokenizer(str(helpers.make_base_model(tmp_path)))
    longest = max(len(tokenizer.encode(label)) for label in LABELS) + 1
    assert answers.longest_answer(tokenizer, LABELS, 128) == longest + 16
    assert answers.longest_answer(tokenizer, LABELS, 5) == 5
    assert answers.longest_answer(tokenizer, [], 128) == 128
