"""The ticket triage example: reproducible, flawed exactly as its README says, and learnable."""

import csv
import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "examples" / "ticket_triage"
LABELS = {"billing", "delivery", "returns", "account", "product question", "technical problem"}
HTML = re.compile(r"<\w[^>]*>|&#?\w+;")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with open(FOLDER / "tickets.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def canonical(label: str) -> str:
    return label.replace("_", " ").strip().lower()


def words(message: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", html.unescape(re.sub(r"<[^>]+>", " ", message)).lower()))


def promised() -> dict[str, int]:
    """The README's table of flaws."""
    table = (FOLDER / "README.md").read_text(encoding="utf-8").split("| flaw | rows |")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"\| ([^|]+?) \| (\d+) \|", table)}


def count_near_duplicates(messages: list[str]) -> int:
    """How many messages share over 70 % of their words with an earlier one."""
    seen: list[frozenset[str]] = []
    found = 0
    for new in map(words, messages):
        # A set much larger or smaller cannot share that much, which spares most comparisons.
        found += any(
            len(new) > 0.7 * len(old) and len(old) > 0.7 * len(new) and len(new & old) > 0.7 * len(new | old)
            for old in seen
        )
        seen.append(new)
    return found


def test_generator_writes_the_file_byte_for_byte() -> None:
    # In a process of its own: the result must not depend on this one's random state or hash seed.
    code = "import sys, make_tickets; sys.stdout.buffer.write(make_tickets.csv_text().encode('utf-8'))"
    run = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, capture_output=True, check=True)
    assert run.stdout == (FOLDER / "tickets.csv").read_bytes()


def test_flaws_are_counted_as_the_readme_says(rows: list[dict[str, str]]) -> None:
    keys = [(row["customer"], row["message"], row["label"]) for row in rows if row["message"].strip()]
    unique = list(dict.fromkeys(keys))
    assert promised() == {
        "HTML tags or entities": sum(bool(HTML.search(message)) for _, message, _ in unique),
        "exact duplicates": len(keys) - len(unique),
        "near duplicates": count_near_duplicates([message for _, message, _ in unique]),
        "empty messages": sum(not row["message"].strip() for row in rows),
        "empty labels": sum(not row["label"] for row in rows),
        "other spellings of a label": sum(row["label"] not in LABELS | {""} for row in rows),
        "other scripts and emoji": sum(bool(re.search(r"[^\x00-\x7f£€öÖ]", message)) for _, message, _ in unique),
    }


def test_six_labels_and_enough_usable_rows(rows: list[dict[str, str]]) -> None:
    usable = {
        tuple(sorted(words(row["message"]))): canonical(row["label"])
        for row in rows
        if row["message"].strip() and row["label"]
    }
    sizes = [list(usable.values()).count(label) for label in LABELS]
    assert set(usable.values()) == LABELS
    assert len(usable) >= 800
    assert 1.5 < max(sizes) / min(sizes) < 3


def test_project_names_columns_that_are_there(rows: list[dict[str, str]]) -> None:
    project = yaml.safe_load((FOLDER / "project.yaml").read_text(encoding="utf-8"))
    assert set(project["data"]["columns"].values()) <= set(rows[0])
    assert (FOLDER / project["data"]["source"]).is_file()


def test_baseline_prints_the_number_in_the_readme() -> None:
    run = subprocess.run([sys.executable, str(FOLDER / "baseline.py")], capture_output=True, text=True, check=True)
    found = re.search(r"TF-IDF \+ logistic regression +accuracy ([\d.]+)", run.stdout)
    assert found and float(found[1]) >= 0.85
    assert f"accuracy {found[1]}" in (FOLDER / "README.md").read_text(encoding="utf-8")
