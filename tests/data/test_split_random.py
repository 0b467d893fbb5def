from ft_core.data.split_random import choose
from ft_core.settings.data import SplitSpec
from tests.data.made import pairs


def test_every_index_once_and_equal_prompts_together():
    examples = pairs(*((f"text {n // 2} of {n // 2 * 7}", "ab"[n % 2]) for n in range(80)))
    chosen = choose(examples, "classification", SplitSpec())
    assert sorted(index for indices in chosen.values() for index in indices) == list(range(80))
    home = {index: name for name, indices in chosen.items() for index in indices}
    assert all(home[index] == home[index + 1] for index in range(0, 80, 2))


def test_texts_without_a_prompt_are_told_apart_by_themselves():
    examples = pairs(*(("", f"story {n} is about {n * n} and {n * 7}") for n in range(50)))
    assert {name: len(indices) for name, indices in choose(examples, "instruction", SplitSpec()).items()} == {
        "train": 35,
        "validation": 5,
        "test": 10,
    }
