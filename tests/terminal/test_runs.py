"""Runs: how they ended, their scores, where they stand."""

from ft_core.terminal.runs import (
    show_duplicate,
    show_evaluation,
    show_main_job,
    show_queue,
    show_runs,
    show_runs_compared,
    show_status,
    show_stop,
    show_training,
)
from tests.terminal.made import flat

METRIC = {"title": "Accuracy", "better": "higher", "base": 0.25, "few_shot": None, "tuned": 0.75, "difference": 0.5}
METRICS = {
    "accuracy": METRIC | {"low": 0.25, "high": 0.625},
    "perplexity": METRIC
    | {"title": "Perplexity", "better": "lower", "tuned": 1234.5, "difference": -462.03, "low": None, "high": None},
}
TRAINING = {
    "status": "done",
    "steps": 9,
    "total_steps": 9,
    "train_loss": 0.5,
    "validation_loss": None,
    "cut_off_rows": 0,
}


def test_an_evaluation_is_a_table_and_a_sentence(capsys):
    beyond = {
        "benchmarks": {"benchmarks": {"mmlu": {"title": "MMLU", "sentence": "No clear change there."}}},
        "forgetting": {"verdicts": {"forgetting": {"sentence": "Nothing is forgotten."}}},
    }
    verdict = {"sentence": "It is better."}
    show_evaluation({"run": "r", "metrics": METRICS, "verdict": verdict, "page": "report.html"} | beyond)
    shown = flat(capsys.readouterr().out)
    assert "Accuracy 0.250 – 0.750 +0.500 +0.250 to +0.625" in shown
    assert (
        "1,234 -462 –" in shown
        and "(lower is" in shown
        and "It is better. MMLU. No clear change there. Nothing is forgotten." in shown
    )
    assert shown.endswith(": report.html")


def test_the_main_job_tells_how_to_go_on(capsys):
    show_main_job({"run": "r1", "training": TRAINING | {"status": "stopped"}, "evaluation": None})
    assert "python -m ft_core resume r1" in capsys.readouterr().out
    show_main_job({"run": "r1", "training": TRAINING, "evaluation": None})
    shown = capsys.readouterr().out
    assert "training loss 0.500\n" in shown and "python -m ft_core evaluate r1" in shown
    report = {"metrics": METRICS, "verdict": {"sentence": "It is better."}, "page": "report.html"}
    show_main_job({"run": "r1", "training": TRAINING, "evaluation": report})
    assert "It is better." in capsys.readouterr().out
    show_training({"run": "r1"} | TRAINING)
    shown = capsys.readouterr().out
    assert "Next: python -m ft_core evaluate r1" in shown and "lost the end" not in shown


def test_answers_that_were_cut_off_are_told(capsys):
    show_training({"run": "r1"} | TRAINING | {"cut_off_rows": 1})
    assert "1 training example lost the end of the answer: raise training.max_length" in capsys.readouterr().out


def test_runs_and_status(capsys):
    job = {"status": "running", "step": 3, "total": 9, "message": "training, epoch 1", "seconds_left": 65.0}
    job["how"] = "pause"
    row = {
        "run": "20260101-000000-abcdef",
        "name": "[red]",
        "base": "starter",
        "folder": "/f",
        "trials": 2,
        "notes": "first\ntry\x1b[2J",
        "notices": ["Checkpoint 9 is damaged: going on from step 6."],
        "jobs": {"train": job},
        "verdict": {"result": "better", "sentence": "It is better."},
        "hub": {"url": "http://hub/x"},
        "error": {"code": "c", "what": "What.", "why": "Why.", "fix": "Fix."},
    }
    show_status(row)
    shown = capsys.readouterr().out
    assert "- train: running to pause, step 3 of 9, training, epoch 1, 1 min 5 s left" in shown
    assert "Checkpoint 9 is damaged: going on from step 6.\n" in shown
    assert "2 trials inside" in shown and "Notes: first\n          try␛" in shown
    assert "It is better." in shown and "http://hub/x" in shown and "  Fix: Fix." in shown
    broken = {"run": "20260101-000000-000000", "name": None, "base": None, "jobs": {}, "verdict": None}
    show_runs({"runs": [row, broken]})
    shown = flat(capsys.readouterr().out)
    assert "20260101-000000-abcdef [red] starter running better" in shown and "cannot be read" in shown
    show_runs({"runs": []})
    assert "No runs yet." in capsys.readouterr().out


def test_a_paused_and_a_discarded_training_have_no_figures(capsys):
    show_training({"run": "r1", "status": "paused", "steps": 4, "total_steps": 9})
    assert capsys.readouterr().out == "Run r1: paused after 4 of 9 steps\nGo on with: python -m ft_core resume r1\n"
    show_training({"run": "r1", "status": "discarded", "steps": 4, "total_steps": 9})
    shown = capsys.readouterr().out
    assert "are removed" in shown and "resume" not in shown


def test_how_a_run_was_asked_to_stop(capsys):
    show_stop({"run": "r1", "asked": ["train"], "how": "pause", "discarded": False})
    assert capsys.readouterr().out == "Asked to pause: train\n"
    show_stop({"run": "r1", "asked": [], "how": "keep", "discarded": False})
    assert "nothing to stop" in capsys.readouterr().out
    show_stop({"run": "r1", "asked": [], "how": "discard", "discarded": True})
    assert "Run r1 is discarded" in capsys.readouterr().out


def test_the_queue_and_a_duplicate(capsys):
    at_work = {"position": None, "run": "20260101-000000-fedcba", "name": "n", "job": "train", "status": "running"}
    row = {"position": 2, "run": "20260101-000000-abcdef", "name": None, "job": "train", "status": "queued"}
    show_queue({"queue": [at_work, row]})
    said = flat(capsys.readouterr().out)
    assert "– 20260101-000000-fedcba n train running" in said
    assert "2 20260101-000000-abcdef cannot be read train queued" in said
    show_queue({"queue": []})
    assert "Nothing waits." in capsys.readouterr().out
    show_duplicate({"run": "new", "from": "old", "changes": {}, "started": False})
    assert "resume new" in capsys.readouterr().out
    show_duplicate({"run": "new", "from": "old", "changes": {}, "started": True})
    assert "is queued" in capsys.readouterr().out


def test_runs_side_by_side(capsys):
    known = {"status": "done", "dataset": "d", "steps": 9, "train_loss": 0.25, "validation_loss": None}
    known |= {"best_validation_loss": None, "seconds": 130.0, "tokens_per_second": 2500.0, "peak_memory_gb": 1.25}
    rows = [known | {"run": name, "name": "n", "scores": {}, "dollars": None} for name in ("r1", "r2")]
    rows[1] |= {"scores": {"accuracy": 0.5}, "dollars": 0.125}
    show_runs_compared(
        {
            "runs": rows,
            "differing_settings": {"training.learning_rate": [0.002, 0.001]},
            "paired": [{"run": "r2", "against": "r1", "sentence": "Better."}],
        }
    )
    shown = flat(capsys.readouterr().out)
    assert "training loss 0.250 0.250" in shown and "tokens per second 2,500 2,500" in shown
    assert "accuracy, test – 0.500" in shown and "cost – $0.12" in shown
    assert "training.learning_rate 0.002 0.001" in shown and "r2 against r1: Better." in shown
    show_runs_compared({"runs": rows, "differing_settings": {}, "paired": []})
    assert "Their settings are the same." in capsys.readouterr().out
