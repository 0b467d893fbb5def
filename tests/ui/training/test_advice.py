"""The coach in the page: cards, and the corrected run in the form."""

import pytest

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.model import ModelSpec
from ft_core.ui import show
from ft_core.ui.training import advice, form

def_rows = range(1, 61)


@pytest.fixture
def thrown(example_run, job_state):
    """A run whose loss is thrown about."""
    (example_run.folder / "metrics.jsonl").unlink(missing_ok=True)
    for step in def_rows:
        loss = 2.0 - step * 0.02 if step < 20 else 6.0 - (step % 5) * 0.3
        row = {
            "kind": "train",
            "step": step,
            "loss": loss,
            "gradient_norm": 1.0,
            "learning_rate": 0.05,
            "token_accuracy": 0.5,
            "epoch": step / 60,
        }
        example_run.append_metric(row)
        if step % 10 == 0:
            example_run.append_metric({"kind": "validation", "step": step, "loss": loss, "token_accuracy": 0.5})
    example_run.write_job("train", job_state("done", step=60, total=60))
    return example_run


def test_a_card_says_what_why_and_what_to_do(workspace, thrown):
    shown = advice.show_advice(workspace, "", thrown.id)
    assert shown[2]["visible"] and "learning rate is too high" in shown[3] and "What to do" in shown[3]
    assert "The corrected run: Learning rate" in shown[3] and shown[2 + 2 * advice.PLACES]["visible"]
    assert isinstance(advice.show_advice(workspace, shown[0], thrown.id), dict), "nothing new"


def test_without_a_validation_the_coach_looks_again_as_the_training_goes_on(workspace, thrown, job_state):
    thrown.write_job("train", job_state("running", step=60, total=90))
    rows = [row for row in thrown.metrics() if row["kind"] == "train"]
    (thrown.folder / "metrics.jsonl").unlink()
    for row in rows[:15]:
        thrown.append_metric(row)
    seen, _, card, *_ = advice.show_advice(workspace, "", thrown.id)
    assert not card["visible"]
    for row in rows[15:]:
        thrown.append_metric(row)
    assert advice.show_advice(workspace, seen, thrown.id)[2]["visible"]


def test_a_card_has_the_numbers_that_its_button_fills_in(workspace, thrown):
    seen, _, _, card, *_ = advice.show_advice(workspace, "", thrown.id)
    last = next(row for row in reversed(thrown.metrics()) if row["kind"] == "train")
    for step in range(61, 101):
        thrown.append_metric(last | {"step": step, "loss": 7.5 - step % 5})
    now = advice.show_advice(workspace, seen, thrown.id)
    assert [one.code for one in advice.of_run(thrown)][:1] == ["learning_rate_too_high"] and now[3] != card
    assert show.quoted(advice.of_run(thrown)[0].what) in now[3]


def test_one_press_prepares_the_corrected_run(workspace, thrown):
    dataset, name, base, started, pinned, suggested, start, *inputs = advice.correcting(0)(workspace, thrown.id)
    values = {key: update["value"] for key, update in zip(form.NAMES, inputs, strict=True)}
    (first, *_) = advice.of_run(thrown)
    assert values["learning_rate"] == first.changes["learning_rate"] < 0.05
    assert values["epochs"] == thrown.spec().training.epochs and (name, base["value"]) == (
        thrown.spec().name,
        "starter",
    )
    assert dataset == thrown.data()["dataset"] and set(suggested.values()) == {None}
    assert start["variant"] == "primary" and started["value"] == "" and not started["visible"] and pinned == {}


def test_the_corrected_run_starts_from_the_very_same_model(workspace, thrown):
    model = ModelSpec(base="a/b", start="20260101-000000-abcdef")
    thrown.project.write_text(project.dump(thrown.spec().model_copy(update={"model": model})))
    thrown.write_model_revision("c0ffee")
    _, _, base, started, pinned, *_ = advice.correcting(0)(workspace, thrown.id)
    assert started["value"] == thrown.spec().model.start and started["visible"] and not base["interactive"]
    assert started["value"] in [identity for _, identity in started["choices"]] and pinned == {"a/b": "c0ffee"}
    model = form.model_of("a/b", "", pinned)
    assert (model.base, model.revision) == ("a/b", "c0ffee") and form.model_of("a/c", "", pinned).revision is None


def test_advice_that_is_gone_is_said_so(workspace, thrown):
    with pytest.raises(FTError, match="out of date") as caught:
        advice.correcting(advice.PLACES - 1)(workspace, thrown.id)
    assert caught.value.code == "advice.gone"
