"""A run on pairs, trained and evaluated: what is compared with what, and that the numbers are the models' own."""

import pytest

from ft_core import generate, modeling
from ft_core.evals import preferences, report, rows
from ft_core.evals.preferences import worse
from ft_core.train import training
from tests.helpers import make_base_model
from tests.train.pairs import SPEC, make_pair_run, make_pairs


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A run from the base model and one that starts from it, both trained and evaluated."""
    folder = tmp_path_factory.mktemp("chain")
    base, dataset = make_base_model(folder / "base"), make_pairs(folder / "data" / "datasets", 96)
    first = make_pair_run(folder / "runs", base, dataset, SPEC.model_copy(update={"epochs": 4.0}))
    training.train(first, quiet)
    second = make_pair_run(folder / "runs", base, dataset, SPEC, start=first)
    training.train(second, quiet)
    return first, second, dataset, report.evaluate(first, quiet), report.evaluate(second, quiet)


def test_preferred_is_the_share_of_pairs_whose_better_answer_is_likelier(chain):
    first, _, dataset, found, _ = chain
    examples = dataset.examples("test")
    pair = modeling.load_run_model(first)
    shares = {}
    for name in ("base", "tuned"):
        if name == "tuned":
            losses = [
                generate.answer_losses(pair.tuned, pair.tokenizer, part)
                for part in (examples, list(map(worse, examples)))
            ]
        else:
            with pair.base() as model:
                losses = [
                    generate.answer_losses(model, pair.tokenizer, part)
                    for part in (examples, list(map(worse, examples)))
                ]
        shares[name] = sum(a < b for (a, _), (b, _) in zip(*losses, strict=True)) / len(examples)
    preferred = found["metrics"]["preferred"]
    assert {name: preferred[name] for name in shares} == pytest.approx(shares)
    assert preferred["difference"] == pytest.approx(shares["tuned"] - shares["base"])
    assert preferred["low"] <= preferred["difference"] <= preferred["high"] and preferred["few_shot"] is None
    assert found["metrics"]["margin"]["low"] > 0, "the training widened the distance between the answers"
    assert found["headline"] == "preferred" and found["n"] == len(examples)
    assert f"{round(shares['tuned'] * len(examples))} of {len(examples)} pairs" in found["verdict"]["sentence"]
    assert first.report() == found


def test_a_run_is_compared_with_the_run_that_it_started_from(chain):
    first, second, _, before, after = chain
    for metric in ("preferred", "margin", "loss"):
        assert after["metrics"][metric]["base"] == pytest.approx(before["metrics"][metric]["tuned"], abs=1e-4)
    assert after["start"] == first.id and first.id in after["contestants"]["base"]["title"]
    assert first.id in after["verdict"]["sentence"] and any(first.id in note for note in after["notes"])
    assert before["start"] is None and before["contestants"]["base"]["title"] == "the base model"


def test_the_answers_lie_side_by_side_with_both_endings(chain):
    first, _, dataset, found, _ = chain
    table = rows.read_answers(first)
    examples = dataset.examples("test")
    assert [row["rejected"] for row in table] == [example.rejected[-1].text for example in examples]
    assert all(row["tuned_correct"] == (row["tuned_margin"] > 0) and row["few_shot"] is None for row in table)
    mended = len(rows.chosen(table, "mended"))
    assert (found["verdict"]["gained"], found["verdict"]["lost"]) == (mended, len(rows.chosen(table, "broken")))


def test_a_worse_answer_takes_the_place_of_the_better_one(chain):
    example = chain[2].examples("test")[0]
    assert preferences.worse(example).messages == (*example.prompt, *example.rejected)
