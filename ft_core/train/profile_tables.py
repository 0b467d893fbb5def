"""The profile of a training, as tables in Markdown: for its folder, the terminal and the page. Imports no torch."""

from typing import Any


def tables(found: dict[str, Any]) -> str:
    """Where the time went, where the memory, and how much of the processor's or GPU's rate was used."""
    first, last = found["steps"]
    seconds, used = found["seconds"], found["teraflops"] / found["matrix_teraflops"]
    lines = [
        f"Steps {first} to {last}: {found['tokens']:,} tokens in {seconds:.2f} s.",
        "",
        "| where the time went | seconds | share |",
        "|---|---:|---:|",
        *(f"| {name} | {spent:.2f} | {spent / seconds:.0%} |" for name, spent in found["seconds_of"].items()),
        "",
        "| what is held from step to step | GB |",
        "|---|---:|",
        *(f"| {name} | {size:.3f} |" for name, size in found["gigabytes_of"].items()),
        f"| The process at the end of these steps | {found['peak_memory_gb']:.3f} |",
        "",
        f"The layers' matrices needed {1e3 * found['teraflops']:,.0f} billion operations a second; this machine multiplies matrices of "
        f"their shapes with {1e3 * found['matrix_teraflops']:,.0f}. So {used:.0%} of it was used.",
    ]
    return "\n".join(lines)
