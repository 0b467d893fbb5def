import pytest

from ft_core.settings import project
from ft_core.ui.data import bring
from ft_core.ui.data.draft import opened


def test_an_upload_becomes_the_draft(workspace, tmp_path):
    file = tmp_path / "My tickets.csv"
    file.write_text("text,label\na,b\n")
    draft, refused, example = bring.take(workspace, [str(file)])
    spec = opened(workspace, draft)
    assert spec is not None and spec.name == "my-tickets" and not refused["visible"]
    assert example["variant"] == "secondary"
    file.unlink()
    assert opened(workspace, draft) == spec, "the page keeps a copy"


def test_the_example_keeps_what_its_project_says(workspace):
    draft = bring.use_example(workspace)[0]
    assert draft["data"]["columns"] == {"prompt": "message", "answer": "label"} and draft["task"] == "classification"
    project.parse(draft, "the draft")


@pytest.mark.parametrize(("name", "words"), [("table.exe", ".exe"), (None, "No file was chosen")])
def test_what_cannot_be_taken_says_why(workspace, tmp_path, name, words):
    file = tmp_path / name if name else None
    if file:
        file.write_bytes(b"PK")
    draft, refused, _ = bring.take(workspace, [str(file)] if file else None)
    assert draft == {} and refused["visible"] and words in refused["value"].replace("\\", "")
    assert "What to do" in refused["value"]


def test_several_uploads_are_one_source(workspace, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"text,label\n{name},x\n")
    draft = bring.take(workspace, [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])[0]
    spec = opened(workspace, draft)
    assert spec is not None and [name[:2] for name in spec.data.sources] == ["a-", "b-"]


@pytest.mark.parametrize("written", ["ada/reviews", " https://huggingface.co/datasets/ada/reviews/ "])
def test_a_dataset_on_the_hub_becomes_the_draft(workspace, written):
    spec = opened(workspace, bring.take_from_hub(workspace, written, " small ")[0])
    assert spec is not None and (spec.data.source, spec.data.configuration, spec.name) == (
        "ada/reviews",
        "small",
        "reviews",
    )


@pytest.mark.parametrize("written", ["", "reviews", "../../etc/passwd", "/etc/passwd", "a/b.csv"])
def test_what_is_no_dataset_on_the_hub_is_refused(workspace, written):
    draft, refused, _ = bring.take_from_hub(workspace, written, "")
    assert draft == {} and "owner/name" in refused["value"]
