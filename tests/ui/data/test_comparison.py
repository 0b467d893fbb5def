import pytest

from ft_core.data import store
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.files import read_json
from ft_core.ui import uploads
from ft_core.ui.data import comparison, draft
from tests.ui.data.prepared import make

NOT_COMPARED, COMPARISON, WORDS, COUNTS, PROBLEMS, SETTINGS, ROWS = range(1, 8)


@pytest.fixture
def pair(workspace, tmp_path):
    """A version, and one of the same file with a row changed, a row left out, and another split."""
    first = make(workspace, tmp_path)
    edits = [{"row": 2, "action": "drop"}, {"row": 1, "action": "change", "prompt": "Quite another text"}]
    spec = draft.with_data(uploads.project_of(workspace, first), edits=edits, split={"test": 0.3})
    return first, uploads.prepare(workspace, spec)


def test_two_versions_are_told_apart_in_words_and_tables(workspace, pair):
    first, second = pair
    *_, shown = comparison.compare_versions(workspace, second.id, first.id)
    assert shown[COMPARISON]["visible"] and not shown[NOT_COMPARED]["visible"]
    assert "1 changed" in shown[WORDS] and "1 only in the first" in shown[WORDS] and "by their row" in shown[WORDS]
    assert shown[WORDS].index(first.id) < shown[WORDS].index(second.id), "the older one is the first"
    counts = {name: (one, other) for name, one, other in shown[COUNTS]["data"]}
    assert counts["Test"] == (f"{first.counts['test']}", f"{second.counts['test']}") and "Label billing" in counts
    settings = {row[0]: row[1:] for row in shown[SETTINGS]["value"]["data"]}
    assert settings["Test share"] == ["0.2", "0.3"] and settings["Edits"] == ["–", "2 of them"]
    rows = shown[ROWS]["value"]["data"]
    [changed] = [row for row in rows if row[0] == "Changed"]
    assert changed[1] == 1 and "Quite another text" in changed[4] and "Quite" not in changed[3]
    assert [row[1] for row in rows if row[0] == "Only in the first"] == [2]
    assert any(row[0] == "Moved" and "→" in row[2] for row in rows)


def test_a_version_is_compared_with_another_of_the_persons_own(workspace, pair):
    for other in ("", None, "../x", "0123456789ab"):
        with pytest.raises(FTError) as caught:
            list(comparison.compare_versions(workspace, pair[0].id, other))
        assert caught.value.code == "dataset.missing"


def test_large_versions_are_refused_before_anything_is_read(workspace, pair):
    values = read_json(pair[0].folder / "dataset.json") | {"counts": {"train": 200_001, "validation": 0, "test": 0}}
    large = workspace.datasets / "feedfeedfeed"
    store.write(large, {}, pair[0].report, values)
    with pytest.raises(FTError) as caught:
        list(comparison.compare_versions(workspace, pair[0].id, large.name))
    assert caught.value.code == "data.too_large" and "200,001" in caught.value.why


def test_a_damaged_version_is_told(workspace, pair):
    (pair[0].folder / "train.parquet").write_bytes(b"x")
    *_, shown = comparison.compare_versions(workspace, pair[1].id, pair[0].id)
    assert shown[NOT_COMPARED]["visible"] and "damaged" in shown[NOT_COMPARED]["value"]
    assert not shown[COMPARISON]["visible"]


def test_a_title_names_the_file_as_the_person_knows_it(pair):
    title = comparison.title_of(Dataset.open(pair[0].folder))
    assert title == f"{pair[0].id} · 64 rows · asked.csv"
