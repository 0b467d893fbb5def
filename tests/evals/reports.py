"""A report by hand, for what reads reports."""

from pathlib import Path

from ft_core.evals import rows
from ft_core.run import Run
from ft_core.settings import project

EVIL = "<script>alert(1)</script> | *bold* [link](http://x)"


def report(**changes) -> dict:
    """A small report of a classification, with texts that would be markup."""
    metric = {
        "title": "Accuracy",
        "meaning": "Share right.",
        "better": "higher",
        "base": 0.2,
        "few_shot": None,
        "tuned": 0.9,
    }
    metric |= {"difference": 0.7, "low": 0.6, "high": 0.8, "result": "better"}
    contestant = {"title": "t", "cut_off": 1, "words": 2.0, "tokens_per_second": 1234.4, "latency": 0.0123}
    one = {"precision": 0.5, "recall": 0.25, "f1": 0.333}
    return {
        "n": 60,
        "metrics": {"accuracy": metric, "loss": metric | {"title": "Loss", "better": "lower"}},
        "headline": "accuracy",
        "verdict": {"sentence": EVIL, "test": "exact McNemar test", "p_value": 0.0001, "gained": 1200, "lost": 3}
        | {"result": "better", "detectable": 0.1, "detectable_unit": "share"},
        "contestants": {"base": contestant, "tuned": contestant | {"words": None, "tokens_per_second": None, "latency": None}},
        "decoding": "greedy",
        "seed": 42,
        "per_label": {EVIL: {"support": 7, "base": one, "tuned": one}},
        "confusion": {"labels": [EVIL], "base": [[7]], "tuned": [[7]]},
        "notes": ["A note."],
    } | changes  # fmt: skip


def changed_runs(folder: Path) -> list[Run]:
    """Two evaluated runs by hand: more of the second's labels are right, its losses are higher, and it repeats itself no more."""
    runs = []
    mmlu = {"title": "MMLU", "n": 60, "tuned": 0.3, "measure": "acc", "rows_sha256": "0"}
    hellaswag = mmlu | {"title": "HellaSwag"}
    for right, loss, repeats in ((range(20), 1.0, 15), (range(2, 52), 1.3, 0)):
        spec = project.parse({"name": "n", "data": {"source": "x.csv"}}, "p")
        run = Run.create(folder / "runs", spec, {"dataset": "0" * 12}, {})
        answers = [
            {"row": row, "part": "", "prompt": f"q{row} {EVIL}", "expected": "a", "tuned": "a" if row in right else "b"}
            | {"tuned_written": "A." if row in right else "none"}
            | {"tuned_correct": row in right, "tuned_loss": loss + row % 3}
            | {"tuned_errors": {"repetition": "x"} if row < repeats else {}}
            for row in range(60)
        ]  # fmt: skip
        rows.write_answers(run, answers)
        metrics = report()["metrics"] | {
            "f1_macro": {"title": "Macro F1", "tuned": 0.5},
            "accuracy_written": {"title": "Written", "tuned": 0.5},
        }
        probes = {"rows": [{"prompt": f"p{number}", "tuned": 2.0 + number % 2} for number in range(10)]}
        run.write_report(
            report(metrics=metrics)
            | {"errors": {"checks": {"repetition": {"title": "repeating"}}}, "forgetting": {"probes": probes}}
            | {"benchmarks": {"benchmarks": {"mmlu": mmlu, "hellaswag": hellaswag | {"rows_sha256": f"{loss}"}}}}
        )
        asked = [{"row": row, "tuned": {"acc": float(row in right)}} for row in range(60)]
        rows.write_questions(run, {"mmlu": asked, "hellaswag": asked})
        runs.append(run)
    return runs
