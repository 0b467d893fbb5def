from ft_core.ui import uploads
from ft_core.ui.data import bring
from ft_core.ui.data.draft import required, with_data
from ft_core.ui.data.preparing import preparing, stopped


def test_a_preparation_tells_its_progress_and_ends_in_a_version(workspace):
    spec = required(workspace, bring.use_example(workspace)[0])
    *told, (progress, end, refused, made) = preparing(workspace, spec, "", None)
    assert any("Splitting" in step[0]["value"] for step in told) and told[-1][1]["visible"], (
        "it can be stopped meanwhile"
    )
    assert not progress["visible"] and not end["visible"] and not refused["visible"]
    dataset = uploads.selected_dataset(workspace, made)
    assert dataset is not None and uploads.project_of(workspace, dataset) == spec


def test_a_refusal_is_told_and_no_version_is_chosen(workspace):
    spec = required(workspace, bring.use_example(workspace)[0])
    wrong = with_data(spec, split={"validation": 0.5, "test": 0.5})
    _, _, refused, made = list(preparing(workspace, wrong, "", None))[-1]
    assert refused["visible"] and "Nothing is left to train on" in refused["value"] and not isinstance(made, str)
    assert not stopped()[1]["visible"]
