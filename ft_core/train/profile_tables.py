"""The profile of a training, as tables in Markdown: for its folder, the terminal and the page. Imports no torch."""

from typing import Any


def tables(found: dict[str, Any]) -> str:
    """Where the time went, where the memory, and how much of the processor's or GPU's rate was used."""
    first, last = found["steps"]
    seconds = found["seconds"]
    lines = [
        f"Steps {first} to {last}: {found['tokens']:,} tokens in {seconds:.2f} s; to look on slows them a little.",
        "",
        "| where the time went | seconds | share |",
        "|---|---:|---:|",
        *(f"| {name} | {spent:.2f} | {spent / seconds:.0%} |" for name, spent in found["seconds_of"].items()),
        "",
        "| what is held from step to step | GB |",
        "|---|---:|",
        *(f"| {name} | {size:.3f} |" for name, size in found["gigabytes_of"].items()),
        f"| The process at the end of these steps | {found['memory_gb']:.3f} |",
    ]
    if found["teraflops"] is not None:  # of an architecture whose sizes are known
        done, most = 1e3 * found["teraflops"], 1e3 * found["matrix_teraflops"]
        lines += [
            "",
            f"The matrices of its layers took {done:,.0f} billion operations a second; this machine multiplies matrices of their shapes with "
            f"{most:,.0f}. So {done / most:.0%} of it was used.",
        ]
    return "\n".join(lines)
