"""Dataset versions are listed, compared and shared."""

import json

import pytest
import yaml

from tests import hub_standin
from tests.cli.calls import command, values
from tests.helpers import write_toy_csv


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    """A home with two versions of one file and a mix of it with another, and what `prepare` said of each."""
    folder = tmp_path_factory.mktemp("versions")
    write_toy_csv(folder / "toy.csv", 96)
    faq = [f"how is thing number {n * n} of {n},as {n * 3} is" for n in range(40)]
    (folder / "faq.csv").write_text("question,answer\n" + "\n".join(faq) + "\n")
    data = {"source": "toy.csv"}
    edited = data | {"edits": [{"row": 1, "action": "drop"}]}
    mixed = data | {"name": "toy", "mix": [{"name": "faq", "source": "faq.csv", "weight": 2}]}
    said = []
    for number, values_of in enumerate((data, edited, mixed)):
        path = folder / f"{number}.yaml"
        path.write_text(yaml.safe_dump({"data": values_of}))
        said.append(values(command(folder, "prepare", str(path), "--json")))
    return folder, said


def test_dataset_versions_are_listed_and_compared(versions):
    folder, (first, second, mixed) = versions
    listed = values(command(folder, "datasets", "--json"))["datasets"]
    assert listed[0]["id"] == mixed["dataset"] and {"source", "rows", "splits", "created", "task"} <= set(listed[0])
    assert {first["dataset"], second["dataset"]} <= {row["id"] for row in listed}
    found = values(command(folder, "compare", first["dataset"], second["dataset"], "--json"))
    assert [setting["name"] for setting in found["settings"]] == ["edits"]
    assert found["matched_by"] == "row" and [row["row"] for row in found["rows"]["only_first"]] == [1]
    place = folder / "home" / "people" / "local" / "datasets" / second["dataset"]
    said = command(folder, "compare", first["dataset"], str(place))
    assert said.returncode == 0 and "95 the same, 0 changed, 1 only in the first" in said.stdout


def test_a_mix_holds_both_parts(versions):
    _folder, (first, _second, mixed) = versions
    parts = mixed["report"]["parts"]
    assert parts["toy"]["dataset"] == first["dataset"], "the part is the version that its file makes alone"
    assert parts["faq"]["used"]["train"] == 2 * parts["faq"]["splits"]["train"]
    assert mixed["rows"] == 136 and mixed["report"]["token_lengths"]["longest_part"] in ("toy", "faq")


def test_push_dataset_leaves_a_link_and_the_token_nowhere(versions):
    folder, (first, *_) = versions
    with hub_standin.serve(large_suffixes=()) as hub:
        arguments = ("push-dataset", first["dataset"], "--repo", "alice/toy", "--license", "mit", "--json")
        answer = command(folder, *arguments, HF_ENDPOINT=hub.url, HF_TOKEN=hub_standin.OWNER)
        result = values(answer)
        repo = hub.repos["datasets/alice/toy"]
    assert result["url"] == f"{hub.url}/datasets/alice/toy" and result["commit"] == repo.head and repo.private
    assert hub_standin.OWNER not in answer.stderr and "2/3 Uploading" in answer.stderr
    for path in folder.rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("words", ["compare 0123456789ab 0123456789ab", "push-dataset 0123456789ab --repo alice/toy"])
def test_a_dataset_that_is_not_there_is_said_so(tmp_path, words):
    answer = command(tmp_path, *words.split(), "--json")
    assert answer.returncode == 2 and json.loads(answer.stdout)["error"]["code"] == "dataset.missing"
