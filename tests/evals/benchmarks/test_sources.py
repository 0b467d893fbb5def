"""Rows from a folder, and from the Hub by its real client against a loopback Hub."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from ft_core.errors import FTError
from ft_core.evals.benchmarks import sources
from tests import hub_standin
from tests.evals.benchmarks import made

CHILD = """
import json, sys
from dataclasses import replace
from pathlib import Path
from ft_core.errors import FTError
from ft_core.evals.benchmarks import known, sources
known.BENCHMARKS["mmlu"] = replace(known.BENCHMARKS["mmlu"], revision=sys.argv[2])
try:
    rows = sources.from_hub("mmlu", Path(sys.argv[1]))
    print(json.dumps([len(rows), rows.subjects, {name: len(held) for name, held in rows.shots.items()}]))
except FTError as error:
    print(json.dumps(error.as_dict()))
"""
README = b"""---
configs:
- config_name: all
  data_files:
  - split: test
    path: all/test-*
  - split: dev
    path: all/dev-*
---
"""


def from_hub(folder: Path, url: str, revision: str):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    given = {"HF_ENDPOINT": url, "HF_HOME": str(folder / "home"), "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder / "data"), revision], env=kept | given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_benchmark_is_found_in_the_folder(tmp_path):
    folder = made.write_folder(tmp_path / "files")
    assert {name: len(sources.from_folder(name, folder)) for name in sources._FILES} == {
        "arc_easy": 9,
        "arc_challenge": 9,
        "hellaswag": 9,
        "mmlu": 11,
        "truthfulqa": 6,
    }


def test_a_file_that_is_not_there_or_there_twice(tmp_path):
    folder = made.write_folder(tmp_path / "files")
    (folder / "hellaswag_9.jsonl").rename(folder / "other.jsonl")
    (folder / "arc_easy_more.jsonl").write_text("", encoding="utf-8")
    for name, said in (("hellaswag", "No file there is called"), ("arc_easy", "2 files there are called")):
        with pytest.raises(FTError, match=said) as caught:
            sources.from_folder(name, folder)
        assert caught.value.code == "benchmarks.missing" and name in caught.value.fix


def table(subjects: list[str]) -> bytes:
    rows = [
        {"question": f"{i}?", "subject": name, "choices": list("abcd"), "answer": 1} for i, name in enumerate(subjects)
    ]
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def test_rows_of_the_hub_at_one_commit_and_a_hub_that_is_not_there(tmp_path):
    with hub_standin.serve() as hub:
        parts = {"test": table(["anatomy", "virology", "anatomy"]), "dev": table(["virology"] * 5 + ["anatomy"] * 5)}
        files = {f"all/{part}-00000-of-00001.parquet": held for part, held in parts.items()}
        revision = hub.put("datasets/cais/mmlu", {"README.md": README} | files)
        found = from_hub(tmp_path, hub.url, revision)
        assert found == [3, ["anatomy", "virology", "anatomy"], {"anatomy": 5, "virology": 5}]
    refused = from_hub(tmp_path / "offline", hub.url, revision)
    assert refused["code"] == "hub.unreachable" and "Benchmark folder" in refused["fix"]
    assert "MMLU" in refused["what"] and "cais/mmlu" in refused["why"]
