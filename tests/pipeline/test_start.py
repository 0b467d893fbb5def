"""Where a training starts: what is taken from that run, what is refused, and that it is trained from there."""

import json

import pytest

from ft_core.errors import FTError
from ft_core.pipeline.runs import create_run, duplicate
from ft_core.pipeline.start import started
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import sft, training
from ft_core.workspace import Workspace


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def first(prepared):
    """A trained run in the workspace of `prepared`."""
    workspace, spec, dataset = prepared
    run = create_run(workspace, spec, dataset)
    training.train(run, quiet)
    return run


def on(spec: ProjectSpec, start: str, training: TrainSpec | None = None, **model: str) -> ProjectSpec:
    """The project with a start and no other model or training settings but those given."""
    quick = TrainSpec(epochs=1, batch_size=8, max_length=64, threads=1, evaluations=1)
    return spec.model_copy(update={"model": ModelSpec(start=start, **model), "training": training or quick})


def test_base_and_adapter_are_those_of_the_start_and_it_learns_on(prepared, first):
    workspace, spec, dataset = prepared
    run = create_run(workspace, on(spec, first.id), dataset)
    assert run.spec().model == first.spec().model.model_copy(update={"start": first.id})
    assert (run.spec().training.method, run.spec().training.lora_rank) == ("qlora", 4)
    weights = (first.training() or {})["weights_sha256"]
    assert run.data()["start"] == {"run": first.id, "weights_sha256": weights}
    found = run.start()
    assert found is not None and found.folder == first.folder.resolve()
    model = sft.prepare(run, quiet, None, 8).trainer.trained
    grown = [float(values.detach().abs().sum()) for name, values in model.named_parameters() if "lora_B" in name]
    assert grown and all(grown), "a fresh adapter would have zeros there"
    result = training.train(run, quiet)
    assert result["status"] == "done" and result["weights_sha256"] != weights
    assert run.metrics()[0]["loss"] < first.metrics()[0]["loss"]
    assert duplicate(workspace, run, {"epochs": 2.0}).data()["start"] == run.data()["start"]


def test_a_training_on_pairs_takes_no_dropout_over(prepared, first):
    workspace, spec, _ = prepared
    path = first.adapter / "adapter_config.json"
    before = path.read_text()
    path.write_text(json.dumps(json.loads(before) | {"lora_dropout": 0.1}))
    try:
        for task, dropout in (("preference", 0.0), ("classification", 0.1)):
            asked = on(spec, first.id).model_copy(update={"task": task})
            assert started(workspace, asked).training.lora_dropout == dropout
    finally:
        path.write_text(before)


def test_a_folder_names_the_run_too(prepared, first):
    workspace, spec, _ = prepared
    assert started(workspace, on(spec, str(first.folder))).model.start == first.id
    assert started(workspace, spec) is spec


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": ModelSpec(start="20200101-000000-abcdef")}, "run.missing"),
        ({"model": ModelSpec(start="untrained")}, "model.untrained"),
        ({"model": ModelSpec(base="starter", start="first")}, "model.other_base"),
        ({"training": TrainSpec(lora_rank=8)}, "model.other_shape"),
        ({"training": TrainSpec(method="full")}, "model.other_shape"),
    ],
)
def test_what_cannot_be_started_from_is_refused(prepared, first, changes, code):
    workspace, spec, dataset = prepared
    ids = {"first": first.id, "untrained": create_run(workspace, spec, dataset).id}
    wanted = on(spec, first.id).model_copy(update=changes)
    named = wanted.model.start or ""
    wanted = wanted.model_copy(update={"model": wanted.model.model_copy(update={"start": ids.get(named, named)})})
    with pytest.raises(FTError) as caught:
        create_run(workspace, wanted, dataset)
    assert caught.value.code == code


def test_a_run_of_another_workspace_is_refused(prepared, first, tmp_path):
    _, spec, dataset = prepared
    with pytest.raises(FTError) as caught:
        create_run(Workspace(tmp_path), on(spec, str(first.folder)), dataset)
    assert caught.value.code == "model.start_elsewhere"


def test_a_start_that_was_trained_on_since_is_refused(prepared, first):
    workspace, spec, dataset = prepared
    run = create_run(workspace, on(spec, first.id), dataset)
    result = first.training() or {}
    try:
        first.write_training(result | {"weights_sha256": "other"})
        with pytest.raises(FTError) as caught:
            run.start()
    finally:
        first.write_training(result)
    assert caught.value.code == "model.start_changed" and json.dumps(caught.value.as_dict())
    assert run.start() is not None
