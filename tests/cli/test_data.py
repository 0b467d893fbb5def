"""Data is inspected and prepared, and what is wrong with it is said with what, why and fix."""

import json

import pytest

from tests.cli.calls import command, values


def test_inspect_and_prepare(project):
    found = values(command(project, "inspect", str(project / "toy.csv"), "--json"))
    assert {"format", "shape", "encoding", "rows", "columns", "problems"} <= set(found)
    assert (found["format"], found["shape"], found["rows"]) == ("csv", "text-label", 96)
    prepared = values(command(project, "prepare", str(project / "project.yaml"), "--json"))
    assert set(prepared) == {"dataset", "rows", "removed", "splits", "report"}
    assert sum(prepared["splits"].values()) == prepared["rows"] - prepared["removed"]


def test_a_data_file_is_prepared_too_and_the_way_on_is_told(project):
    prepared = command(project, "prepare", str(project / "toy.csv"))
    assert prepared.returncode == 0 and "96 of 96 rows kept" in prepared.stdout
    assert "`data: {source: toy.csv}`" in prepared.stdout
    looked = command(project, "inspect", str(project / "toy.csv"))
    assert "96 rows, columns message, label" in looked.stdout and "Next: python -m ft_core prepare" in looked.stdout


def test_several_files_and_folders_are_inspected_together(project, tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("message,label\nWhere is it,delivery\nMoney back,returns\n")
    for sources in ([str(tmp_path)], [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]):
        found = values(command(project, "inspect", *sources, "--json"))
        assert found["rows"] == 4 and found["notes"][1] == "Rows 3 to 4 are those of b.csv."


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", "", "data.empty"),
        ("one.csv", "message\nhello\nthere\n", "data.one_column"),
        ("wrong.yaml", "data: {source: toy.csv}\ntrainin: {epochs: 3}\n", "project.invalid"),
        ("label.yaml", "data: {source: toy.csv, columns: {prompt: message, answer: lable}}\n", "data.columns"),
        ("notes.txt", "no table at all\n", "data.shape"),
        ("program.exe", "message,label\na,b\n", "data.format"),
        ("gone.yaml", "data: {source: gone.csv}\n", "data.missing"),
        ("base.yaml", "data: {source: toy.csv}\nmodel: {base: ./no-such-folder}\n", "model.missing"),
    ],
)
def test_bad_input_gets_what_why_and_fix(project, name, content, code):
    path = project / name
    path.write_text(content)
    verb = "train" if name.endswith(".yaml") else "prepare"
    answer = command(project, verb, str(path), "--json")
    assert answer.returncode == 2, answer.stderr[-2000:]
    error = json.loads(answer.stdout)["error"]
    assert error["code"] == code and all(error[part] for part in ("what", "why", "fix"))
    plain = command(project, verb, str(path))
    assert plain.returncode == 2 and "Fix:" in plain.stderr and "Traceback" not in plain.stderr and plain.stdout == ""
