"""Which test examples are used and which training examples stand in the prompt."""

from collections import Counter

from ft_core import modeling, prompts
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


def test_no_limit_means_all() -> None:
    assert answers.subset(MANY, None, stratified=True) == MANY
    assert answers.subset(MANY, 500, stratified=False) == MANY
    assert len(answers.subset(MANY, 7, stratified=False)) == 7


def test_examples_for_the_prompt_are_balanced_over_the_labels() -> None:
    shots = answers.choose_shots(MANY, LABELS, 7)
    assert [shot.answer for shot in shots] == ["fruit", "animal", "tool", "fruit", "animal", "tool", "fruit"]
    assert len({shot.row for shot in shots}) == 7
    assert shots == answers.choose_shots(list(reversed(MANY)), LABELS, 7)


def test_examples_for_the_prompt_are_short_ones() -> None:
    shots = answers.choose_shots(MANY, LABELS, 3)
    longest = max(len(example.question) for example in MANY)
    assert all(len(shot.question) < longest / 2 for shot in shots)


def test_a_row_that_balancing_has_repeated_is_shown_once() -> None:
    assert answers.choose_shots([example for example in MANY for _ in range(3)], LABELS, 7) == answers.choose_shots(
        MANY, LABELS, 7
    )


def test_more_examples_than_there_are_means_all() -> None:
    assert sorted(shot.row for shot in answers.choose_shots(MANY[:3], LABELS, 30)) == [0, 1, 2]
    assert answers.choose_shots(MANY, LABELS, 0) == []
    assert len(answers.choose_shots(MANY, [], 4)) == 4


def test_a_row_that_training_meets_several_times_is_shown_once():
    twice = [example for example in MANY for _ in range(2)]
    assert answers.choose_shots(twice, LABELS, 7) == answers.choose_shots(MANY, LABELS, 7)


def test_examples_stand_between_the_system_prompt_and_the_question() -> None:
    shown = answers.with_shots(_example(1, "q", "a", system="mine"), [_example(2, "p", "b", system="other")])
    assert [(message.role, message.content) for message in shown.messages] == [
        ("system", "mine"),
        ("user", "p"),
        ("assistant", "b"),
        ("user", "q"),
        ("assistant", "a"),
    ]
    assert shown.row == 1


def test_only_as_many_examples_as_fit_are_shown(tmp_path) -> None:
    tokenizer = modeling.load_tokenizer(str(helpers.make_base_model(tmp_path)))
    shots = [_example(row, "Ada saw apple", "fruit") for row in range(4)]
    test = [_example(9, "Ben saw drill in garden", "tool")]
    alone = len(prompts.prompt_ids(tokenizer, test[0].messages))
    each = len(prompts.prompt_ids(tokenizer, answers.with_shots(test[0], shots[:1]).messages)) - alone
    assert answers.fitting_shots(tokenizer, shots, test, 10_000) == shots
    assert answers.fitting_shots(tokenizer, shots, test, alone + 2 * each) == shots[:2]
    assert answers.fitting_shots(tokenizer, shots, test, alone) == []


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
