"""A mix of sources: by weight, by part, with nothing of one part's test in another part's training."""

import pytest

from ft_core.data.mix import part_specs, prepare_mix, weighted, without_copies
from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError
from ft_core.settings.data import ColumnSpec, DataSpec, EditSpec, PartSpec, SplitSpec
from ft_core.settings.example import Example, Message
from tests.data.made import pairs

FAQ = PartSpec(name="faq", source="faq.csv", system="Answer.")
SPEC = DataSpec(source="tickets.csv", name="tickets", system="Sort.", mix=(FAQ,))
WORDS = (
    "river",
    "stone",
    "cloud",
    "ember",
    "maple",
    "harbour",
    "lantern",
    "meadow",
    "orchid",
    "pebble",
    "quartz",
    "saddle",
)


def text(number: int) -> str:
    """A text of eight words that shares few of them with any other."""
    return " ".join(f"{WORDS[(number * step) % 12]}{number * step % 89}" for step in range(1, 9))


def write(path, header, rows):
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")
    return path


@pytest.fixture
def sources(tmp_path):
    tickets = [(text(n), ("billing", "returns")[n % 2]) for n in range(60)]
    faq = [(text(n), f"do {text(n + 7)}") for n in range(100, 140)]
    return {
        "tickets": write(tmp_path / "tickets.csv", "message,label", tickets),
        "faq": write(tmp_path / "faq.csv", "question,answer", [*faq, ("", "nothing"), faq[0]]),
    }


def all_of(dataset: Dataset) -> list[Example]:
    return [example for split in ("train", "validation", "test") for example in dataset.examples(split)]


def test_parts_are_prepared_apart_and_joined(tmp_path, sources, tokenizer_folder):
    datasets = tmp_path / "datasets"
    window = Window(ChatTokenizer.load(tokenizer_folder), 512)
    told: list[str] = []
    mixed = prepare_mix(sources, SPEC, None, datasets, window, told.append)
    assert "faq: splitting" in told and "tickets: reading tickets.csv" in told and told[-2:] == ["mixing", "storing"]
    assert mixed.task == "instruction" and mixed.labels == [], "one part has texts for answers"
    parts = part_specs(SPEC)
    alone = {name: prepare(sources[name], parts[name], None, datasets) for name in parts}
    for split in ("train", "validation", "test"):
        for name, dataset in alone.items():
            of_part = [example for example in mixed.examples(split) if example.part == name]
            assert [(one.row, one.messages) for one in of_part] == [
                (one.row, one.messages) for one in dataset.examples(split)
            ]
    assert {(one.part, one.messages[0].content) for one in all_of(mixed)} == {("tickets", "Sort."), ("faq", "Answer.")}
    report = mixed.report
    assert (report["rows"], report["kept"], report["removed"]) == (102, 100, 2)
    assert report["parts"]["faq"]["dataset"] == alone["faq"].id
    assert report["parts"]["tickets"]["used"] == alone["tickets"].counts and report["parts"]["tickets"]["weight"] == 1.0
    empty = next(problem for problem in report["problems"] if problem["code"] == "empty")
    assert (empty["part"], empty["title"], empty["rows"]) == ("faq", "faq: Empty cells", [41])
    assert [step["part"] for step in report["steps"] if step["removed"]] == ["faq", "faq"]
    lengths = report["token_lengths"]
    assert lengths["longest_part"] in parts and lengths["max"] > 0
    assert Dataset.open(mixed.folder).spec == SPEC


def test_a_mix_of_labels_is_a_classification(tmp_path, sources):
    sources["faq"] = write(tmp_path / "faq.csv", "text,label", [(text(n), "yes" if n % 3 else "no") for n in range(99)])
    mixed = prepare_mix(sources, SPEC, None, tmp_path / "datasets")
    assert mixed.task == "classification" and set(mixed.labels) == {"billing", "returns", "yes", "no"}
    assert sum(mixed.report["label_counts"]["test"].values()) == mixed.counts["test"]


def test_the_same_mix_is_the_same_dataset_and_another_weight_is_another(tmp_path, sources):
    datasets = tmp_path / "datasets"
    first = prepare_mix(sources, SPEC, None, datasets)
    assert prepare_mix(sources, SPEC, None, datasets) == first
    heavy = SPEC.model_copy(update={"mix": (FAQ.model_copy(update={"weight": 2.5}),)})
    more = prepare_mix(sources, heavy, None, datasets)
    assert more.id != first.id and len(list(datasets.iterdir())) == 4, "two mixes of the same two parts"
    faq = first.report["parts"]["faq"]["used"]
    assert more.report["parts"]["faq"]["used"] == faq | {"train": round(2.5 * faq["train"])}
    assert more.counts["train"] - first.counts["train"] == round(1.5 * faq["train"])
    assert more.examples("test") == first.examples("test")
    assert more.source_sha256 == first.source_sha256


def test_a_part_that_weighs_nothing_is_only_tested(tmp_path, sources):
    mixed = prepare_mix(sources, SPEC.model_copy(update={"weight": 0.0}), None, tmp_path / "datasets")
    assert (
        mixed.report["parts"]["tickets"]["used"]["train"] == 0 and mixed.report["parts"]["tickets"]["used"]["test"] > 0
    )


