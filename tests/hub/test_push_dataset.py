"""Pushing a dataset version with the real client to a loopback Hub, and reading what was pushed as a stranger would."""

import io

import datasets
import pytest
from pyarrow import parquet

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.files import write_json
from ft_core.hub.push_dataset import push_dataset, stage
from tests import hub_standin
from tests.hub.made_dataset import make_dataset, make_mix, private_step, with_report

REPO = "alice/tickets"
THERE = f"datasets/{REPO}"


def quiet(_step: int, _total: int, _message: str) -> None:
    pass


@pytest.fixture
def dataset(tmp_path):
    return make_dataset(tmp_path / "home")


def test_a_version_becomes_a_private_repository_in_one_commit(dataset, hub):
    told = []
    result = push_dataset(dataset, REPO, True, hub_standin.OWNER, lambda *progress: told.append(progress))
    repo = hub.repos[THERE]
    assert result == {"url": f"{hub.url}/datasets/{REPO}", "commit": repo.head, "repo": REPO, "private": True}
    assert repo.private and len(repo.commits) == 2 and told[-1] == (3, 3, "On the Hub")
    assert set(repo.files) == {".gitattributes", "README.md"} | {f"data/{split}.parquet" for split in dataset.counts}


def test_the_files_are_what_the_card_promises(dataset, hub):
    push_dataset(dataset, REPO, True, hub_standin.OWNER, quiet)
    for split in dataset.counts:
        rows = parquet.read_table(io.BytesIO(hub.repos[THERE].files[f"data/{split}.parquet"].content)).to_pylist()
        assert [row["row"] for row in rows] == [example.row for example in dataset.examples(split)]
        assert [dataset.labels[row["label"]] for row in rows] == [one.answer for one in dataset.examples(split)]
        assert [row["prompt"] for row in rows] == [example.question for example in dataset.examples(split)]
        assert rows[0]["messages"][0] == {"role": "system", "content": "Sort *it*.", "tool_calls": []}
        assert not {"part", "tools", "rejected", "generated"} & rows[0].keys(), "nothing is in them"


def test_the_datasets_library_reads_it_with_the_names_of_the_labels(dataset, tmp_path):
    stage(dataset, REPO, tmp_path)
    files = {split: str(tmp_path / "data" / f"{split}.parquet") for split in dataset.counts}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert {split: len(loaded[split]) for split in loaded} == dataset.counts
    label = loaded["train"].features["label"]
    assert isinstance(label, datasets.ClassLabel) and label.names == dataset.labels
    assert label.int2str(loaded["test"][0]["label"]) == dataset.examples("test")[0].answer
    folder = datasets.load_dataset(str(tmp_path), cache_dir=str(tmp_path / "other"))
    assert {split: len(folder[split]) for split in folder} == dataset.counts, "by the card's configs"


def test_a_mix_of_texts_has_its_parts_and_no_labels(tmp_path):
    mixed = make_mix(tmp_path / "home")
    (tmp_path / "staged").mkdir()
    stage(mixed, REPO, tmp_path / "staged")
    rows = parquet.read_table(tmp_path / "staged" / "data" / "train.parquet").to_pylist()
    assert {"row", "part", "messages"} <= set(rows[0])
    assert {row["part"] for row in rows} == {"tickets", "faq"} and "label" not in rows[0]


def test_nothing_of_this_machine_nor_the_token_is_in_any_file(dataset, hub, tmp_path):
    push_dataset(dataset, REPO, True, hub_standin.OWNER, quiet)
    for path, file in hub.repos[THERE].files.items():
        for secret in (str(tmp_path), str(dataset.folder), "private/tickets", hub_standin.OWNER):
            assert secret.encode() not in file.content, path


def test_again_it_changes_nothing_and_a_split_that_is_gone_goes(dataset, hub):
    push_dataset(dataset, REPO, True, hub_standin.OWNER, quiet)
    first = hub.repos[THERE].head
    assert push_dataset(dataset, REPO, True, hub_standin.OWNER, quiet)["commit"] == first
    hub.put(THERE, {"data/old.parquet": b"x", "notes.txt": b"mine"})
    push_dataset(dataset, REPO, True, hub_standin.OWNER, quiet)
    assert "data/old.parquet" not in hub.repos[THERE].files and "notes.txt" in hub.repos[THERE].files


def test_a_model_of_the_same_name_stays_apart(dataset, hub):
    hub.create(REPO)
    push_dataset(dataset, REPO, True, hub_standin.OWNER, quiet)
    assert len(hub.repos[REPO].commits) == 1 and hub.repos[THERE].private


def test_nothing_is_left_behind(dataset, hub, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    hub.fail("/commit/", 403)
    assert refusal(dataset).code == "hub.forbidden" and list(scratch.iterdir()) == []


def refusal(dataset: Dataset, repo: str = REPO, token: str | None = hub_standin.OWNER, **options) -> FTError:
    with pytest.raises(FTError) as caught:
        push_dataset(dataset, repo, options.pop("private", True), token, quiet, **options)
    assert caught.value.what and caught.value.why and caught.value.fix
    return caught.value


def test_known_private_data_is_not_pushed_unless_it_is_meant(dataset, hub):
    open_hearted = with_report(dataset, steps=[private_step(), private_step("mask", code="secrets", changed=12)])
    error = refusal(open_hearted)
    assert error.code == "hub.private_data" and "Private data: 12 rows (row 1, 2, 3" in error.why
    assert "--include-private-data" in error.fix and "mask" in error.fix and hub.requests == []
    push_dataset(open_hearted, REPO, True, hub_standin.OWNER, quiet, include_private_data=True)
    assert "**It holds private data or secrets.**" in hub.repos[THERE].files["README.md"].content.decode()


def test_masked_private_data_is_no_hindrance(dataset, hub):
    masked = with_report(dataset, steps=[private_step("mask", changed=12)])
    assert push_dataset(masked, REPO, True, hub_standin.OWNER, quiet, "mit")["private"]
    assert "license: mit" in hub.repos[THERE].files["README.md"].content.decode()


@pytest.mark.parametrize("licence", ["MIT License", "mit\n---", ""])
def test_a_licence_that_is_none_is_refused_before_anything_is_sent(dataset, hub, licence):
    assert refusal(dataset, licence=licence).code == "hub.licence" and hub.requests == []


@pytest.mark.parametrize("repo", ["tickets", "alice/", "alice/../x", "datasets/alice/x"])
def test_a_name_that_is_none_is_refused_before_anything_is_sent(dataset, hub, repo):
    assert refusal(dataset, repo).code == "hub.name" and hub.requests == []


def test_what_the_hub_refuses_is_told(dataset, hub):
    assert refusal(dataset, token=None).code == "hub.token"
    assert refusal(dataset, token="hf_wrong").code == "hub.token"
    assert refusal(dataset, "carol/tickets").code == "hub.forbidden"
    hub.create(THERE)
    assert refusal(dataset).code == "hub.public" and len(hub.repos[THERE].commits) == 1
    assert push_dataset(dataset, REPO, False, hub_standin.OWNER, quiet)["private"] is False


def test_a_damaged_version_is_not_shared(dataset, hub):
    write_json(dataset.folder / "train.parquet", "x")
    assert refusal(dataset).code == "data.changed" and hub.repos == {}
