"""Which training examples stand in the prompt of the base model."""

import pytest

from ft_core import generate, modeling, prompts
from ft_core.evals import shots
from ft_core.settings.example import Example, Message
from tests import helpers

LABELS = ["fruit", "animal", "tool"]


def _example(row: int, prompt: str, answer: str, system: str | None = None) -> Example:
    first = [Message(role="system", content=system)] if system else []
    return Example(
        row=row, messages=(*first, Message(role="user", content=prompt), Message(role="assistant", content=answer))
    )


MANY = [_example(row, f"{'word ' * (row % 7)}{row}", LABELS[min(row % 10, 2)]) for row in range(100)]


def test_examples_for_the_prompt_are_balanced_over_the_labels() -> None:
    found = shots.choose_shots(MANY, LABELS, 7)
    assert [shot.answer for shot in found] == ["fruit", "animal", "tool", "fruit", "animal", "tool", "fruit"]
    assert len({shot.row for shot in found}) == 7
    assert found == shots.choose_shots(list(reversed(MANY)), LABELS, 7)


def test_examples_for_the_prompt_are_short_ones() -> None:
    found = shots.choose_shots(MANY, LABELS, 3)
    longest = max(len(example.question) for example in MANY)
    assert all(len(shot.question) < longest / 2 for shot in found)


def test_a_row_that_balancing_has_repeated_is_shown_once() -> None:
    assert shots.choose_shots([example for example in MANY for _ in range(3)], LABELS, 7) == shots.choose_shots(
        MANY, LABELS, 7
    )


def test_more_examples_than_there_are_means_all() -> None:
    assert sorted(shot.row for shot in shots.choose_shots(MANY[:3], LABELS, 30)) == [0, 1, 2]
    assert shots.choose_shots(MANY, LABELS, 0) == []
    assert len(shots.choose_shots(MANY, [], 4)) == 4


def test_a_row_that_training_meets_several_times_is_shown_once():
    twice = [example for example in MANY for _ in range(2)]
    assert shots.choose_shots(twice, LABELS, 7) == shots.choose_shots(MANY, LABELS, 7)


def test_examples_stand_between_the_system_prompt_and_the_question() -> None:
    shown = shots.with_shots(_example(1, "q", "a", system="mine"), [_example(2, "p", "b", system="other")])
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
    several = [_example(row, "Ada saw apple", "fruit") for row in range(4)]
    test = [_example(9, "Ben saw drill in garden", "tool")]
    alone = len(prompts.prompt_ids(tokenizer, test[0].messages))
    each = len(prompts.prompt_ids(tokenizer, shots.with_shots(test[0], several[:1]).messages)) - alone
    assert shots.fitting_shots(tokenizer, several, test, 10_000) == several
    assert shots.fitting_shots(tokenizer, several, test, alone + 2 * each) == several[:2]
    assert shots.fitting_shots(tokenizer, several, test, alone) == []


def test_candidates_are_short_ones_half_of_them_and_some_by_chance() -> None:
    first, half, chance = shots.candidates(MANY, LABELS, 6)
    assert first == shots.choose_shots(MANY, LABELS, 6) and half == first[:3]
    assert len(chance) == 6 and chance != first and shots.candidates(MANY, LABELS, 6)[2] == chance
    assert shots.candidates(MANY, LABELS, 0) == []
    assert shots.different([[], [MANY[0]], [MANY[0]]]) == [[MANY[0]]]


@pytest.mark.parametrize("labels", [LABELS, []])
def test_the_best_candidate_is_the_one_that_serves_best_on_the_validation_examples(tmp_path, labels) -> None:
    base = str(helpers.make_base_model(tmp_path))
    model, tokenizer = modeling.load_base(base, quantised=False), modeling.load_tokenizer(base)
    held = [_example(50 + row, "Ben saw drill", LABELS[row % 3]) for row in range(6)]
    tried = [[_example(row, "Ada saw apple", label)] for row, label in enumerate(LABELS)]
    found = shots.best(model, tokenizer, tried, held, labels, lambda: False)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True) and [one.shots for one in found] != [] and len(found) == 3
    for one in found:
        shown = [shots.with_shots(example, one.shots) for example in held]
        if labels:
            likelihoods = generate.choice_log_likelihoods(model, tokenizer, [two.prompt for two in shown], labels)
            right = [labels[place] == two.answer for place, two in zip(likelihoods.argmax(1), held, strict=True)]
            assert one.score == sum(right) / 6
        else:
            losses = generate.answer_losses(model, tokenizer, shown)
            assert one.score == pytest.approx(-sum(loss for loss, _ in losses) / sum(count for _, count in losses))
    with pytest.raises(generate.Stopped):
        shots.best(model, tokenizer, tried, held, labels, lambda: True)
