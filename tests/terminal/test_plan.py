"""A plan in words."""

from pathlib import Path

from ft_core.terminal.plan import show_plan

ROW = {"title": "NVIDIA L4", "memory_gb": 24.0, "needed_gb": 3.2, "micro_batch_size": 16, "measured": False}
RESULT = {
    "notes": ["There are no validation rows."],
    "model": "starter",
    "method": "qlora",
    "examples": 1535,
    "steps": 480,
    "trial": None,
    "parameters": 4_737_792,
    "trained": 373_760,
    "settings": [
        {"setting": "epochs", "value": 5.0, "reason": "1,535 training examples.", "usual": False},
        {"setting": "schedule", "value": "cosine", "reason": "How it falls.", "usual": True},
        {"setting": "four_bit", "value": True, "reason": "It is large.", "usual": False},
    ],
    "memory_gb": dict(
        weights=0.1, adapter=0.0, gradients=0.0, optimizer=0.0, activations=0.3, logits=0, fixed=0.6, total=1.0
    ),
    "hardware": [
        ROW | {"flavour": "l4x1", "fits": True, "hours": 0.5, "dollars": 0.4},
        ROW | {"flavour": "t4-small", "title": "NVIDIA T4", "fits": False, "hours": None, "dollars": None},
    ],
}


def test_a_plan_says_what_was_chosen_what_it_needs_and_where_it_fits(capsys):
    show_plan(RESULT, Path("my project.yaml"))
    said = capsys.readouterr().out
    assert "starter, qlora: 480 steps over 1,535 training examples" in said
    assert "There are no validation rows." in said.splitlines()
    assert "As always: schedule cosine" in said and "How it falls." not in said
    assert "Memory at most 1.00 GB: the base model's weights 0.10" in said and "the adapter" not in said
    assert "about 30 min" in said and "$0.40" in said and "estimated" in said
    assert said.rstrip().endswith("Next: python -m ft_core run 'my project.yaml'")
    lines = {line.split(":")[0].strip(): line for line in said.splitlines()}
    assert lines["l4x1"].rstrip().endswith("yes") and lines["t4-small"].rstrip().endswith("no")


def test_a_measured_time_is_not_called_about(capsys):
    show_plan(RESULT | {"hardware": [RESULT["hardware"][0] | {"measured": True}]}, Path("p.yaml"))
    said = capsys.readouterr().out
    assert "30 min" in said and "about 30 min" not in said and "estimated" not in said


def test_a_trial_is_told_also_of_a_model_whose_sizes_nobody_knows(capsys):
    trial = {
        "peak_memory_gb": 2.345,
        "micro_batch_size": 4,
        "longest_tokens": 99,
        "seconds_per_step": 1.5,
        "hours": 0.2,
    }
    show_plan(RESULT | {"memory_gb": None, "hardware": [], "trial": trial}, Path("p.yaml"))
    said = capsys.readouterr().out
    assert (
        "Measured: 2.35 GB at its highest for 4 examples of 99 tokens at once, 1.50 seconds a step, 12 min in all"
        in said
    )
    assert "cannot be told" not in said


def test_an_unknown_model_has_no_numbers(capsys):
    show_plan(RESULT | {"memory_gb": None, "hardware": []}, Path("p.yaml"))
    said = capsys.readouterr().out
    assert "before it is downloaded" in said and "Memory at most" not in said
