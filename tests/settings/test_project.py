"""The project file: defaults, round trip, every wrong key at once, newer versions refused."""

import pytest
from pydantic import ValidationError

from ft_core.errors import FTError
from ft_core.settings import project

MINIMAL = {"data": {"source": "tickets.csv"}}


def test_only_the_source_is_needed_and_the_rest_has_defaults():
    spec = project.parse(MINIMAL, "p.yaml")
    assert (spec.training.method, spec.model.base, spec.data.split.test) == ("qlora", "starter", 0.2)


def test_written_and_read_again_it_is_the_same(tmp_path):
    spec = project.parse(
        MINIMAL | {"name": "Größe ok".replace("ö", "o").replace("ß", "s"), "training": {"epochs": 3}}, "p.yaml"
    )
    path = tmp_path / "project.yaml"
    path.write_text(project.dump(spec), encoding="utf-8")
    assert project.load(path) == spec


def test_every_wrong_key_is_named_at_once():
    with pytest.raises(FTError) as caught:
        project.parse({"data": {"sauce": "x"}, "training": {"epochs": 0, "learning_rat": 1}, "colour": 1}, "p.yaml")
    error = caught.value
    assert error.code == "project.invalid"
    for key in ("data.source", "data.sauce", "training.epochs", "training.learning_rat", "colour"):
        assert f"`{key}`" in error.why and f"`{key}`" in error.fix


def test_each_problem_has_a_line_and_a_typo_its_suggestion():
    with pytest.raises(FTError) as caught:
        project.parse(MINIMAL | {"training": {"learning_rat": 1, "epochs": "x"}}, "p.yaml")
    assert caught.value.why.splitlines() == [
        "`training.epochs`: must be a number above 0 and at most 100 (given: 'x').",
        "`training.learning_rat` is not a setting. Did you mean `learning_rate`?",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("version: 2\ndata: {source: x}", "project.newer"),
        ("data: [", "project.yaml"),
        ("name: 2026-13-01", "project.yaml"),
        ("- a\n- b", "project.invalid"),
        ("", "project.invalid"),
    ],
)
def test_a_file_that_is_no_project_is_refused_with_its_reason(tmp_path, text, code):
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FTError) as caught:
        project.load(path)
    assert caught.value.code == code


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FTError) as caught:
        project.load(tmp_path / "none.yaml")
    assert caught.value.code == "project.missing"


def test_a_data_file_in_its_place_is_told_what_to_do(tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("message,label\na: b,c\n")
    with pytest.raises(FTError) as caught:
        project.load(path)
    assert caught.value.code == "project.invalid" and "`data: {source: tickets.csv}`" in caught.value.fix


def test_values_cannot_be_changed():
    with pytest.raises(ValidationError):
        project.parse(MINIMAL, "p.yaml").name = "other"


@pytest.mark.parametrize("repo", ["no-slash", "../x", "a/b/c", "a b/c"])
def test_a_repository_has_an_owner_and_a_name(repo):
    with pytest.raises(FTError):
        project.parse(MINIMAL | {"share": {"repo": repo}}, "p.yaml")


def test_settings_of_a_training_on_pairs_belong_to_that_task_alone():
    given = {"preference_loss": "ipo", "preference_beta": 0.2}
    for task in (None, "instruction"):
        with pytest.raises(FTError) as caught:
            project.parse(MINIMAL | {"task": task, "training": given}, "p.yaml")
        for name in given:
            assert f"`training.{name}`" in caught.value.why and f"`training.{name}`" in caught.value.fix
    spec = project.parse(MINIMAL | {"task": "preference", "training": given}, "p.yaml")
    assert project.parse(spec.model_dump(mode="json"), "again") == spec
    assert "preference_" not in project.dump(project.parse(MINIMAL, "p.yaml")), "not written where it does not belong"


@pytest.mark.parametrize(
    "training",
    [
        {"method": "ia3"},
        {"method": "prompt_tuning"},
        {"method": "lora", "initialisation": "pissa"},
        {"method": "lora", "lora_dropout": 0.1},
    ],
)
def test_what_cannot_be_in_a_training_on_pairs_is_refused_in_words(training):
    assert project.parse(MINIMAL | {"task": "instruction", "training": training}, "p.yaml").training.method
    with pytest.raises(FTError) as caught:
        project.parse(MINIMAL | {"task": "preference", "training": training}, "p.yaml")
    assert "pairs" in caught.value.why and "`training." in caught.value.fix
