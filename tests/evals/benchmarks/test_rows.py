"""Samples: the same each time, one within the other, every subject with its share."""

from collections import Counter

from ft_core.evals.benchmarks.rows import Rows, drawn


def rows(sizes: dict[str, int]) -> Rows:
    subjects = [subject for subject, size in sizes.items() for _ in range(size)]
    questions = [{"question": f"{subject} {i}"} for i, subject in enumerate(subjects)]
    return Rows(
        questions, list(range(1, len(subjects) + 1)), subjects, {subject: [{"question": subject}] for subject in sizes}
    )


def test_a_smaller_sample_is_part_of_a_larger_one_and_keeps_the_order():
    whole = Rows([{"question": str(i)} for i in range(50)], list(range(1, 51)))
    few, more = drawn(whole, 10), drawn(whole, 30)
    assert set(few.numbers) < set(more.numbers) and few.numbers == sorted(few.numbers) and len(few) == 10
    assert [row["question"] for row in few.questions] == [str(number - 1) for number in few.numbers]
    assert few.numbers != list(range(1, 11)) and drawn(whole, 10).numbers == few.numbers
    assert drawn(whole, None) is whole and drawn(whole, 50) is whole


def test_each_subject_has_its_share():
    found = drawn(rows({"a": 60, "b": 30, "c": 10}), 20)
    counts = Counter(found.subjects)
    assert all(abs(counts[subject] - share) <= 1 for subject, share in (("a", 12), ("b", 6), ("c", 2))), counts
    assert set(drawn(rows({"a": 50, "b": 3}), 4).shots) <= {"a", "b"}


def test_the_hash_is_of_questions_and_shots():
    one, other = rows({"a": 3}), rows({"a": 3})
    assert one.sha256 == other.sha256
    other.shots["a"][0]["question"] = "another"
    assert one.sha256 != other.sha256 and one.sha256 != rows({"a": 4}).sha256
