"""Copies of uploaded files, and the projects of datasets."""

from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.pipeline.data import prepare_source
from ft_core.settings import project
from ft_core.settings.data import CleanSpec, DataSpec, PartSpec
from ft_core.settings.project import ProjectSpec
from ft_core.ui import uploads


def test_a_file_is_copied_under_our_name_and_left_alone(workspace, tmp_path):
    original = tmp_path / "My Täble (1).CSV"
    original.write_text("text,label\na,b\n")
    name = uploads.keep(workspace, original)
    assert uploads.find(workspace, name).read_bytes() == original.read_bytes()
    assert name.startswith("my-t-ble-1-") and name.endswith(".csv")
    assert uploads.keep(workspace, original) == name
    assert [path.name for path in workspace.uploads.iterdir()] == [name]


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "x.csv", "", "a-0123456789ab.csv/../x", ".hidden-0123456789ab.csv"]
)
def test_names_from_the_browser_are_checked(workspace, name):
    with pytest.raises(FTError) as caught:
        uploads.find(workspace, name)
    assert caught.value.code == "data.missing"


@pytest.mark.parametrize("name", ["tickets.xlsx", "tickets.csv.gz", "notes.md", "a.parquet", "guide.docx"])
def test_every_kind_that_is_read_keeps_its_ending(workspace, tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    kept = uploads.keep(workspace, tmp_path / name)
    assert uploads.title(kept) == name and uploads.find(workspace, kept).read_bytes() == b"x"


def test_other_kinds_of_files_are_refused(workspace, tmp_path):
    other = tmp_path / "a.exe"
    other.write_bytes(b"MZ")
    with pytest.raises(FTError) as caught:
        uploads.keep(workspace, other)
    assert caught.value.code == "data.format"
    assert not workspace.uploads.exists()


def test_a_dataset_remembers_its_project(workspace):
    spec = uploads.keep_example(workspace)
    dataset = uploads.prepare(workspace, spec)
    assert uploads.project_of(workspace, dataset) == spec
    assert uploads.selected_dataset(workspace, dataset.id) == dataset
    assert uploads.selected_dataset(workspace, "../x") == dataset  # not a dataset's id: the newest


def test_a_dataset_prepared_elsewhere_has_a_project_called_after_its_file(workspace, tmp_path):
    file = tmp_path / "Meine Täfel.csv"
    file.write_text("text,label\n" + "".join(f"message number {n} of {n % 2},{'ab'[n % 2]}\n" for n in range(40)))
    spec = ProjectSpec(data=DataSpec(source=file.name, clean=CleanSpec(near_duplicates="keep")))
    dataset = prepare_source(workspace, spec, tmp_path)
    assert uploads.project_of(workspace, dataset).name == "meine-t-fel"


def test_a_version_is_downloaded_with_its_files_called_what_the_person_calls_them(workspace, tmp_path):
    rows = tmp_path / "generated.jsonl"
    rows.write_text("")
    example = uploads.keep_example(workspace)
    more = example.data.model_copy(update={"generated": uploads.keep(workspace, rows)})
    plain = uploads.prepare(workspace, example)
    added = uploads.prepare(workspace, example.model_copy(update={"data": more}))
    downloaded = project.load(Path(uploads.download_project(workspace, added))).data
    assert (downloaded.source, downloaded.generated) == ("tickets.csv", "generated.jsonl")
    assert downloaded.columns == example.data.columns
    copy = uploads.download_generated(workspace, added)
    assert copy is not None and Path(copy).name == "generated.jsonl" and added.id != plain.id
    assert uploads.download_generated(workspace, plain) is None
    assert project.load(Path(uploads.download_project(workspace, plain))).data.generated is None


def test_a_dataset_is_required_only_where_there_must_be_one(workspace):
    with pytest.raises(FTError) as caught:
        uploads.required_dataset(workspace, "0123456789ab")
    assert caught.value.code == "data.missing"


def test_without_datasets_none_is_selected(workspace):
    assert uploads.selected_dataset(workspace, "") is None


def test_a_download_is_a_copy_that_calls_the_file_what_the_person_calls_it(example_run):
    copy = Path(uploads.download_copy(example_run))
    downloaded, frozen = project.load(copy), example_run.spec()
    assert downloaded.data.source == "tickets.csv"
    assert downloaded.training == frozen.training and downloaded.data.columns == frozen.data.columns
    assert not copy.is_relative_to(example_run.folder)


def test_the_file_of_a_dataset_that_was_prepared_elsewhere_is_found_once_the_very_same_one_is_here(workspace, tmp_path):
    file = tmp_path / "My Rows.csv"
    file.write_text("text,label\n" + "".join(f"message number {n} of {n % 2},{'ab'[n % 2]}\n" for n in range(40)))
    spec = ProjectSpec(
        name="x", task="classification", data=DataSpec(source="My Rows.csv", clean=CleanSpec(near_duplicates="keep"))
    )
    dataset = prepare_source(workspace, spec, tmp_path)
    for other in (None, "text,label\nx,y\n"):
        if other:
            (tmp_path / "other").mkdir()
            (tmp_path / "other" / file.name).write_text(other)
            uploads.keep(workspace, tmp_path / "other" / file.name)
        with pytest.raises(FTError, match=r"Upload My Rows\.csv in the Data tab") as caught:
            uploads.with_sources(workspace, dataset, dataset.spec)
        assert caught.value.code == "data.missing"
    typed = dataset.spec.model_copy(update={"source": str(file)})  # a file of this machine is no upload
    with pytest.raises(FTError, match="data of this run is not here"):
        uploads.with_sources(workspace, dataset, typed)
    mixed = dataset.spec.model_copy(update={"mix": (PartSpec(name="b", source="b.csv"),)})
    with pytest.raises(FTError, match="It is a mix"):
        uploads.with_sources(workspace, dataset, mixed)
    kept = uploads.keep(workspace, file)
    found = uploads.with_sources(workspace, dataset, dataset.spec)
    assert found.source == kept and found == dataset.spec.model_copy(update={"source": kept})
    assert uploads.with_sources(workspace, dataset, found) is found
