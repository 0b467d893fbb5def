"""The benchmarks that can be measured: what each asks, how it is scored, where its rows are on the Hub."""

from collections.abc import Sequence
from dataclasses import dataclass

from ft_core.errors import FTError


@dataclass(frozen=True)
class Benchmark:
    """One benchmark. `shots`: solved questions before each question. `measures`: name of a score in words, the headline first.

    `size`: questions of the whole benchmark. The headline is right or wrong for each question. `revision`: a commit of `repo` on the Hub.
    """

    title: str
    meaning: str
    shots: int
    measures: dict[str, str]
    size: int
    repo: str
    configuration: str | None
    split: str
    revision: str

    @property
    def headline(self) -> str:
        return next(iter(self.measures))


_CHOICE = {
    "acc_norm": "right answers, likelihoods divided by the length of the choice",
    "acc": "right answers, likelihoods as they are",
}
_ARC = "210d026faf9955653af8916fad021475a3f00453"
# Headline scores and numbers of shots are those in which such results are usually given (lm-evaluation-harness's defaults; MMLU with
# 5 shots: Hendrycks et al. 2021, arXiv:2009.03300).
BENCHMARKS: dict[str, Benchmark] = {
    "arc_easy": Benchmark(
        "ARC easy",
        "Science questions from school tests: does the model still know simple facts?",
        0,
        _CHOICE,
        2376,
        "allenai/ai2_arc",
        "ARC-Easy",
        "test",
        _ARC,
    ),
    "arc_challenge": Benchmark(
        "ARC challenge",
        "Science questions that looking up words does not answer: does it still reason about what it knows?",
        0,
        _CHOICE,
        1172,
        "allenai/ai2_arc",
        "ARC-Challenge",
        "test",
        _ARC,
    ),
    "hellaswag": Benchmark(
        "HellaSwag",
        "How does a described scene go on? Everyday common sense and fluent English.",
        0,
        _CHOICE,
        10042,
        "Rowan/hellaswag",
        None,
        "validation",
        "218ec52e09a7e7462a5400043bb9a69a41d06b76",
    ),
    "mmlu": Benchmark(
        "MMLU",
        "Exam questions of up to 57 subjects: how broad is its knowledge?",
        5,
        {"acc": "right answers"},
        14042,
        "cais/mmlu",
        "all",
        "test",
        "c30699e8356da336a370243923dbaf21066bb9fe",
    ),
    "truthfulqa": Benchmark(
        "TruthfulQA",
        "Questions that many people answer wrongly: does it prefer what is true to what is often said?",
        0,
        {"mc1": "the best answer is the likeliest", "mc2": "probability of all true answers"},
        817,
        "truthfulqa/truthful_qa",
        "multiple_choice",
        "validation",
        "741b8276f2d1982aa3d5b832d3ee81ed3b896490",
    ),
}


def require(names: Sequence[str]) -> None:
    """Raise FTError `benchmarks.unknown` for a name that is none of ours."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise FTError(
            "benchmarks.unknown",
            f"There is no benchmark {unknown[0]}.",
            f"The benchmarks are {', '.join(BENCHMARKS)}.",
            "Choose among these as Benchmarks.",
        )
