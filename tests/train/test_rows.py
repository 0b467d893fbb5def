"""Token rows, their order and their batches."""

from dataclasses import replace

import numpy
import pytest
import torch

from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.settings.example import Example, Message
from ft_core.train import rows
from tests.helpers import make_base_model


@pytest.fixture(scope="module")
def chat(tmp_path_factory) -> ChatTokenizer:
    return ChatTokenizer.load(make_base_model(tmp_path_factory.mktemp("base")))


def example(row: int, question: str, answer: str) -> Example:
    return Example(
        row=row, messages=(Message(role="user", content=question), Message(role="assistant", content=answer))
    )


def test_labels_are_the_answer_and_its_end(chat):
    (row,) = rows.tokenise([example(1, "hammer", "tool")], chat, 64)
    encoded = chat.encode(example(1, "hammer", "tool").messages)
    assert row.ids == encoded.ids
    assert [label != rows.IGNORED for label in row.labels] == encoded.learnt and 0 < sum(encoded.learnt) < len(
        encoded.ids
    )


def test_rows_are_cut_and_say_so(chat):
    long = example(4, "a", "tool " * 50)
    whole = len(chat.encode(long.messages).ids)
    cut, short = rows.tokenise([long, example(5, "a", "tool")], chat, 20)
    assert len(cut.ids) == len(cut.labels) == 20 and cut.cut_off and not short.cut_off
    assert rows.check([cut, short], chat, 20).endswith(
        f"; 1 lose the end of an answer (row 4): Longest example is 20 tokens, and the longest of them has {whole}"
    )
    (exact,) = rows.tokenise([long], chat, whole)
    assert not exact.cut_off and len(exact.ids) == whole


def test_rows_whose_answer_is_cut_off_are_named(chat):
    examples = [
        example(2, "short", "tool"),
        example(7, "far too long " * 40, "tool"),
        example(9, "far too long " * 40, "tool"),
    ]
    with pytest.raises(FTError) as caught:
        rows.tokenise(examples, chat, 40)
    assert (
        caught.value.code == "train.nothing_to_learn"
        and "row 7, 9" in caught.value.what
        and "Longest example" in caught.value.fix
        and "choose Drop at Rows that are too long" in caught.value.fix
    )


def test_a_row_of_a_mix_is_named_with_its_part(chat):
    of_faq = replace(example(4, "hammer " * 30, "tool"), part="faq")
    length = len(chat.encode(of_faq.messages).ids) - 2
    cut = rows.tokenise([of_faq, example(5, "a", "tool")], chat, length)
    assert "(row faq: 4)" in rows.check(cut, chat, length)


def test_examples_that_all_lose_their_end_are_refused(chat):
    long = [example(1, "a", "tool " * 50), example(2, "a", "tool " * 60)]
    longest = len(chat.encode(long[1].messages).ids)
    with pytest.raises(FTError, match="would not learn to stop") as caught:
        rows.check(rows.tokenise(long, chat, 20), chat, 20)
    assert caught.value.code == "train.no_end_of_turn" and f"Raise Longest example to {longest}" in caught.value.fix


def test_what_will_be_learnt_is_counted(chat):
    found = rows.tokenise([example(1, "a", "tool"), example(2, "b", "fruit")], chat, 64)
    learnt = sum(label != rows.IGNORED for row in found for label in row.labels)
    tokens = sum(len(row.ids) for row in found)
    assert (
        rows.check(found, chat, 64) == f"2 training examples, {tokens} tokens, {learnt} of them learnt, 2 ends of turn"
    )


def test_a_model_that_would_never_stop_is_refused(chat):
    (row,) = rows.tokenise([example(1, "a", "tool")], chat, 64)
    endless = replace(row, labels=[*row.labels[:-1], rows.IGNORED])
    with pytest.raises(FTError, match="would not learn to stop") as caught:
        rows.check([endless], chat, 64)
    assert caught.value.code == "train.no_end_of_turn"


