"""SweepSpec: ranges within each setting's own limits, all wrong ones refused at once, usual ranges for those without one."""

import pytest
import yaml

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.methods import METHODS, used_by
from ft_core.settings.sweep import NOT_SWEPT, OF_THE_LOSS, SWEPT, RangeSpec, SweepSpec, default_range
from ft_core.settings.train import TrainSpec


def parsed(settings: object) -> project.ProjectSpec:
    return project.parse({"data": {"source": "x.csv"}, "sweep": {"settings": settings}}, "p.yaml")


WRONG = {
    "learning_rat": (None, "is no training setting; `learning_rate` was probably meant"),
    "threads": ([1, 2], "cannot be tried: it does not change what is learnt"),
    "lora_rank": ({"low": 0, "high": 8}, "must be a whole number from 1 to 256 (given: 0)"),
    "lora_alpha": ([1.5], "must be a whole number from 1 to 1,024 (given: 1.5)"),
    "learning_rate": ({"values": [0.1, "fast"]}, "must be a number above 0 and at most 1 (given: 'fast')"),
    "epochs": ({"low": 5, "high": 2}, "`low` must be below `high` (given: 5 and 2)"),
    "batch_size": ([8, 8], "names a value twice"),
    "method": ({"low": 1, "high": 2}, "is no number: give it `values`"),
    "weight_decay": ({"low": 0, "high": 0.1, "log": True}, "a range by its logarithm must begin above 0"),
    "warmup_ratio": ({"low": 0.1}, "needs `high` too"),
    "seed": ({"low": 1, "high": 2, "values": [3]}, "has both `values` and a range: keep one of them"),
    "trained_layers": ({"lo": 16}, "`lo` is not a setting. Did you mean `low`"),
    "max_length": ([64, 128], "cannot be tried: it changes the loss itself, so the trials could not be compared"),
    "preference_beta": ([0.1, 0.5], "cannot be tried: it changes the loss itself, so the trials could not be compared"),
    "preference_loss": (None, "cannot be tried: it changes the loss itself, so the trials could not be compared"),
    "schedule": ([None], "`values`: must be a list of numbers or names, such as [8, 16]"),
}


def test_all_wrong_ranges_are_refused_at_once():
    with pytest.raises(FTError) as caught:
        parsed({name: given for name, (given, _) in WRONG.items()})
    assert caught.value.why.splitlines() == [f"`sweep.settings.{name}`: {said}." for name, (_, said) in WRONG.items()]
    assert "`sweep.settings.epochs`" in caught.value.fix


@pytest.mark.parametrize("nothing", [{}, [], None, 5])
def test_a_sweep_needs_a_setting(nothing):
    with pytest.raises(FTError, match="must be training settings, each with its range"):
        parsed(nothing)


def test_values_take_the_type_of_their_setting():
    settings = {"learning_rate": ["1e-3", 0.01], "lora_rank": [8.0, 16], "four_bit": [True, False]}
    found = SweepSpec.model_validate({"settings": settings}).settings
    assert found["learning_rate"].values == (0.001, 0.01)
    assert found["lora_rank"].values == (8, 16) and all(type(rank) is int for rank in found["lora_rank"].values or ())


def test_a_wide_range_goes_by_its_logarithm_unless_it_says_otherwise():
    assert RangeSpec(low=0.001, high=0.01).by_log and not RangeSpec(low=1, high=5).by_log
    assert not RangeSpec(low=0.001, high=0.01, log=False).by_log and not RangeSpec(low=0, high=10).by_log


def test_a_range_knows_what_it_holds():
    assert RangeSpec(low=1, high=2).holds(1.5) and not RangeSpec(low=1, high=2).holds(3)
    assert RangeSpec(values=("a",)).holds("a") and not RangeSpec(values=(1,)).holds(2)
    assert not RangeSpec(low=1, high=2).holds("a")


