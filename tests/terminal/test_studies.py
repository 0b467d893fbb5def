"""Sweeps and data sizes in words."""

import pytest

from ft_core.terminal.studies import importance_words, show_data_size, show_study_or_training, show_sweep


def trial(number: int, rate: float, value: float | None, status: str, reason: str | None = None) -> dict:
    return {
        "number": number,
        "run": f"r/trials/{number}",
        "settings": {"learning_rate": rate},
        "value": value,
        "status": status,
        "seconds": 61.0 if value else None,
        "reason": reason,
    }


@pytest.fixture
def swept() -> dict:
    trials = [
        trial(0, 0.002, 1.5, "done"),
        trial(1, 0.5, None, "failed", "It diverged."),
        trial(2, 0.0001, 1.2, "pruned"),
        trial(3, 0.005, 1.1, "done"),
    ]
    best = {key: trials[3][key] for key in ("number", "run", "settings", "value")}
    return {"run": "r", "status": "done", "wanted": 4, "trials": trials, "best": best, "importances": None}


@pytest.fixture
def sized() -> dict:
    points = [
        {"share": 0.125, "examples": 72, "validation_loss": 2.0, "score": 0.5, "low": 0.4, "high": 0.6},
        {"share": 1.0, "examples": 1576, "validation_loss": None, "score": 0.75, "low": None, "high": None},
    ]
    return {
        "run": "r",
        "status": "done",
        "points": points,
        "headline": "accuracy",
        "title": "Accuracy",
        "sentence": "It helps.",
    }


def test_trials_are_sorted_by_value_and_the_best_is_said(swept, capsys):
    show_sweep(swept)
    said = capsys.readouterr().out
    rows = [
        line.split() for line in said.splitlines() if line.split() and line.split()[-1] in ("done", "pruned", "failed")
    ]
    assert [row[0] for row in rows] == ["3", "0", "2", "1"], "finished ones first"
    assert "Best: learning_rate: 0.005 (validation loss 1.100)" in said and "Trial 1 failed: It diverged." in said
    assert "Next: python -m ft_core evaluate r/trials/3" in said


def test_a_stopped_sweep_without_a_best_says_how_it_goes_on(swept, capsys):
    show_sweep(swept | {"status": "stopped", "wanted": 8, "best": None})
    said = capsys.readouterr().out
    assert "4 of 8 trials have ended. Go on with: python -m ft_core resume r" in said and "no best one" in said


def test_importances_in_words(swept):
    assert "cannot be told" in importance_words(swept)
    found = importance_words(swept | {"importances": {"learning_rate": 0.9, "lora_rank": 0.1}})
    assert found == "What matters, by 2 finished trials, a rough guide: Learning rate (90%), then LoRA rank (10%)."


def test_the_curve_of_data_size_as_a_table_with_its_sentence(sized, capsys):
    show_data_size(sized)
    said = capsys.readouterr().out
    assert "12.5%" in said and "1,576" in said and "0.400 to 0.600" in said and said.endswith("It helps.\n")
    show_data_size(sized | {"status": "stopped"})
    assert "Go on with: python -m ft_core resume r" in capsys.readouterr().out


def test_without_scores_there_is_no_column_for_them(sized, capsys):
    show_data_size(sized | {"headline": None, "title": None})
    assert "95 %" not in capsys.readouterr().out


def test_resume_shows_what_it_went_on_with(swept, sized, capsys):
    show_study_or_training(swept)
    assert "Best:" in capsys.readouterr().out
    show_study_or_training(sized)
    assert "It helps." in capsys.readouterr().out
