from ft_core.evals.errors.filters import clean, codes, places

FLAGS = [
    {"row": 4, "base": ["empty"], "few_shot": [], "tuned": []},
    {"row": 9, "base": [], "few_shot": ["echo"], "tuned": ["too_long", "echo"]},
    {"row": 2, "base": ["echo"], "few_shot": [], "tuned": ["echo"]},
]


def test_places_of_a_flag():
    assert places(FLAGS, "echo") == [1, 2]
    assert places(FLAGS) == [1, 2] and places(FLAGS, who="base") == [0, 2]
    assert places(FLAGS, "echo", who="few_shot") == [1] and places(FLAGS, "refusal") == []


def test_new_and_gone_are_against_the_base():
    assert places(FLAGS, "echo", show="new") == [1] and places(FLAGS, show="new") == [1]
    assert places(FLAGS, "empty", show="gone") == [0] and places(FLAGS, "echo", show="gone") == []


def test_clean_ones_and_counts():
    assert clean(FLAGS) == [0] and clean(FLAGS, "base") == [1]
    assert codes(FLAGS) == {"echo": 2, "too_long": 1} and list(codes(FLAGS)) == ["echo", "too_long"]
