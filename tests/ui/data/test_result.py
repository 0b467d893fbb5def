import json
import shutil

from ft_core.ui import uploads
from ft_core.ui.data import bring, result
from ft_core.ui.data.draft import draft_of
from tests.ui.data.made import long_answers, shown, stored


def test_the_selected_dataset_is_shown_in_figures(example):
    workspace, dataset = example
    view = shown(workspace, dataset)
    assert view["step"]["visible"] and view["leads_on"]["visible"]
    for chart in ("labels", "lengths"):
        assert set(view[chart]) <= {"value", "visible", "__type__"}, (
            "another order beside new values would leave the old picture"
        )
    assert f"{dataset.report['kept']:,}" in view["tiles"] and "Median length" in view["tiles"]
    assert view["labels"]["visible"] and view["number"]["maximum"] == dataset.counts["train"] and view["tokens"]


def test_what_was_done_is_listed_with_rows_before_and_after(example):
    workspace, dataset = example
    view = shown(workspace, dataset)
    rows = {row[0]: row[1:] for row in view["steps"]["value"].values.tolist()}
    done = {step["title"]: step for step in dataset.report["steps"]}
    assert rows["HTML"] == [done["HTML"]["found"], done["HTML"]["changed"], done["HTML"]["removed"]]
    assert f"{sum(step['removed'] for step in done.values()):,} rows removed" in view["done"]["label"]
    assert view["done"]["visible"] and "HTML" in set(view["samples"]["value"]["What"])


def test_splits_leaks_balance_and_generated_rows_are_told_in_words(workspace):
    dataset = stored(
        workspace, long_answers(5),
        split={"by": "time", "why": "The newest `date` are the test.", "dates": {"train": ["1 <b>", "2"], "validation": [], "test": ["3", "4"]}},
        leaks={"exact": 2, "near": 1, "why": "3 rows are left out."},
        balance={"treatment": "oversample", "before": 100, "after": 130},
        generated={"used": 10, "pending": 2, "left_out": {"nearly the same as a training row": 3}},
        parts={"faq": {"used": {"train": 7}, "weight": 0.5}},
    )  # fmt: skip
    facts = shown(workspace, dataset)["facts"]
    assert "The newest “date” are the test" in facts and "test from 3 to 4" in facts
    assert "<b>" not in facts and "validation from" not in facts
    assert "2 the same and 1 nearly the same. 3 rows are left out" in facts
    assert "100 training rows became 130" in facts
    assert "10 generated rows joined the training split" in facts and "3 nearly the same as a training row" in facts
    assert "Part “faq”" in facts and "weight 0.5" in facts


def test_the_example_tells_of_its_split_and_leaks(example):
    workspace, dataset = example
    facts = shown(workspace, dataset)["facts"]
    assert "**Split:** By chance" in facts and "**Leaks between splits:**" in facts and "**Balance" not in facts


def test_a_report_of_an_earlier_version_is_shown_without_what_it_lacks(example, workspace):
    shutil.copytree(example[0].home, workspace.home)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    path = dataset.folder / "report.json"
    report = {
        key: value
        for key, value in dataset.report.items()
        if key not in ("split", "leaks", "balance", "generated", "quality", "token_lengths")
    }
    report["steps"] = [{key: step[key] for key in ("code", "title", "changed", "removed")} for step in report["steps"]]
    path.write_text(json.dumps(report))
    view = shown(workspace, dataset)
    assert (
        view["step"]["visible"] and view["facts"] == "" and view["done"]["visible"] and not view["samples"]["visible"]
    )


def test_it_says_what_the_version_was_made_of_and_what_is_not_in_it(example):
    workspace, dataset = example
    same = draft_of(uploads.project_of(workspace, dataset))
    told = result.show_source(workspace, same, dataset.id)
    assert "**tickets.csv**" in told["value"] and told["elem_classes"] == []
    changed = same | {"data": same["data"] | {"system": "Something else."}}
    assert "chosen differently" in result.show_source(workspace, changed, dataset.id)["value"]
    assert result.show_source(workspace, {}, dataset.id)["elem_classes"] == []


def test_a_file_that_is_not_prepared_is_named(workspace, tmp_path):
    dataset = stored(workspace, long_answers(5))
    (tmp_path / "mine.csv").write_text("text,label\na,b\n")
    told = result.show_source(workspace, bring.take(workspace, [str(tmp_path / "mine.csv")])[0], dataset.id)
    assert "mine.csv of step 1 is not prepared yet" in told["value"] and told["elem_classes"] == ["notice"]
