"""The profile of a training, as tables in Markdown: for its folder, the terminal and the page. Imports no torch."""

from typing import Any


def tables(found: dict[str, Any]) -> str:
    """Where the time went, where the memory, and how much of the processor's or GPU's rate was used."""
    first, last = found["steps"]
    seconds, held = found["seconds"], found["gigabytes_of"]
    rest = max(0.0, found["memory_gb"] - sum(held.values()))
    lines = [
        f"Steps {first} to {last}: {found['tokens']:,} tokens in {seconds:.2f} s; to look on slows them a little.",
        "",
        "| where the time went | seconds | share |",
        "|---|---:|---:|",
        *(f"| {name} | {spent:.2f} | {spent / seconds:.0%} |" for name, spent in found["seconds_of"].items()),
        "",
        "| what is held from step to step | GB |",
        "|---|---:|",
        *(f"| {name} | {size:.3f} |" for name, size in held.items()),
        f"| All else: libraries, data, and what a step needed for a moment and the process keeps for the next | {rest:.3f} |",
        f"| In all | {found['memory_gb']:.3f} |",
    ]
    if found["teraflops"] is not None:  # of an architecture whose sizes are known
        done, most = 1e3 * found["teraflops"], 1e3 * found["matrix_teraflops"]
        lines += [
            "",
            f"Multiplying matrices is what a training must do; all else only costs time. It did {done:,.0f} billion such operations a second. When this "
            f"machine does nothing but multiply matrices of these shapes, it does {most:,.0f}. So {done / most:.0%} of what it can do was used.",
        ]
    return "\n".join(lines)
