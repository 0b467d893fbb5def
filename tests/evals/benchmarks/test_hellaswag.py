"""HellaSwag: what is read, and what is refused with its row."""

import json

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks import hellaswag

GOOD = {"activity_label": "Run", "ctx_a": "A.", "ctx_b": "b", "endings": ["a", "b", "c", "d"], "label": 3, "ind": 7}


def test_what_the_task_needs_is_kept(tmp_path):
    path = tmp_path / "hellaswag.jsonl"
    path.write_text(json.dumps(GOOD) + "\n", encoding="utf-8")
    assert hellaswag.read(path).questions == [{key: value for key, value in GOOD.items() if key != "ind"}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ctx_b": None}, "Row 2: `ctx_b` is not a text"),
        ({"endings": ["a", "b", "c"]}, "Row 2: `endings` is not a list of four texts"),
        ({"endings": ["a", "b", "c", " "]}, "Row 2: `endings`"),
        ({"label": 4}, "Row 2: `label` is not a number from 0 to 3"),
        ({"label": "3"}, "Row 2: `label`"),
        ({"label": None}, "Row 2: `label`"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, change, said):
    path = tmp_path / "hellaswag.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | change) + "\n", encoding="utf-8")
    with pytest.raises(FTError, match=said):
        hellaswag.read(path)
