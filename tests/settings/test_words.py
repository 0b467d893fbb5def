"""A wrong setting said in words: what it takes, what was given, what a misspelled key was meant to be."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ft_core.settings import words
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec


def said(model: type[BaseModel], values: dict[str, Any]) -> list[str]:
    """What `words` makes of all problems, each labelled by its dotted key."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return [words.sentence(problem, ".".join(map(str, problem["loc"])), model) for problem in caught.value.errors()]


def project(**values: Any) -> list[str]:
    return said(ProjectSpec, {"data": {"source": "x.csv"}} | values)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"epochs": "x"}, "epochs: must be a number above 0 and at most 100 (given: 'x')."),
        ({"epochs": 0}, "epochs: must be a number above 0 and at most 100 (given: 0)."),
        ({"learning_rate": None}, "learning_rate: must be a number above 0 and at most 1 (given: nothing)."),
        ({"batch_size": 1.5}, "batch_size: must be a whole number from 1 to 1,024 (given: 1.5)."),
        ({"lora_rank": "many"}, "lora_rank: must be a whole number from 1 to 256 (given: 'many')."),
        ({"lora_dropout": 1}, "lora_dropout: must be a number of at least 0 and below 1 (given: 1)."),
        ({"warmup_ratio": float("nan")}, "warmup_ratio: must be a number from 0 to 0.5 (given: nan)."),
        ({"threads": float("inf")}, "threads: must be a whole number of at least 1 (given: inf)."),
        ({"weight_decay": [1]}, "weight_decay: must be a number from 0 to 1 (given: [1])."),
        ({"keep": "all"}, "keep: must be `best` or `last` (given: 'all')."),
    ],
)
def test_a_wrong_number_or_choice_gets_what_the_setting_takes(given, wanted):
    assert said(TrainSpec, given) == [wanted]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"task": "chats"},
            "task: must be `classification`, `instruction`, `chat`, `preference` or `text` (given: 'chats').",
        ),
        ({"share": {"private": "maybe"}}, "share.private: must be true or false (given: 'maybe')."),
        ({"data": {"source": 5}}, "data.source: must be text, or a list of texts, so put it in quotes (given: 5)."),
        ({"data": {"source": [["a"]]}}, "data.source: must be text, or a list of texts (given: [['a']])."),
        ({"data": {"source": []}}, "data.source: must be text, or a list of texts (given: [])."),
        ({"model": {"base": ""}}, "model.base: must be text, not empty (given: '')."),
        ({"evaluation": {"benchmarks": "x"}}, "evaluation.benchmarks: must be a list, such as [a, b] (given: 'x')."),
        (
            {"evaluation": {"benchmarks": [1]}},
            "evaluation.benchmarks.0: must be `arc_easy`, `arc_challenge`, `hellaswag`, `mmlu` or `truthfulqa` (given: 1).",
        ),
        (
            {"data": {"source": "a.csv", "benchmarks": [1]}},
            "data.benchmarks.0: must be text, so put it in quotes (given: 1).",
        ),
        ({"training": 3}, "training: must be followed by settings of its own, such as `method` (given: 3)."),
    ],
)
def test_a_wrong_text_switch_list_or_section(given, wanted):
    assert project(**given) == [wanted]


def test_a_date_is_told_to_be_put_in_quotes():
    assert "put it in quotes" in project(model={"revision": date(2026, 1, 2)})[0]


def test_patterns_are_said_in_words():
    (name,) = project(name="Größe!")
    assert name.startswith("name: must be letters A to Z, digits, spaces") and "at most 60" in name
    (repo,) = project(share={"repo": "no-slash"})
    assert repo.startswith("share.repo: must be owner/name") and "\\w" not in name + repo


def test_a_misspelled_key_gets_the_one_that_was_meant():
    assert project(training={"learning_rat": 1}) == [
        "training.learning_rat is not a setting. Did you mean `learning_rate`?"
    ]
    assert project(training={"Batch-Size": 1})[0].endswith("Did you mean `batch_size`?")
    assert project(trainin={})[0].endswith("Did you mean `training`?")


def test_a_key_in_the_wrong_place_gets_its_place():
    assert project(epochs=3) == ["epochs is not a setting. Did you mean `training.epochs`?"]
    assert project(seed=3)[0].endswith("Did you mean `data.split.seed`, `training.seed` or `sweep.seed`?")


def test_a_key_like_no_other_gets_the_list():
    assert project(share={"colour": 1}) == ["share.colour is not a setting. There are: `repo`, `private`."]
    assert said(ProjectSpec, {"data": {"source": "x"}, 1: 2})[0].startswith("1 is not a setting. There are: `version`")


def test_a_long_value_is_cut():
    (name,) = project(name="x" * 500)
    assert "..." in name and len(name) < 300


def test_no_sentence_speaks_as_the_library_does():
    wrong: Any = {"name": 1, "task": 1, "model": 1, "training": {key: "x" for key in TrainSpec.model_fields}}
    sentences = said(ProjectSpec, wrong | {"evaluation": {"limit": "x", "few_shot": "x"}, "share": {"repo": 1}})
    assert len(sentences) == len(TrainSpec.model_fields) + 7
    assert not [each for each in sentences if "nput" in each or "should" in each or "parse" in each]
