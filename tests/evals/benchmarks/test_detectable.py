"""What could be seen is said before anything is measured."""

import subprocess
import sys

import pytest

from ft_core.errors import FTError
from ft_core.evals import compare
from ft_core.evals.benchmarks.detectable import detectable_change, foretold
from tests.evals.benchmarks import made


def test_questions_are_counted_in_the_folder_or_of_the_whole_benchmark(tmp_path):
    folder = made.write_folder(tmp_path / "files")
    found = detectable_change(["mmlu", "truthfulqa"], 8, folder)
    assert [part["n"] for part in found.values()] == [8, 6]
    assert found["mmlu"]["detectable"] == compare.smallest_detectable_share(8)
    assert detectable_change(["mmlu"], None)["mmlu"]["n"] == 14042
    assert "With 100 questions, a change under 13 points" in detectable_change(["mmlu"], 100)["mmlu"]["sentence"]
    with pytest.raises(FTError, match="no benchmark"):
        detectable_change(["mlmu"], None)


def test_people_read_one_sentence_for_each_number_of_questions():
    assert foretold([], 100) == ""
    assert foretold(["mmlu", "arc_easy"], 100).startswith(
        "With 100 questions of MMLU and ARC easy each, a change of about 13 points can be shown"
    )
    both = foretold(["mmlu", "arc_easy", "truthfulqa"], 1000)
    assert "With 1,000 questions of MMLU and ARC easy each, a change of about 4 points" in both
    assert "With 817 questions of TruthfulQA, a change of about 4 points" in both


def test_the_page_may_ask_without_torch_or_lm_eval():
    code = (
        "import sys; from ft_core.evals.benchmarks.detectable import detectable_change; detectable_change(['mmlu'], 100);"
        "print([name for name in ('torch', 'transformers', 'lm_eval', 'datasets') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
