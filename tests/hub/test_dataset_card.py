"""What the dataset card says, and that text from data stays text."""

import pytest
import yaml
from huggingface_hub import DatasetCard

from ft_core.hub.dataset_card import dataset_card, features, is_licence, splits_of, unmasked
from tests.hub.made_dataset import make_dataset, make_mix, private_step, with_report


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("home"))


def front_matter(card: str) -> dict:
    return yaml.safe_load(card.split("---\n")[1])


def section(card: str, title: str) -> str:
    return card.split(f"## {title}\n\n")[1].split("\n\n## ")[0]


def test_the_front_matter_tells_the_hub_what_it_needs(dataset):
    values = front_matter(dataset_card(dataset, "alice/tickets", "cc-by-4.0"))
    assert values["license"] == "cc-by-4.0" and values["task_categories"] == ["text-classification"]
    assert values["size_categories"] == ["n<1K"] and values["tags"] == ["fine-tuning-studio"]
    assert values["configs"][0]["data_files"] == [
        {"split": split, "path": f"data/{split}.parquet"} for split in ("train", "validation", "test")
    ]
    columns = {one["name"]: one for one in values["dataset_info"]["features"]}
    assert {"row", "messages", "prompt", "label"} <= set(columns) and "part" not in columns
    assert set(columns["label"]["dtype"]["class_label"]["names"].values()) == set(dataset.labels)
    assert values["dataset_info"]["splits"] == [{"name": name, "num_examples": n} for name, n in dataset.counts.items()]
    assert DatasetCard(dataset_card(dataset, "alice/tickets")).data.license == "unknown"


def test_it_says_where_it_came_from_and_what_was_done(dataset):
    card = dataset_card(dataset, "alice/tickets")
    origin = section(card, "Where it came from")
    assert "| Source | tickets.csv |" in origin and "| Rows read | 61 |" in origin and dataset.sha256 in origin
    assert r"| System prompt | Sort \*it\*. |" in origin
    assert "| Duplicates | 1 | 0 | 1 |" in section(card, "What was cleaned")
    assert f"| Examples | {dataset.counts['train']} |" in section(card, "Splits")
    assert "load_dataset('alice/tickets')" in section(card, "How to load it")
    assert f"`{dataset.id}`" in section(card, "How it was made")


def test_nothing_of_this_machine_and_no_row_is_in_it(dataset):
    card = dataset_card(dataset, "alice/tickets")
    assert str(dataset.folder.parent.parent) not in card and "private/" not in card and "message 7" not in card


def test_labels_cannot_draw(dataset):
    body = dataset_card(dataset, "alice/tickets").split("---\n", 2)[2]
    assert (
        r"| Label bill \| ing |" in body and "&lt;x&gt;login" in body and "<x>" not in body and " *other*" not in body
    )


def test_an_unknown_licence_is_said_plainly_and_a_known_one_is_somebodys_word(dataset):
    assert section(dataset_card(dataset, "a/b"), "Licence").startswith("Unknown: whoever shared it named none.")
    assert section(dataset_card(dataset, "a/b", "mit"), "Licence").startswith("`mit`, as the person")
    assert is_licence("cc-by-4.0") and not is_licence("MIT License") and not is_licence("mit\n---")


def test_what_is_still_wrong_is_said(dataset):
    assert section(dataset_card(dataset, "a/b"), "What is still wrong").startswith("Nothing that was looked for.")
    conflict = {"code": "conflicts", "title": "One text, different answers", "count": 4, "rows": [1, 2, 3, 4]}
    step = private_step(code="conflicts", found=4)
    worse = with_report(dataset, problems=[conflict], steps=[step])
    assert "| One text, different answers | 4 |" in section(dataset_card(worse, "a/b"), "What is still wrong")


@pytest.mark.parametrize(
    "steps, words",
    [
        ([], "Nobody has looked for private data"),
        ([private_step("mask", changed=12)], "found in 12 rows, masked in 12, 0 left out, 0 kept as they are."),
        ([private_step()], "**It holds private data or secrets.**"),
        ([private_step("mask", changed=0, found=0)], "found in 0 rows"),
    ],
)
def test_what_became_of_private_data_is_said(dataset, tmp_path, steps, words):
    other = with_report(make_dataset(tmp_path), steps=steps)
    assert words in section(dataset_card(other, "a/b"), "Private data")


def test_unmasked_is_what_was_found_and_neither_mended_nor_left_out():
    report = {"steps": [private_step()], "problems": []}
    assert unmasked(report) == [("Private data", 12, list(range(1, 13)))]
    assert unmasked({"steps": [private_step("mask", changed=12)], "problems": []}) == []
    assert unmasked({"steps": [private_step("drop", removed=10)], "problems": []})[0][1] == 2, "two were kept by hand"
    assert unmasked({"steps": [private_step(code="html")], "problems": []}) == []
    problem = {"code": "secrets", "title": "Secrets", "count": 3, "rows": [4, 5, 6]}
    assert unmasked({"steps": [], "problems": [problem]}) == [("Secrets", 3, [4, 5, 6])]
    handled = private_step("mask", code="secrets", found=3, changed=3)
    assert unmasked({"steps": [handled], "problems": [problem]}) == []


def test_a_mix_names_its_parts(tmp_path):
    mixed = make_mix(tmp_path)
    card = dataset_card(mixed, "alice/mix")
    values = front_matter(card)
    assert values["task_categories"] == ["text-generation"] and values["pretty_name"] == "tickets.csv + faq.csv"
    assert "part" in features(mixed) and "label" not in features(mixed)
    used = mixed.report["parts"]["faq"]["used"]
    splits = section(card, "Splits")
    assert f"| Part faq | {used['train']} | {used['validation']} | {used['test']} |" in splits
    assert "several times" in splits


def test_a_split_without_examples_is_not_named(tmp_path):
    dataset = make_dataset(tmp_path)
    empty = with_report(dataset)
    object.__setattr__(empty, "_values", empty._values | {"counts": empty.counts | {"validation": 0}})
    assert splits_of(empty) == ["train", "test"]
