"""What is known of each benchmark."""

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks.known import BENCHMARKS, require


def test_each_explains_itself_and_is_pinned():
    for name, benchmark in BENCHMARKS.items():
        assert benchmark.meaning.endswith("?") or benchmark.meaning.endswith("."), name
        assert len(benchmark.revision) == 40 and benchmark.headline in benchmark.measures, name
    assert BENCHMARKS["truthfulqa"].headline == "mc1" and BENCHMARKS["mmlu"].shots == 5


def test_another_name_is_refused_with_those_that_are_known():
    require(["mmlu", "arc_easy"])
    with pytest.raises(FTError, match="arc_easy, arc_challenge, hellaswag, mmlu, truthfulqa"):
        require(["arc_easy", "gsm8k"])
