"""A plan in words: what was chosen and why, the memory part by part, where it fits and what it costs there."""

from pathlib import Path
from typing import Any

from rich.table import Column

from ft_core import amounts
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import new_table, print_table, quoted

PARTS = {
    "weights": "the base model's weights",
    "adapter": "the adapter",
    "gradients": "gradients",
    "optimizer": "the optimizer's moments",
    "activations": "inner values kept for the way back",
    "logits": "the vocabulary's scores",
    "fixed": "Python and the libraries",
}


def show_plan(result: Result, path: Path) -> None:
    """What a training of this project would be."""
    print(
        f"{result['model']}, {result['method']}: {amounts.count(result['steps'], 'step')} over {result['examples']:,} training examples"
    )
    table = new_table(Column("setting", no_wrap=True), Column("value", justify="right", no_wrap=True), "why")
    for choice in result["settings"]:
        if not choice["usual"]:
            table.add_row(choice["setting"], _value(choice["value"]), choice["reason"])
    print_table(table)
    usual = [f"{choice['setting']} {_value(choice['value'])}" for choice in result["settings"] if choice["usual"]]
    if usual:
        print(f"As always: {', '.join(usual)}")
    for note in result["notes"]:
        print(note)
    if result["trial"] is not None:
        _show_trial(result["trial"])
    if result["memory_gb"] is not None:
        _show_memory(result)
        _show_hardware(result)
    elif result["trial"] is None:
        print(
            "The base model is not on this machine and not among those we know, so its memory and time cannot be told before it is downloaded."
        )
    print(f"Next: python -m ft_core run {quoted(path)}")


def _show_memory(result: Result) -> None:
    parts, total = result["memory_gb"], result["memory_gb"]["total"]
    listed = ", ".join(f"{words} {parts[name]:.2f}" for name, words in PARTS.items() if parts[name] >= 0.005)
    print(f"Memory at most {total:.2f} GB: {listed}")
    print(f"{result['trained']:,} of {result['parameters']:,} parameters of the base, or beside it, learn")


def _show_trial(trial: dict[str, Any]) -> None:
    print(
        f"Measured: {trial['peak_memory_gb']:.2f} GB at its highest for {trial['micro_batch_size']} examples of "
        f"{trial['longest_tokens']} tokens at once, {trial['seconds_per_step']:.2f} seconds a step, "
        f"{amounts.duration(3600 * trial['hours'])} in all without validations"
    )


def _show_hardware(result: Result) -> None:
    numbers = ("memory", "needed", "time", "cost")
    table = new_table("hardware", *(Column(name, justify="right", no_wrap=True) for name in numbers), "fits")
    for row in result["hardware"]:
        time = (
            "–"
            if row["hours"] is None
            else ("" if row["measured"] else "about ") + amounts.duration(3600 * row["hours"])
        )
        cost = amounts.dollars(row["dollars"])
        name = row["title"] if row["flavour"] == "here" else f"{row['flavour']}: {row['title']}"
        sizes = (f"{row['memory_gb']:.0f} GB", f"{row['needed_gb']:.2f} GB")
        table.add_row(name, *sizes, time, cost, "yes" if row["fits"] else "no")
    print_table(table)
    if not any(row["measured"] for row in result["hardware"]):
        print("Times are estimated from the hardware's speed, not measured, and may be off by a factor of two.")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
