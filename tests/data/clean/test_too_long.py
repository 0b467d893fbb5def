import pytest

from ft_core.data.clean import too_long
from ft_core.data.tokens import ChatTokenizer, Window
from tests.data.made import pairs

ROWS = [("short", "answer"), ("q" * 10, "Ü" * 60), ("z" * 200, "answer"), ("x" * 20, "yes")]


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder):
    return ChatTokenizer.load(tokenizer_folder)


def test_the_lost_tokens_of_answers_are_counted(tokenizer):
    examples = pairs(*ROWS)
    one = too_long.step(Window(tokenizer, 100)).find(examples)
    assert one.places == [1, 2]
    encoded = [tokenizer.encode(examples[place].messages) for place in one.places]
    lost = [sum(row.learnt[100:]) for row in encoded]
    assert one.detail == (
        f"2 rows lose {sum(lost)} tokens of their answers: Longest example is 100 tokens, "
        f"and the longest row has {max(len(row.ids) for row in encoded)}."
    )
    assert one.samples[0][0].startswith(f"{len(encoded[0].ids)} tokens, of which {lost[0]} of the answer are cut: qqq")


def test_nothing_is_too_long_that_loses_nothing(tokenizer):
    examples = pairs(*ROWS)
    for length in range(16, 260):
        one = too_long.step(Window(tokenizer, length)).find(examples)
        assert one.places == [
            place for place, example in enumerate(examples) if any(tokenizer.encode(example.messages).learnt[length:])
        ]
