"""Where a project's data comes from."""

import os

import pytest

from ft_core import catalog
from ft_core.errors import FTError
from ft_core.pipeline.data import (
    EXAMPLE,
    base_token_lengths,
    base_tokenizer,
    example_project,
    prepare_source,
    source_files,
)
from ft_core.settings import project
from ft_core.settings.data import DataSpec
from ft_core.workspace import Workspace
from tests import hub_standin
from tests.helpers import make_base_model
from tests.hub_standin import OWNER


def test_the_source_lies_beside_its_project_or_where_its_path_says(prepared, folder, tmp_path):
    workspace, spec, dataset = prepared
    elsewhere = spec.model_copy(update={"data": spec.data.model_copy(update={"source": str(folder / "toy.csv")})})
    assert prepare_source(workspace, elsewhere, tmp_path).counts == dataset.counts
    nobody = spec.model_copy(update={"data": spec.data.model_copy(update={"source": "~nobody-of-this-name/toy.csv"})})
    for missing in (spec, nobody):
        with pytest.raises(FTError) as caught:
            prepare_source(workspace, missing, tmp_path)
        assert caught.value.code == "data.missing"


def test_the_shipped_example_is_there_with_its_data():
    spec, beside = example_project()
    assert spec.model.base == catalog.STARTER and (beside / spec.data.source).is_file()
    assert os.path.samefile(beside, EXAMPLE.parent)


def test_a_folder_a_list_and_a_dataset_on_the_hub_are_sources(tmp_path, monkeypatch):
    rows = "".join(f"text {n} of {n * n},{'ab'[n % 2]}\n" for n in range(60))
    (tmp_path / "tickets").mkdir()
    for name in ("a.csv", "b.csv", "README.md"):
        (tmp_path / "tickets" / name).write_text("message,label\n" + rows)
    workspace = Workspace(tmp_path / "home")

    def files(*sources, **more):
        return source_files(workspace, DataSpec(source=sources, **more), tmp_path, token=OWNER)

    assert [path.name for path in files("tickets")[0]] == ["a.csv", "b.csv"]
    assert [path.name for path in files("tickets/b.csv", "tickets/a.csv")[0]] == ["b.csv", "a.csv"]
    with hub_standin.serve() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        hub.create("datasets/alice/tickets", private=True)
        head = hub.put("datasets/alice/tickets", {"train.csv": b"message,label\n" + rows.encode()})
        paths, data = files("alice/tickets")
        assert data.revision == head and data.configuration == "default"
        assert paths[0].is_relative_to(workspace.folder / "hub") and paths[0].read_text().endswith(rows)
        spec = project.parse({"data": {"source": "alice/tickets"}}, "p")
        dataset = prepare_source(workspace, spec, tmp_path, token=OWNER)
    assert dataset.report["source"] == "alice/tickets" and dataset.spec.revision == head
    assert sum(dataset.counts.values()) > 50


def test_a_dataset_of_a_version_that_kept_no_lengths_is_measured_anew(prepared, monkeypatch):
    _, spec, dataset = prepared
    told = base_token_lengths(dataset, spec.model.base)
    monkeypatch.delitem(dataset.report, "token_lengths")
    assert told == base_token_lengths(dataset, spec.model.base) is not None


def test_a_tokenizer_is_loaded_once_and_again_when_it_has_changed(tmp_path):
    base = make_base_model(tmp_path / "base")
    first = base_tokenizer(str(base))
    assert first is not None and base_tokenizer(str(base)) is first
    template = base / "chat_template.jinja"
    template.write_text(template.read_text(encoding="utf-8") + " ", encoding="utf-8")
    again = base_tokenizer(str(base))
    assert again is not None and again.fingerprint != first.fingerprint
