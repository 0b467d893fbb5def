"""Runs: how they ended, their scores, where they stand."""

from ft_core.terminal.runs import show_evaluation, show_main_job, show_runs, show_status, show_training
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
    show_evaluation({"run": "r", "metrics": METRICS, "verdict": {"sentence": "It is better."}})
    shown = flat(capsys.readouterr().out)
    assert "Accuracy 0.250 – 0.750 +0.500 +0.250 to +0.625" in shown
    assert "1,234 -462 –" in shown and "(lower is" in shown and shown.endswith("It is better.")


def test_the_main_job_tells_how_to_go_on(capsys):
    show_main_job({"run": "r1", "training": TRAINING | {"status": "stopped"}, "evaluation": None})
    assert "python -m ft_core resume r1" in capsys.readouterr().out
    show_main_job({"run": "r1", "training": TRAINING, "evaluation": None})
    shown = capsys.readouterr().out
    assert "training loss 0.500\n" in shown and "python -m ft_core evaluate r1" in shown
    report = {"metrics": METRICS, "verdict": {"sentence": "It is better."}}
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
    row = {
        "run": "20260101-000000-abcdef",
        "name": "[red]",
        "base": "starter",
        "folder": "/f",
        "jobs": {"train": job},
        "verdict": {"result": "better", "sentence": "It is better."},
        "hub": {"url": "http://hub/x"},
        "error": {"code": "c", "what": "What.", "why": "Why.", "fix": "Fix."},
    }
    show_status(row)
    shown = capsys.readouterr().out
    assert "- train: running, step 3 of 9, training, epoch 1, 1 min 5 s left" in shown
    assert "It is better." in shown and "http://hub/x" in shown and "  Fix: Fix." in shown
    broken = {"run": "20260101-000000-000000", "name": None, "base": None, "jobs": {}, "verdict": None}
    show_runs({"runs": [row, broken]})
    shown = flat(capsys.readouterr().out)
    assert "20260101-000000-abcdef [red] starter running better" in shown and "cannot be read" in shown
    show_runs({"runs": []})
    assert "No runs yet." in capsys.readouterr().out