def test_a_smaller_share_is_contained_in_a_larger_one():
    examples = [example(row, "a", "tool") for row in range(40)]
    shares = [rows.share(examples, part, seed=3) for part in (0.125, 0.25, 0.5, 1.0)]
    assert [len(found) for found in shares] == [5, 10, 20, 40] and shares[3] == examples
    for small, large in zip(shares, shares[1:], strict=False):
        assert {one.row for one in small} < {one.row for one in large}
        assert [one.row for one in small] == sorted(one.row for one in small)
    assert rows.share(examples, 0.125, seed=4) != shares[0] and len(rows.share(examples, 0.001, seed=3)) == 1


def test_soft_prompts_have_their_padding_on_the_right():
    batch = rows.collate(
        [{"input_ids": [5, 6], "labels": [-100, 6], "part": 1}, {"input_ids": [7], "labels": [7], "part": 0}],
        9,
        "right",
    )
    assert batch["input_ids"].tolist() == [[5, 6], [7, 9]] and batch["labels"].tolist() == [[-100, 6], [7, -100]]
    assert batch["attention_mask"].tolist() == [[1, 1], [1, 0]] and batch["part"].tolist() == [1, 0]


def test_every_pass_holds_every_row_and_steps_are_sorted():
    lengths = [5, 3, 9, 1, 7, 2, 8, 4, 6, 10]
    order = rows.order(lengths, steps=6, batch_size=5, seed=1)
    for start in (0, 10, 20):
        assert sorted(order[start : start + 10]) == list(range(10))
    assert (numpy.diff(numpy.array(lengths)[order].reshape(6, 5), axis=1) > 0).all()
    assert numpy.array_equal(order, rows.order(lengths, 6, 5, seed=1)) and not numpy.array_equal(
        order, rows.order(lengths, 6, 5, seed=2)
    )
    assert not numpy.array_equal(order[:10], order[10:20])


def test_balanced_micro_batches_have_the_rows_of_their_step_and_about_as_many_tokens():
    lengths = numpy.random.default_rng(0).lognormal(4, 1, 300).astype(int).clip(4, 512)
    order = rows.order(lengths, 20, 16, seed=0)
    dealt = rows.balanced(order, 16, 4)
    assert all(set(one) == set(other) for one, other in zip(order.reshape(20, 16), dealt.reshape(20, 16), strict=True))
    most, before = (lengths[each].reshape(20, 4, 4).sum(2).max(1) for each in (dealt, order))
    assert most.mean() < 0.75 * before.mean()
    assert rows.balanced(order, 16, 16).tolist() == order.tolist()


def test_a_batch_larger_than_the_data_repeats_rows():
    order = rows.order([1, 2, 3], steps=2, batch_size=4, seed=0)
    assert order.shape == (8,) and set(order) == {0, 1, 2}


def test_rows_in_line_keep_their_boundaries():
    batch = rows.in_line(
        [
            {"input_ids": [5, 6, 7], "labels": [-100, 6, 7], "part": 1},
            {"input_ids": [8, 9], "labels": [-100, 9], "part": 0},
        ]
    )
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 9]] and batch["labels"].tolist() == [[-100, 6, 7, -100, 9]]
    assert batch["lengths"].tolist() == [3, 2] and batch["part"].tolist() == [1, 0]


def test_collate_pads_on_the_left():
    batch = rows.collate(
        [{"input_ids": [5, 6, 7], "labels": [-100, 6, 7]}, {"input_ids": [8], "labels": [8]}], pad_id=1
    )
    assert batch["input_ids"].tolist() == [[5, 6, 7], [1, 1, 8]]
    assert batch["labels"].tolist() == [[-100, 6, 7], [-100, -100, 8]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [0, 0, 1]]
    assert batch["position_ids"].tolist() == [[0, 1, 2], [0, 0, 0]] and batch["labels"].dtype == torch.int64
