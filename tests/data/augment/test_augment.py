from dataclasses import replace

import pytest

from ft_core.data.augment import checks
from ft_core.data.augment.augment import augment, way_of
from ft_core.data.augment.repeats import Repeats
from ft_core.data.augment.writer import endpoint
from ft_core.data.prepare import prepare
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec
from tests.data.augment.openai_standin import standing_in

OPENERS = [
    "Hello, I cannot understand this.",
    "Hi there, please help.",
    "I have been waiting since Monday.",
    "Thank you for the lamp.",
]
ASKED = {
    "billing": ["My card was charged {n} times", "How do I pay invoice {n}?", "The invoice {n} is wrong"],
    "delivery": [
        "Where is parcel {n}?",
        "The courier did not bring parcel {n}",
        "Can you tell me when parcel {n} arrives?",
    ],
}


def lines() -> list[str]:
    rows = []
    for n in range(90):
        label = sorted(ASKED)[n % 2]
        text = f"{OPENERS[n % 4]} {ASKED[label][n % 3].format(n=n * 37)} {'Many thanks in advance.' if n % 5 else 'I need to know it soon.'}"
        rows.append(f'"{text}",{label}')
    return rows


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("augment")
    (folder / "rows.csv").write_text("message,label\n" + "\n".join(lines()) + "\n")
    spec = DataSpec(source="rows.csv", system="Sort it.", clean=CleanSpec(near_duplicates="keep"))
    return prepare(folder / "rows.csv", spec, None, folder / "datasets")


def check(dataset, rows):
    """What holds for the rows of every way."""
    train = {example.row: example for example in dataset.examples("train")}
    there = Repeats(
        [example.prompt_text for name in ("train", "validation", "test") for example in dataset.examples(name)]
    )
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        example = row.example("Sort it.")
        source = train[row.rows[0]]
        assert set(row.rows) <= train.keys(), "only training rows are sources"
        assert row.status == "pending" and row.source == source.question and row.messages[0].role == "user"
        assert example.answer == source.answer and example.messages[0] == source.messages[0]
        assert there.find(example.prompt_text) is None


@pytest.mark.parametrize("way", ["synonyms", "typos", "recombine"])
def test_rows_come_from_training_rows_and_pass_the_checks(dataset, way):
    made = augment(dataset, way_of(way), 12)
    assert made.rows and made.tried >= len(made.rows) + made.refused.total() and made.stopped is None
    check(dataset, made.rows)
    assert all(row.how == way and row.writer is None and {"new", "numbers"} <= set(row.checks) for row in made.rows)
    assert any(row.checks == checks.NAMES for row in made.rows)


def test_the_same_twice_and_others_beside_those_that_are_there(dataset):
    first = augment(dataset, "typos", 8).rows
    assert augment(dataset, "typos", 8).rows == first
    more = augment(dataset, "typos", 8, known=[replace(row, status="rejected") for row in first]).rows
    assert not {row.id for row in more} & {row.id for row in first}
    check(dataset, [*first, *more])


def test_one_label_alone(dataset):
    rows = augment(dataset, "typos", 6, label="billing").rows
    assert len(rows) == 6 and {row.messages[-1].content for row in rows} == {"billing"}


def test_tries_run_out_with_reasons(dataset):
    made = augment(dataset, "recombine", 150, "delivery")
    assert len(made.rows) < 150 and made.refused[checks.REPEATS] > 0 and made.tried == 3_000


def test_a_writer_s_rows_are_kept_when_it_agrees_with_the_label(dataset):
    def answer(messages):
        system = messages[0]["content"]
        if "Note down" in system:
            return messages[-1]["content"]
        if "Which of these labels" in system:
            return "billing"
        number = "".join(filter(str.isdigit, messages[-1]["content"]))
        return f"Sir, concerning matter {number} everything went sideways, kindly clarify that situation for us people"

    with standing_in(answer) as server:
        made = augment(dataset, "rephrase", 3, None, endpoint(server.url, "big"), "big", seed=1)
    assert made.rows and {row.messages[-1].content for row in made.rows} == {"billing"}
    assert all(row.writer == "big" and row.how == "rephrase" for row in made.rows)
    check(dataset, made.rows)
    assert made.tried <= 9, "a writer is paid for"


def test_a_writer_that_fails_in_the_middle_leaves_what_there_is(dataset):
    said = []

    def answer(messages):
        said.append(messages)
        if len(said) > 6:
            return 429, "slow down"
        if "Which of these labels" in messages[0]["content"]:
            return "billing"
        number = "".join(filter(str.isdigit, messages[-1]["content"]))
        return f"Sir, concerning matter {number} everything went sideways, kindly clarify that situation for us people"

    with standing_in(answer) as server:
        writer = endpoint(server.url, "big")
        made = augment(dataset, "rephrase", 50, "billing", writer, "big")
        assert made.rows and made.stopped is not None and made.stopped.code == "writer.busy"
        with pytest.raises(FTError) as caught:
            augment(dataset, "rephrase", 50, "billing", writer, "big")
    assert caught.value.code == "writer.busy"


def test_what_cannot_be_made_is_said(dataset, tmp_path):
    for arguments, code in (
        (("rephrase", 3), "augment.writer"),
        (("typos", 3, "nobody"), "augment.label"),
    ):
        with pytest.raises(FTError) as caught:
            augment(dataset, *arguments)
        assert caught.value.code == code
    with pytest.raises(FTError) as caught:
        way_of("magic")
    assert caught.value.code == "augment.way" and "recombine" in caught.value.why
    texts = [f'"Say {n} in words. Please do it well.","number {n} written as text, {n * n}"' for n in range(40)]
    (tmp_path / "texts.csv").write_text("question,answer\n" + "\n".join(texts))
    free = prepare(tmp_path / "texts.csv", DataSpec(source="texts.csv"), "instruction", tmp_path / "datasets")
    with pytest.raises(FTError) as caught:
        augment(free, "recombine", 3)
    assert caught.value.code == "augment.way"
    rows = augment(free, "typos", 3).rows
    assert all("answer" not in row.checks for row in rows), "nobody was asked"
