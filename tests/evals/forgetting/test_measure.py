"""A whole measurement of a run that was really trained, on the tiny base model."""

import json
from dataclasses import replace

import pytest

from ft_core import generate, modeling
from ft_core.data.store import Dataset
from ft_core.evals.forgetting import probes
from ft_core.evals.forgetting.measure import measure
from ft_core.settings.example import Example, Message
from ft_core.settings.train import TrainSpec
from ft_core.train import training
from tests import helpers

SYSTEM = "Say what it is."


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Driven far into its three labels: a base of random weights knows nothing, but spreads its guesses."""
    home = tmp_path_factory.mktemp("home")
    dataset = helpers.make_dataset(home / "datasets")
    spec = TrainSpec(
        method="lora",
        epochs=6,
        learning_rate=2e-2,
        batch_size=8,
        lora_rank=8,
        lora_alpha=16,
        evaluations=1,
        max_length=128,
        threads=1,
    )
    made = helpers.make_run(home / "runs", helpers.make_base_model(home / "base"), dataset, spec)
    assert training.train(made, quiet)["status"] == "done"
    return made


@pytest.fixture(scope="module")
def pair(run):
    return modeling.load_run_model(run)


@pytest.fixture(scope="module")
def examples(run) -> dict[str, list[Example]]:
    dataset = Dataset.open(run.folder / run.data()["folder"])
    return {name: dataset.examples(name) for name in ("train", "test")}


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int, str]]:
    return []


@pytest.fixture(scope="module")
def found(pair, examples, told):
    answers = [example.answer for example in examples["train"]]
    return measure(pair, answers, SYSTEM, None, lambda *step: told.append(step), held_out=examples["test"])


def test_losses_are_those_of_the_two_models_on_the_reference_answers(found, pair):
    chosen = probes.fitting(pair.tokenizer, generate.context_length(pair.tuned), SYSTEM)
    asked = probes.examples(pair.tokenizer, chosen)
    assert found["measured"] and found["probes"]["n"] == len(chosen) > 50
    with pair.base() as base:
        before = generate.answer_losses(base, pair.tokenizer, asked)
    after = generate.answer_losses(pair.tuned, pair.tokenizer, asked)
    for name, losses in (("base", before), ("tuned", after)):
        mean = sum(total for total, _ in losses) / sum(count for _, count in losses)
        assert found["probes"][name] == pytest.approx(mean, rel=1e-4)
    ends = {row["scale"]: row for row in found["strength"]["rows"]}
    assert ends[0.0]["loss"] == pytest.approx(found["probes"]["base"], rel=1e-4)
    assert ends[1.0]["loss"] == pytest.approx(found["probes"]["tuned"], rel=1e-4)
    assert ends[1.0]["task_loss"] < ends[0.0]["task_loss"], "what was trained is better at full strength"


def test_a_training_driven_into_three_labels_is_called_forgetting_and_one_voice(found):
    said = found["verdicts"]
    assert said["forgetting"]["forgetting"] and said["forgetting"]["carried_by"] == ["probes", "drift"]
    assert found["probes"]["low"] > 0 and found["probes"]["drift"]["low"] > 0.05
    assert said["style"]["locked_in"] and set(said["style"]["carried_by"]) & {"openings", "markers", "copied"}
    assert set(found["style"]["markers"]["words"]) == set(helpers.THINGS)
    assert len(found["style"]["answers"]) == found["style"]["openings"]["n"] == found["style"]["markers"]["n"]


def test_the_result_is_json_and_the_same_again_but_for_what_benchmarks_add(found, pair, examples):
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    answers = [example.answer for example in examples["train"]]
    guessed = {"base": 0.3, "tuned": 0.28, "n": 50, "difference": -0.02, "low": -0.1, "high": 0.06, "chance": 0.25}
    again = measure(pair, answers, SYSTEM, {"arc_easy": guessed}, held_out=examples["test"])
    assert "arc easy can say nothing" in again["verdicts"]["forgetting"]["sentence"]
    alone = found["notes"][-1]
    assert "No benchmark" in alone and alone not in again["notes"]
    for name in found.keys() - {"verdicts", "notes"}:
        assert again[name] == found[name], name
    assert again["verdicts"]["style"] == found["verdicts"]["style"]


def test_progress_rises_to_its_end(found, told):
    steps = [step for step, _, _ in told]
    assert steps == sorted(steps) and steps[0] == 0 and steps[-1] == told[-1][1]
    assert {total for _, total, _ in told} == {steps[-1]} and len({message for _, _, message in told}) == 9
    assert found["system_prompt"]["n"] == found["probes"]["n"]


def test_a_model_that_did_not_change_has_forgotten_nothing(pair):
    with pair.base() as base:
        same = measure(modeling.Pair(base, pair.tokenizer, whole_base=base), ["fruit", "tool"], SYSTEM)
    assert same["probes"]["difference"] == same["probes"]["drift"]["mean"] == same["probes"]["drift"]["changed"] == 0
    assert not same["verdicts"]["forgetting"]["forgetting"] and not same["verdicts"]["style"]["locked_in"]
    assert same["verdicts"]["forgetting"]["result"] == "no clear change"


def test_a_stop_keeps_what_was_measured(pair):
    nothing = measure(pair, should_stop=lambda: True)
    assert nothing == {"measured": False, "reason": "It was stopped before anything was measured."}
    seen: list[str] = []
    part = measure(
        pair,
        ["fruit"],
        SYSTEM,
        on_progress=lambda step, total, message: seen.append(message),
        should_stop=lambda: any("other questions" in message for message in seen),
    )
    assert part["measured"] and part["stopped"] and part["probes"]["n"] > 50
    assert part["style"] is part["system_prompt"] is part["strength"] is None
    assert set(part["verdicts"]) == {"forgetting"}


def test_one_that_chooses_by_its_head_has_nothing_to_forget(pair):
    found = measure(replace(pair, labels=("fruit", "tool")))
    assert not found["measured"] and "writes nothing" in found["reason"]


def test_a_context_too_small_for_the_probes_is_said(pair, monkeypatch):
    monkeypatch.setattr(pair.tuned.config, "max_position_embeddings", 24)
    found = measure(pair)
    assert not found["measured"] and "24 tokens" in found["reason"]


def test_without_a_chat_template_the_probes_are_read_as_texts_and_nothing_is_asked(pair, run, tmp_path):
    folder = helpers.make_base_model(tmp_path)
    (folder / "chat_template.jinja").unlink()
    plain = modeling.load_tokenizer(str(folder), plain=True)
    text = Example(1, (Message("assistant", "Ada saw apple in barn"),))
    found = measure(replace(pair, tokenizer=plain), ["Ada saw"], "", held_out=[text])
    assert found["probes"]["n"] > 50 and "no chat template" in found["style"]["reason"]
    assert set(found["verdicts"]) == {"forgetting"} and found["strength"]["rows"][0]["task_loss"] > 0
