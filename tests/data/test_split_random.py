from ft_core.data import leaks
from ft_core.data.split import divide
from ft_core.data.split_random import choose, together
from ft_core.settings.data import SplitSpec
from tests.benchmarks import made_rows
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


def test_nothing_of_train_is_anywhere_else_where_all_that_is_alike_stays_together():
    examples = pairs(*((row.text, row.label) for row in made_rows.make(3000)))
    kept = together(examples)
    assert kept.whole and any(len(group) > 1 for group in kept.groups)
    divided = divide(examples, "classification", SplitSpec())
    assert divided.apart and leaks.find(divided.parts) == leaks.find(divided.parts, apart=True)


def test_a_pattern_that_runs_through_the_file_is_not_kept_together_as_a_whole():
    examples = pairs(*((text, "a") for text in made_rows.one_pattern(100)))
    kept = together([*examples, examples[0]])
    assert not kept.whole and kept.groups[0] == [0, 100] and len(kept.groups) == 100
    assert not divide(examples, "instruction", SplitSpec()).apart
