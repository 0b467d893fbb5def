"""What counts as a written label."""

import pytest

from ft_core.evals.written import NO_LABEL, written_label

LABELS = ["billing", "technical problem", "returns"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("billing", 0),
        (" Billing.\n", 0),
        ('"Technical  problem"', 1),
        ("RETURNS!", 2),
        ("The label is billing", NO_LABEL),
        ("billing, returns", NO_LABEL),
        ("", NO_LABEL),
    ],
)
def test_a_written_label_is_read_whatever_its_case_and_punctuation(text: str, label: int) -> None:
    assert written_label(text, LABELS) == label


def test_labels_that_are_punctuation_are_found() -> None:
    assert written_label("A-", ["A", "A-", "A+"]) == 1
    assert written_label("1 .", ["0", "1"]) == 1
