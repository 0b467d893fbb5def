import pytest

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.ui import uploads
from ft_core.ui.data import draft


@pytest.fixture
def spec(workspace):
    return uploads.keep_example(workspace)


def test_a_draft_comes_back_as_the_project_it_was(workspace, spec):
    changed = draft.with_columns(draft.with_data(spec, system="Sort it."), prompt="message", answer="")
    assert draft.opened(workspace, draft.draft_of(changed)) == changed
    assert changed.data.columns.answer is None and changed.data.system == "Sort it."


def test_a_draft_whose_file_is_gone_is_none(workspace, spec):
    values = draft.draft_of(spec)
    uploads.find(workspace, spec.data.source).unlink()
    assert draft.opened(workspace, values) is None and draft.opened(workspace, {}) is None
    with pytest.raises(FTError, match="no data yet"):
        draft.required(workspace, values)


@pytest.mark.parametrize("source", ["/etc/passwd", "../../people/other/uploads/a-0123456789ab.csv", "a/b.csv"])
def test_a_draft_cannot_name_a_file_that_is_no_upload(workspace, spec, source):
    assert draft.opened(workspace, {"data": {"source": source}}) is None


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../../people/other/uploads/a-0123456789ab.jsonl", "generated/x/generated.jsonl"]
)
def test_no_setting_of_a_draft_names_a_file_that_is_no_upload(workspace, spec, name):
    values = draft.draft_of(spec)
    for other in ({"generated": name}, {"benchmarks": [name]}, {"mix": [{"name": "more", "source": name}]}):
        assert draft.opened(workspace, values | {"data": values["data"] | other}) is None
    kept = {"generated": spec.data.source, "benchmarks": [spec.data.source]}
    assert draft.opened(workspace, values | {"data": values["data"] | kept}) is not None


def test_a_draft_with_settings_that_are_none_is_refused(workspace, spec):
    with pytest.raises(FTError, match="cannot be used"):
        draft.opened(workspace, {"data": {"source": spec.data.source, "run_this": "x"}})


def test_the_file_for_a_command_is_there_only_meanwhile(workspace, spec):
    with draft.file(workspace, spec) as path:
        assert project.load(path) == spec and path.parent == workspace.uploads
        with draft.file(workspace, spec) as other:
            assert other != path, "two commands at once do not take it away from each other"
        assert path.exists()
    assert not path.exists()
