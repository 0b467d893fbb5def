import numpy

from ft_core.data.vocabulary import Vocabulary
from ft_core.evals.errors.runs import among, covered, runs

TEXTS = ["a b c d", "b c d", "x", "", "a b a b"]


def test_texts_share_a_run_when_they_have_its_words_in_order():
    found = runs(*Vocabulary().of(TEXTS), 2)
    assert found.owners.tolist() == [0, 0, 0, 1, 1, 4, 4, 4]
    ab, bc, cd = found.sums[:3].tolist()
    assert len({ab, bc, cd}) == 3
    assert found.sums[3:].tolist()[:2] == [bc, cd]
    assert found.sums.tolist()[5] == found.sums.tolist()[7] == ab
    assert found.sums.tolist()[6] not in (ab, bc, cd), "b a is not a b"


def test_owned_runs_are_equal_in_texts_of_the_same_place_only():
    vocabulary = Vocabulary()
    one = runs(*vocabulary.of(["a b", "a b"]), 2).owned()
    other = runs(*vocabulary.of(["a b c", "x y"]), 2).owned()
    assert one[0] == other[0] and one[1] not in other


def test_covered_counts_each_word_once():
    numbers, sizes = Vocabulary().of(TEXTS)
    found = runs(numbers, sizes, 2)
    chosen = numpy.array([True, True, False, False, True, False, False, True])
    assert covered(found, chosen, sizes).tolist() == [3, 2, 0, 0, 2]


def test_among_looks_numbers_up():
    known = numpy.array([3, 5, 9], dtype=numpy.uint64)
    assert among(numpy.array([1, 3, 4, 9, 10], dtype=numpy.uint64), known).tolist() == [False, True, False, True, False]
    assert among(numpy.array([1], dtype=numpy.uint64), known[:0]).tolist() == [False]


def test_texts_shorter_than_a_run_have_none():
    found = runs(*Vocabulary().of(["a b", "c"]), 5)
    assert len(found.sums) == 0
