"""A whole evaluation of a run that was really trained, on the tiny base model."""

import json

import numpy
import pytest

from ft_core import generate, modeling
from ft_core.errors import FTError
from ft_core.evals import about, answers, report, rows
from ft_core.run import Run
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import training
from tests import helpers
from tests.headed import make_headed_run

TRAINING = TrainSpec(
    epochs=14, learning_rate=1e-2, batch_size=8, lora_rank=8, lora_alpha=16, evaluations=1, max_length=128, threads=1
)


def _quiet(step: int, total: int, message: str) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A trained classification run of 3 labels; 2 examples in the prompt."""
    home = tmp_path_factory.mktemp("home")
    dataset = helpers.make_dataset(home / "datasets", 150)
    run = helpers.make_run(
        home / "runs",
        helpers.make_base_model(home / "base"),
        dataset,
        TRAINING,
        EvalSpec(few_shot=3, max_new_tokens=8, forgetting=False),
    )
    assert training.train(run, _quiet)["status"] == "done"
    return run


@pytest.fixture(scope="module")
def result(run) -> dict:
    return report.evaluate(run, _quiet)


def test_the_tuned_model_is_measured_to_be_better(result) -> None:
    assert result["headline"] == "accuracy"
    accuracy = result["metrics"]["accuracy"]
    assert accuracy["tuned"] > accuracy["base"] + 0.2
    assert accuracy["low"] > 0
    assert result["verdict"]["result"] == "better"
    assert result["verdict"]["sentence"].startswith("The tuned model is better: it labels ")
    assert result["metrics"]["loss"]["high"] < 0
    assert result["contestants"]["few_shot"]["loss"] > result["contestants"]["tuned"]["loss"]
    assert result["few_shot_examples"] == 3


def test_every_difference_is_tuned_minus_base_and_lies_in_its_interval(result) -> None:
    for name, values in result["metrics"].items():
        assert values["difference"] == pytest.approx(values["tuned"] - values["base"]), name
        assert values["low"] <= values["difference"] <= values["high"], name


def test_the_answers_file_agrees_with_the_report(run, result) -> None:
    table = rows.read_answers(run)
    assert len(table) == result["n"]
    for who in ("base", "few_shot", "tuned"):
        assert sum(row[f"{who}_correct"] for row in table) / len(table) == pytest.approx(
            result["metrics"]["accuracy"][who]
        )
        assert all(row[f"{who}_correct"] == (row[who] == row["expected"]) for row in table)
    labels = result["confusion"]["labels"]
    for who in ("base", "tuned"):
        for i, label in enumerate(labels):
            for j, given in enumerate(labels):
                assert result["confusion"][who][i][j] == sum(
                    row["expected"] == label and row[who] == given for row in table
                )
    assert sum(values["support"] for values in result["per_label"].values()) == len(table)


def test_the_report_lies_there_to_be_read_and_printed(run, result) -> None:
    page, text = ((run.evaluation / f"report.{ending}").read_text(encoding="utf-8") for ending in ("html", "md"))
    assert result["verdict"]["sentence"] in page and "@media print" in page and "<script" not in page
    for metric in result["metrics"].values():
        assert metric["title"] in page and metric["title"] in text
    assert all(f'<th scope="col">{label}</th>' in page for label in result["confusion"]["labels"])


def test_two_evaluations_are_the_same_but_for_time(run, result) -> None:
    first = (run.evaluation / "answers.jsonl").read_bytes()
    again = report.evaluate(run, _quiet)
    assert (run.evaluation / "answers.jsonl").read_bytes() == first
    assert _without_times(again) == _without_times(result)
    assert _without_times(run.report() or {}) == _without_times(result)


def test_progress_rises_to_the_end_and_names_the_contestants(run) -> None:
    seen: list[tuple[int, int, str]] = []
    report.evaluate(run, lambda step, total, message: seen.append((step, total, message)))
    steps = [step for step, _, _ in seen]
    assert steps == sorted(steps)
    assert seen[-1][0] == seen[-1][1]
    messages = list(dict.fromkeys(message for _, _, message in seen))
    assert messages[0] == "loading the model"
    assert messages[1:] == [
        "choosing the examples for the prompt",
        "answers of the base model",
        "answers of the base model with examples in the prompt",
        "answers of the tuned model",
    ]


def test_a_stop_leaves_the_old_report(run, result) -> None:
    before = (run.evaluation / "report.json").read_bytes()
    run.request_stop()
    try:
        with pytest.raises(generate.Stopped):
            report.evaluate(run, _quiet)
    finally:
        run.clear_stop()
    assert (run.evaluation / "report.json").read_bytes() == before


def test_no_examples_in_the_prompt_means_no_such_contestant(run, tmp_path) -> None:
    other = _copy(run, tmp_path, EvalSpec(few_shot=0, limit=9, max_new_tokens=8, forgetting=False))
    found = report.evaluate(other, _quiet)
    assert found["n"] == 9
    assert all(values["few_shot"] is None for values in found["metrics"].values())
    assert set(found["contestants"]) == {"base", "tuned"}
    assert any("Limit" in note for note in found["notes"]) and any("small test set" in note for note in found["notes"])
    assert {row["few_shot"] for row in rows.read_answers(other)} == {None}


def test_free_text_is_judged_by_its_loss(run, tmp_path) -> None:
    """The same rows as an instruction task: the label is just a text to write."""
    dataset = helpers.prepare(
        helpers.write_toy_csv(tmp_path / "toy.csv", 150), helpers.data_spec(), "instruction", tmp_path / "datasets"
    )
    other = _copy(run, tmp_path, EvalSpec(few_shot=1, max_new_tokens=8, forgetting=False), dataset)
    found = report.evaluate(other, _quiet)
    assert (found["task"], found["headline"], found["confusion"], found["per_label"]) == (
        "instruction",
        "loss",
        None,
        {},
    )
    assert set(found["metrics"]) == set(about.TEXT)
    assert found["verdict"]["result"] == "better"
    assert "nats per token" in found["verdict"]["sentence"]
    # One-word answers: both scores say the same.
    assert found["metrics"]["exact_match"]["tuned"] == pytest.approx(found["metrics"]["token_f1"]["tuned"], abs=0.05)


def test_a_run_without_an_adapter_is_refused(run, tmp_path) -> None:
    empty = helpers.make_run(tmp_path / "runs", tmp_path, helpers.Dataset.open(run.folder / run.data()["folder"]))
    with pytest.raises(FTError) as caught:
        report.evaluate(empty, _quiet)
    assert caught.value.code == "evaluation.no_adapter"


def _copy(run: Run, tmp_path, evaluation: EvalSpec, dataset: helpers.Dataset | None = None) -> Run:
    """A run with the same adapter and other settings."""
    dataset = dataset or helpers.Dataset.open(run.folder / run.data()["folder"])
    other = helpers.make_run(tmp_path / "runs", helpers.Path(run.spec().model.base), dataset, TRAINING, evaluation)
    other.adapter.symlink_to(run.adapter)
    return other


def _without_times(found: dict) -> dict:
    plain = json.loads(json.dumps(found))
    plain.pop("seconds")
    for contestant in plain["contestants"].values():
        contestant.pop("tokens_per_second")
        contestant.pop("latency")
    return plain


@pytest.fixture(scope="module")
def headed(tmp_path_factory) -> Run:
    """A trained run whose tuned model has a classification head."""
    return make_headed_run(tmp_path_factory.mktemp("headed"))


def test_a_classification_head_is_measured_by_its_labels_and_not_by_what_it_would_write(headed) -> None:
    found = report.evaluate(headed, _quiet)
    assert set(found["metrics"]) == {"accuracy", "f1_macro", "precision_macro", "recall_macro"}
    assert found["verdict"]["result"] == "better" and found["metrics"]["accuracy"]["low"] > 0
    tuned, base = found["contestants"]["tuned"], found["contestants"]["base"]
    assert (tuned["loss"], tuned["perplexity"], tuned["tokens_per_second"]) == (None, None, None)
    assert base["loss"] > 0 and any("writes nothing" in note for note in found["notes"])
    table, labels = rows.read_answers(headed), found["confusion"]["labels"]
    assert sum(row["tuned_correct"] for row in table) / len(table) == found["metrics"]["accuracy"]["tuned"]
    assert all(row["tuned"] == row["tuned_written"] in labels for row in table)
    assert [row["tuned_correct"] for row in rows.wrong_first(table)] == sorted(row["tuned_correct"] for row in table)
    assert sum(map(sum, found["confusion"]["tuned"])) == found["n"] == len(table)
    before = (headed.evaluation / "answers.jsonl").read_bytes()
    report.evaluate(headed, _quiet)
    assert (headed.evaluation / "answers.jsonl").read_bytes() == before


def test_the_head_answers_as_the_run_is_loaded_for_it(headed) -> None:
    pair = modeling.load_run_model(headed)
    examples = helpers.Dataset.open(headed.folder / headed.data()["folder"]).examples("test")
    seen: list[int] = []
    turned = list(reversed(pair.labels))
    found = answers.choose(pair, examples, turned, seen.append, lambda: False)
    assert seen[-1] == 2 * len(examples) and not found.writes
    assert [answer.text for answer in found.answers] == [turned[place] for place in found.likelihoods.argmax(1)]
    assert numpy.exp(found.likelihoods).sum(1) == pytest.approx(numpy.ones(len(examples)))
    likeliest = numpy.array(
        [answer.text == example.answer for answer, example in zip(found.answers, examples, strict=True)]
    )
    assert likeliest.mean() > 0.8
    with pytest.raises(generate.Stopped):
        answers.choose(pair, examples, turned, seen.append, lambda: True)
