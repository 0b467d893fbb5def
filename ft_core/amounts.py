"""Amounts as a person reads them, the same on the page, on the command line and on the model card."""


def count(amount: int, word: str) -> str:
    """`1 row`, `1,204 rows`."""
    return f"{amount:,} {word}{'' if amount == 1 else 's'}"


def epochs(amount: float) -> str:
    """`1 epoch`, `0.5 epochs`."""
    return "1 epoch" if amount == 1 else f"{amount:g} epochs"


def duration(seconds: float) -> str:
    """65 -> `1 min 5 s`; from ten minutes on without the seconds."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def dollars(amount: float | None) -> str:
    """0.5 -> `$0.50`; `free`, `under $0.01`; a dash when it is not known."""
    if amount is None:
        return "–"
    return "free" if amount == 0 else f"${amount:,.2f}" if amount >= 0.01 else "under $0.01"


def score(value: float | None, sign: str = "") -> str:
    """A measured value with three digits after the point, so that a column of them lines up; a dash when there is none.

    `sign` is as in a format: "+" shows it for positive values too.
    """
    if value is None:
        return "–"
    return f"{value:{sign}.3f}" if abs(value) < 100 else f"{value:{sign},.0f}"


def loss(value: float | None) -> str:
    """0.4213 -> `0.421`; below a hundredth two digits that count: `0.00042`; a dash when there is none."""
    if value is None:
        return "–"
    return f"{value:.3f}" if value >= 0.01 or not value else f"{value:.2g}"