def test_a_setting_without_a_range_gets_a_usual_one():
    training = TrainSpec(learning_rate=2e-3, lora_rank=16, epochs=3, batch_size=1)
    usual = ("learning_rate", "lora_rank", "epochs", "batch_size")
    filled = SweepSpec.model_validate({"settings": list(usual)}).filled(training).settings
    rate = filled["learning_rate"]
    assert rate.low and rate.high and 9.9 < rate.high / rate.low < 10.1 and rate.by_log and rate.holds(2e-3)
    assert filled["lora_rank"].values == (8, 16, 32) and filled["epochs"].values == (1.5, 3, 6)
    assert filled["batch_size"].values == (1, 2), "half of one example is none"
    assert all(default_range(name, training) == filled[name] for name in usual)


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_has_a_usual_range_within_its_limits(method):
    large = {
        "learning_rate": 1,
        "lora_rank": 256,
        "lora_alpha": 1024,
        "epochs": 100,
        "batch_size": 1024,
        "virtual_tokens": 512,
    }
    large |= {"lora_dropout": 0.9, "warmup_ratio": 0.5, "weight_decay": 1, "trained_layers": 1, "training_share": 0.1}
    most = TrainSpec.model_validate(
        {"method": method} | {name: value for name, value in large.items() if used_by(method, name)}
    )
    names = [name for name in SWEPT if used_by(method, name)]
    filled = SweepSpec.model_validate({"settings": names}).filled(most)
    assert set(filled.settings) == set(names) and all(
        given.holds(getattr(most, name)) for name, given in filled.settings.items()
    )
    assert SweepSpec.model_validate(filled.model_dump(mode="json")) == filled


def test_settings_that_no_method_has_are_refused():
    sweep = SweepSpec.model_validate({"settings": {"virtual_tokens": [4, 8], "learning_rate": None}})
    with pytest.raises(FTError) as caught:
        sweep.filled(TrainSpec())
    assert caught.value.code == "sweep.unused" and "`virtual_tokens`" in caught.value.what
    both = SweepSpec.model_validate({"settings": {"virtual_tokens": [4, 8], "method": ["qlora", "prompt_tuning"]}})
    assert both.filled(TrainSpec()) == both


PISSA = TrainSpec(method="lora", initialisation="pissa")
HEADED = TrainSpec(method="lora", head="classification")


@pytest.mark.parametrize(
    ("training", "task", "settings", "refused"),
    [
        (HEADED, "classification", {"method": ["lora", "prompt_tuning"]}, "`method`: prompt_tuning"),
        (HEADED, "classification", {"initialisation": ["default", "eva"]}, "`initialisation`: eva"),
        (PISSA, None, {"method": ["lora", "qlora", "dora"]}, "`method`: qlora, `method`: dora"),
        (TrainSpec(method="lora"), "preference", {"initialisation": ["default", "pissa"]}, "`initialisation`: pissa"),
        (TrainSpec(method="lora"), "preference", {"method": ["lora", "ia3"]}, "`method`: ia3"),
        (TrainSpec(), None, {"initialisation": ["default", "loftq"]}, "`initialisation`: loftq"),
        (TrainSpec(), None, {"initialisation": ["pissa", "loftq"], "method": ["qlora", "dora"]}, "`method`: dora"),
    ],
)
def test_values_that_no_trial_can_have_are_refused(training, task, settings, refused):
    with pytest.raises(FTError) as caught:
        SweepSpec.model_validate({"settings": settings}).filled(training, task)
    assert caught.value.code == "sweep.impossible" and refused in caught.value.what and caught.value.why


def test_values_that_some_trial_can_have_are_kept():
    both = {"initialisation": ["default", "pissa"], "method": ["qlora", "lora"]}
    for settings, on_gpu in ((both, False), ({"initialisation": ["default", "loftq"]}, True)):
        sweep = SweepSpec.model_validate({"settings": settings})
        assert sweep.filled(TrainSpec(), None, on_gpu) == sweep


def test_a_usual_range_holds_only_what_can_be_trained():
    assert default_range("method", PISSA).values == ("lora", "rslora")
    assert default_range("initialisation", TrainSpec()).values == ("default", "eva")
    assert default_range("initialisation", TrainSpec(), None, on_gpu=True).values == ("default", "loftq", "eva")
    for training, task in ((HEADED, "classification"), (TrainSpec(method="lora"), "preference")):
        assert default_range("initialisation", training, task).values == ("default",)
    names = {"settings": ["method", "initialisation"]}
    for training, task in ((PISSA, None), (HEADED, "classification"), (TrainSpec(method="full"), "preference")):
        asked = names if training.method != "full" else {"settings": ["method"]}
        assert SweepSpec.model_validate(asked).filled(training, task).settings["method"].holds(training.method)


def test_a_sweep_survives_the_project_file():
    spec = parsed({"learning_rate": {"low": 1e-4, "high": 1e-2}, "lora_rank": [8, 16], "method": ["qlora", "lora"]})
    assert project.parse(yaml.safe_load(project.dump(spec)), "p") == spec


def test_every_field_explains_itself():
    for model in (SweepSpec, RangeSpec):
        for name, field in model.model_fields.items():
            assert field.title and (field.description or "").endswith("."), name
    assert set(NOT_SWEPT) | set(OF_THE_LOSS) | set(SWEPT) | {"head"} == set(TrainSpec.model_fields)