def test_what_another_part_tests_is_not_learnt(tmp_path, sources):
    same = [(f"{text(n)} please", f"say {text(n + 3)}") for n in range(45)]
    sources["faq"] = write(tmp_path / "faq.csv", "question,answer", same)
    mixed = prepare_mix(sources, SPEC, "instruction", tmp_path / "datasets")

    def texts(split: str, part: str) -> set[str]:
        return {one.question.removesuffix(" please") for one in mixed.examples(split) if one.part == part}

    for one, other in (("tickets", "faq"), ("faq", "tickets")):
        assert texts("test", one) and not texts("test", one) & (texts("train", other) | texts("validation", other))
        assert texts("validation", one) and not texts("validation", one) & texts("train", other)
    assert mixed.counts["test"] == 12 + 9, "the test stays whole"
    report = mixed.report
    steps = [step for step in report["steps"] if step["code"] == "part_copies"]
    assert {step["part"] for step in steps} == {"tickets", "faq"}
    assert sum(step["removed"] for step in steps) == 105 - sum(mixed.counts.values()) == report["removed"]
    problem = next(problem for problem in report["problems"] if problem["code"] == "part_copies")
    assert problem["samples"][0][1].startswith("faq: ") and " stays: " in problem["samples"][0][1]


def test_copies_are_looked_for_between_parts_only():
    def example(row: int, part: str, question: str) -> Example:
        return Example(row, (Message("user", question), Message("assistant", "a")), part=part)

    long = "one two three four five six seven eight nine ten"
    splits = {
        "train": [
            example(1, "a", long),
            example(2, "b", f"{long} eleven twelve"),
            example(3, "b", f"{long} eleven twelve thirteen"),
            example(4, "b", "Yes"),
            example(5, "b", "no"),
        ],
        "validation": [example(6, "a", "maybe so"), example(7, "b", "so maybe")],
        "test": [example(8, "a", long), example(9, "a", "yes"), example(10, "a", "so, maybe")],
    }
    left, copies = without_copies(splits)
    assert [one.row for one in left["train"]] == [1, 3, 5] and [one.row for one in left["validation"]] == [6]
    assert left["test"] == splits["test"]
    assert [(copy.example.row, copy.tested.row) for copy in copies] == [(2, 8), (4, 9), (7, 10)]


@pytest.mark.parametrize("weight, rows", [(0.0, 0), (0.001, 1), (0.5, 50), (1.0, 100), (2.0, 200), (2.25, 225)])
def test_a_weight_is_how_often_each_row_is_met(weight, rows):
    examples = pairs(*((f"q{n}", "rare" if n % 10 == 0 else "often") for n in range(100)))
    chosen = weighted(examples, weight, 42)
    counts = {example.row: chosen.count(example) for example in examples}
    assert len(chosen) == rows and [one.row for one in chosen] == sorted(one.row for one in chosen)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert weighted(examples, weight, 42) == chosen
    assert weight < 0.5 or sum(one.answer == "rare" for one in chosen) == pytest.approx(rows / 10, abs=1)


def test_the_seed_decides_which_rows_are_in_the_fraction():
    examples = pairs(*((f"q{n}", "a") for n in range(100)))
    assert weighted(examples, 0.5, 1) != weighted(examples, 0.5, 2)
    assert weighted([], 0.5, 1) == []


def test_each_part_has_its_own_columns_system_prompt_and_edits_and_the_same_cleaning():
    spec = SPEC.model_copy(
        update={
            "columns": ColumnSpec(prompt="message"),
            "split": SplitSpec(seed=7),
            "edits": (EditSpec(row=1, action="drop"), EditSpec(row=2, action="drop", part="faq")),
        }
    )
    parts = part_specs(spec)
    assert list(parts) == ["tickets", "faq"]
    assert (parts["tickets"].system, parts["tickets"].columns.prompt, parts["faq"].system) == (
        "Sort.",
        "message",
        "Answer.",
    )
    assert parts["faq"].columns == ColumnSpec() and parts["faq"].split.seed == 7
    assert [one.row for one in parts["tickets"].edits] == [1] and [one.row for one in parts["faq"].edits] == [2]
    assert parts["tickets"].mix == parts["faq"].mix == ()


def refusal(spec: DataSpec) -> FTError:
    with pytest.raises(FTError) as caught:
        part_specs(spec)
    assert caught.value.why and caught.value.fix
    return caught.value


def test_a_mix_that_makes_no_sense_is_refused():
    assert refusal(SPEC.model_copy(update={"name": "faq"})).what == "More than one part is called `faq`."
    light = SPEC.model_copy(update={"weight": 0.0, "mix": (FAQ.model_copy(update={"weight": 0.0}),)})
    assert refusal(light).what == "Nothing is left to train on."
    assert refusal(SPEC.model_copy(update={"edits": (EditSpec(row=1, action="keep", part="x"),)})).code == "data.edits"


def test_what_is_wrong_with_a_part_names_it(tmp_path, sources):
    sources["faq"] = tmp_path / "gone.csv"
    with pytest.raises(FTError) as caught:
        prepare_mix(sources, SPEC, None, tmp_path / "datasets")
    assert caught.value.code == "data.missing" and caught.value.what.startswith("Part `faq`: There is no file gone.csv")
    assert len([path for path in (tmp_path / "datasets").iterdir()]) == 1, "the main source alone is a version"
