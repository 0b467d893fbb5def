"""What a measuring could show, to be said before it begins."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.evals import compare
from ft_core.evals.benchmarks import known, sources


def detectable_change(names: Sequence[str], limit: int | None, folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """For each benchmark {"title", "meaning", "n", "detectable", "sentence"}; `detectable` is a share (0.125 = 12.5 points), at 80 % power.

    With `folder` its files are counted, else the whole benchmark on the Hub. Raises FTError `benchmarks.unknown` and what `from_folder` raises.
    """
    known.require(names)
    found = {}
    for name in names:
        benchmark = known.BENCHMARKS[name]
        size = len(sources.from_folder(name, folder)) if folder else benchmark.size
        total = min(size, limit or size)
        least = compare.smallest_detectable_share(total)
        found[name] = {
            "title": benchmark.title,
            "meaning": benchmark.meaning,
            "n": total,
            "detectable": least,
            "sentence": f"With {total:,} questions, a change under {100 * least:.0f} points is likely to stay unseen.",
        }
    return found


def foretold(names: Sequence[str], limit: int | None, folder: Path | None = None) -> str:
    """The same for people, in a sentence for each number of questions; "" without benchmarks. Raises what `detectable_change` raises."""
    sizes: dict[int, list[str]] = {}
    for part in detectable_change(names, limit, folder).values():
        sizes.setdefault(part["n"], []).append(part["title"])
    return " ".join(
        f"With {total:,} questions of {_listed(titles)}, a change of about {100 * compare.smallest_detectable_share(total):.0f} points "
        "can be shown; a smaller one is likely to stay unseen."
        for total, titles in sizes.items()
    )


def _listed(titles: Sequence[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]} each"
