"""What an evaluation measures beyond the task goes into the report, unless it is left out."""

import pytest

from ft_core import modeling
from ft_core.data.store import Dataset
from ft_core.evals import beyond, pages
from ft_core.settings.evaluation import EvalSpec
from tests import helpers
from tests.evals.reports import report
from tests.hub.made import save_adapter


@pytest.mark.parametrize("asked", [True, False])
def test_forgetting_is_measured_unless_it_is_left_out(tmp_path, asked) -> None:
    base, dataset = helpers.make_base_model(tmp_path / "base"), helpers.make_dataset(tmp_path / "datasets", 60)
    run = helpers.make_run(tmp_path / "runs", base, dataset, evaluation=EvalSpec(forgetting=asked))
    save_adapter(base, run.adapter)
    seen: list[tuple[int, int]] = []
    found = beyond.sections(
        run,
        modeling.load_run_model(run),
        Dataset.open(run.folder / run.data()["folder"]),
        dataset.examples("test"),
        100,
        lambda step, total, _: seen.append((step, total)),
        {},
    )
    assert set(found) == ({"forgetting"} if asked else set())
    assert [step for step, _ in seen] == sorted(step for step, _ in seen) and all(step >= 100 for step, _ in seen)
    titles = [section.title for section in pages.sections(report(**found))]
    assert ("What it has cost elsewhere" in titles) is asked
