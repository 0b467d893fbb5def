from dataclasses import replace

import pytest

from ft_core.data.augment import review
from ft_core.data.augment.augment import augment
from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec, EditSpec, SplitSpec

SPEC = DataSpec(source="tickets.csv", system="Sort it.")


@pytest.fixture
def source(tmp_path):
    lines = [
        f"{n},text {n} about <b>matter</b> {n * n} from {n * 7},{('billing', 'returns', 'Billing')[n % 3]}"
        for n in range(60)
    ]
    path = tmp_path / "tickets.csv"
    path.write_text("id,message,label\n" + "\n".join([*lines, lines[0], "61,,billing", "62,too,many,fields"]) + "\n")
    return path


def test_a_dataset_is_stored_reported_and_read_again(tmp_path, source, tokenizer_folder):
    made = prepare(source, SPEC, None, tmp_path / "datasets", Window(ChatTokenizer.load(tokenizer_folder), 512))
    dataset = Dataset.open(made.folder)
    assert dataset.id == dataset.folder.name == dataset.sha256[:12] and len(dataset.sha256) == 64
    assert dataset.task == "classification" and dataset.labels[0].lower() == "billing" and len(dataset.labels) == 2
    examples = [example for split in ("train", "validation", "test") for example in dataset.examples(split)]
    assert dataset.counts == {split: len(dataset.examples(split)) for split in ("train", "validation", "test")}
    assert len(examples) == 60 and examples[0].messages[0].content == "Sort it." and "<b>" not in examples[0].question
    report = dataset.report
    assert (report["rows"], report["kept"], report["removed"]) == (63, 60, 3)
    assert [problem["code"] for problem in report["problems"]] == [
        "html",
        "empty",
        "label_spelling",
        "duplicates",
        "bad_rows",
        "small_data",
    ]
    assert {part: name for part, name in report["columns"].items() if name} == {"prompt": "message", "answer": "label"}
    assert sum(report["label_counts"]["train"].values()) == dataset.counts["train"]
    assert report["quality"]["verdict"]["have"] == 60
    assert report["balance"]["treatment"] == "keep" and report["balance"]["before"] == report["balance"]["after"]
    assert report["token_lengths"]["max"] >= report["token_lengths"]["median"] > 0


def test_the_same_input_and_settings_give_the_same_dataset(tmp_path, source):
    first = prepare(source, SPEC, None, tmp_path / "datasets")
    before = (first.folder / "train.parquet").stat().st_mtime_ns
    moved = source.rename(tmp_path / "other-name.csv")
    assert (
        prepare(moved, SPEC.model_copy(update={"source": "elsewhere/other-name.csv"}), None, tmp_path / "datasets")
        == first
    )
    assert (first.folder / "train.parquet").stat().st_mtime_ns == before
    elsewhere = prepare(moved, SPEC, None, tmp_path / "more")
    assert (
        elsewhere.id == first.id
        and (elsewhere.folder / "train.parquet").read_bytes() == (first.folder / "train.parquet").read_bytes()
    )


def test_other_settings_or_other_bytes_give_another_dataset(tmp_path, source):
    datasets = tmp_path / "datasets"
    specs = [
        SPEC,
        SPEC.model_copy(update={"clean": CleanSpec(html="keep")}),
        SPEC.model_copy(update={"split": SplitSpec(seed=1)}),
    ]
    ids = {prepare(source, spec, None, datasets).id for spec in specs} | {
        prepare(source, SPEC, "instruction", datasets).id
    }
    source.write_text(source.read_text() + "99,one more row,returns\n")
    ids.add(prepare(source, SPEC, None, datasets).id)
    assert len(ids) == 5 == len(list(datasets.iterdir()))


def test_nothing_is_left_of_a_failure(tmp_path, source):
    datasets = tmp_path / "datasets"
    datasets.write_text("a file where the folder should be")
    with pytest.raises(OSError):
        prepare(source, SPEC, None, datasets)
    with pytest.raises(FTError) as caught:
        prepare(tmp_path / "none.csv", SPEC, None, tmp_path / "new")
    assert caught.value.code == "data.missing" and not (tmp_path / "new").exists()


def test_a_damaged_or_missing_dataset_is_noticed(tmp_path, source):
    dataset = prepare(source, SPEC, None, tmp_path / "datasets")
    path = dataset.folder / "test.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FTError) as caught:
        dataset.examples("test")
    assert caught.value.code == "data.changed"
    with pytest.raises(FTError) as caught:
        Dataset.open(tmp_path / "datasets" / "0123456789ab")
    assert caught.value.code == "data.missing"


def test_the_report_measures_small_data_by_the_chosen_shares(tmp_path, source):
    spec = SPEC.model_copy(update={"split": SplitSpec(test=0.5)})
    found = prepare(source, spec, None, tmp_path / "datasets").report["problems"][-1]
    assert found["code"] == "small_data" and "about 30 for the test" in found["why"]


def test_the_tokenizer_decides_only_where_rows_are_left_out_by_tokens(tmp_path, source, tokenizer_folder):
    tokenizer = ChatTokenizer.load(tokenizer_folder)
    datasets = tmp_path / "datasets"
    assert prepare(source, SPEC, None, datasets, Window(tokenizer, 512)).id == prepare(source, SPEC, None, datasets).id
    spec = SPEC.model_copy(update={"clean": CleanSpec(too_long="drop")})
    wide = prepare(source, spec, None, datasets, Window(tokenizer, 512))
    longest = wide.report["token_lengths"]["max"]
    narrow = prepare(source, spec, None, datasets, Window(tokenizer, longest - 1))
    assert wide.id != narrow.id and sum(wide.counts.values()) == 60 > sum(narrow.counts.values())


def test_rows_cannot_be_left_out_by_tokens_without_a_tokenizer(tmp_path, source):
    spec = SPEC.model_copy(update={"clean": CleanSpec(too_long="drop", lost_characters="drop")})
    with pytest.raises(FTError) as caught:
        prepare(source, spec, None, tmp_path / "datasets")
    assert caught.value.code == "data.tokenizer" and "Too long (`too_long`)" in caught.value.fix
    assert not (tmp_path / "datasets").exists()


def test_balancing_repeats_training_rows_alone(tmp_path):
    path = tmp_path / "a.csv"
    lines = [f"message {n} with words {n * n} and {n * 7},{'rare' if n % 10 == 0 else 'usual'}" for n in range(200)]
    path.write_text("message,label\n" + "\n".join(lines) + "\n")
    spec = DataSpec(source="a.csv")
    kept = prepare(path, spec, None, tmp_path / "datasets")
    more = prepare(path, spec.model_copy(update={"balance": "oversample"}), None, tmp_path / "datasets")
    assert more.id != kept.id
    for split in ("validation", "test"):
        assert more.examples(split) == kept.examples(split)
    assert set(more.examples("train")) == set(kept.examples("train"))
    assert kept.report["label_counts"]["train"] == {"usual": 126, "rare": 14}
    assert more.report["label_counts"]["train"] == {"usual": 126, "rare": 63}
    assert more.report["balance"] == {"treatment": "oversample", "before": 140, "after": 189}
    assert more.report["kept"] == kept.report["kept"] == 200 and more.counts["train"] == 189


def test_answers_that_are_texts_are_never_balanced(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "question,answer\n" + "".join(f"what is {n} and {n * n},it is {n * 3} or {n * 5}\n" for n in range(60))
    )
    made = prepare(path, DataSpec(source="a.csv", balance="oversample"), "instruction", tmp_path / "datasets")
    assert made.counts["train"] == 42 and made.report["balance"]["after"] == 42


def test_edits_make_another_version_and_are_a_step_of_its_report(tmp_path, source):
    before = source.read_bytes()
    edits = (EditSpec(row=1, action="drop"), EditSpec(row=2, action="change", answer="returns"))
    edited = prepare(source, SPEC.model_copy(update={"edits": edits}), None, tmp_path / "datasets")
    assert edited.id != prepare(source, SPEC, None, tmp_path / "datasets").id and source.read_bytes() == before
    step = edited.report["steps"][0]
    assert (step["code"], step["rows"], step["changed"], step["removed"]) == ("edits", [1, 2], 1, 1)
    answers = {example.row: example.answer for split in edited.counts for example in edited.examples(split)}
    assert answers[2] == "returns" and 1 not in answers
    assert edited.report["rows"] - edited.report["kept"] == edited.report["removed"]
    wrong = SPEC.model_copy(update={"edits": (EditSpec(row=63, action="keep"), EditSpec(row=99, action="drop"))})
    with pytest.raises(FTError) as caught:
        prepare(source, wrong, None, tmp_path / "datasets")
    assert caught.value.code == "data.edits" and "Row 63: it cannot be used anyway" in caught.value.why


def test_accepted_generated_rows_join_train_and_count_towards_the_identity(tmp_path, source):
    plain = prepare(source, SPEC, None, tmp_path / "datasets")
    made = augment(plain, "typos", 4).rows
    file = tmp_path / "more.jsonl"
    review.save(file, [replace(row, status="accepted") for row in made[:3]] + made[3:])
    spec = SPEC.model_copy(update={"generated": "more.jsonl"})
    dataset = prepare(source, spec, None, tmp_path / "datasets", generated=file)
    assert dataset.id != plain.id and plain.report["generated"] is None
    train = dataset.examples("train")
    assert train[:-3] == plain.examples("train") and all(example.generated for example in train[-3:])
    assert train[-1].messages[0].content == "Sort it." and not any(example.generated for example in train[:-3])
    for name in ("validation", "test"):
        assert dataset.examples(name) == plain.examples(name)
    report = dataset.report["generated"]
    assert (report["file"], report["used"], report["pending"]) == ("more.jsonl", 3, 1)
    assert dataset.report["splits"]["train"] == plain.counts["train"] + 3 and dataset.report["kept"] == 60
    moved = file.rename(tmp_path / "elsewhere.jsonl")
    again = SPEC.model_copy(update={"generated": "elsewhere.jsonl"})
    assert prepare(source, again, None, tmp_path / "datasets", generated=moved).id == dataset.id
    review.decide(moved, made[3].id, "accepted")
    assert prepare(source, spec, None, tmp_path / "datasets", generated=moved).id != dataset.id
    with pytest.raises(FTError) as caught:
        prepare(source, spec, None, tmp_path / "datasets", generated=tmp_path / "none.jsonl")
    assert caught.value.code == "generated.missing"


def test_several_files_are_one_dataset_whose_id_is_of_them_all(tmp_path, source):
    datasets = tmp_path / "datasets"
    more = tmp_path / "more.csv"
    more.write_text("message,label\n" + "".join(f"further {n} text {n * n},returns\n" for n in range(20)))
    both = prepare([source, more], SPEC.model_copy(update={"source": ("tickets.csv", "more.csv")}), None, datasets)
    assert both.report["source"] == "tickets.csv, more.csv" and both.report["rows"] == 83
    assert both.report["notes"] == ["Rows 1 to 63 are those of tickets.csv.", "Rows 64 to 83 are those of more.csv."]
    assert both.spec.sources == ("tickets.csv", "more.csv")
    more.write_text(more.read_text() + "one more row of text,returns\n")
    assert (
        len({both.id, prepare([source, more], SPEC, None, datasets).id, prepare(source, SPEC, None, datasets).id}) == 3
    )


@pytest.fixture
def dated(tmp_path):
    lines = [
        f"text {n} about matter {n * n} from {n * 7},{('billing', 'returns')[n % 2]},2026-01-{1 + n // 4:02},customer {n % 12}"
        for n in range(80)
    ]
    lines.append("TEXT 0 about  matter 0 from 0,returns,2026-03-01,customer 99")
    path = tmp_path / "dated.csv"
    path.write_text("message,label,sent,customer\n" + "\n".join(lines) + "\n")
    return path


def test_a_split_by_time_is_told_and_the_leak_leaves_train(tmp_path, dated):
    spec = DataSpec(source="dated.csv", split=SplitSpec(by="time", column="sent"))
    dataset = prepare(dated, spec, None, tmp_path / "datasets")
    report = dataset.report
    assert dataset.examples("test")[-1].row == 81 and 1 not in [example.row for example in dataset.examples("train")]
    assert report["split"]["dates"]["test"][1] == "2026-03-01" and report["split"]["counts"] == dataset.counts
    assert report["leaks"]["pairs"] == [
        {"row": 1, "split": "train", "of_row": 81, "of_split": "test", "similarity": 1.0}
    ]
    assert (report["rows"], report["kept"], report["removed"]) == (81, 80, 1)
    assert report["steps"][-1]["code"] == "leaks" and report["steps"][-1]["removed"] == 1
    assert "leaks" in [problem["code"] for problem in report["problems"]]


def test_a_split_by_chance_proves_that_nothing_leaks(tmp_path, dated):
    report = prepare(dated, DataSpec(source="dated.csv"), None, tmp_path / "datasets").report
    assert report["split"]["by"] == "random"
    assert (report["leaks"]["exact"], report["leaks"]["near"], report["leaks"]["pairs"]) == (0, 0, [])


def test_a_split_column_that_is_not_there_is_told_before_the_work(tmp_path, dated):
    spec = DataSpec(source="dated.csv", split=SplitSpec(by="group", column="client"))
    with pytest.raises(FTError) as caught:
        prepare(dated, spec, None, tmp_path / "datasets")
    assert caught.value.code == "data.split" and "`customer`" in caught.value.why


def test_questions_of_a_benchmark_are_told_and_another_benchmark_is_another_report(tmp_path, dated):
    benchmark = tmp_path / "quiz.jsonl"
    benchmark.write_text('{"question": "Text 9 about matter 81 from 63?"}\n')
    spec = DataSpec(source="dated.csv", benchmarks=("quiz.jsonl",))
    dataset = prepare(dated, spec, None, tmp_path / "datasets", benchmarks=[benchmark])
    found = next(problem for problem in dataset.report["problems"] if problem["code"] == "contamination")
    assert found["rows"] == [10] and sum(dataset.counts.values()) == 80 + 1
    benchmark.write_text('{"question": "Who is it?"}\n')
    assert prepare(dated, spec, None, tmp_path / "datasets", benchmarks=[benchmark]).id != dataset.id
    with pytest.raises(FTError) as caught:
        prepare(dated, spec, None, tmp_path / "datasets", benchmarks=[tmp_path / "none.csv"])
    assert caught.value.code == "data.missing"


def test_a_test_row_that_is_learnt_from_leaves_the_test_and_all_others_stay(tmp_path, source):
    first = prepare(source, SPEC, None, tmp_path / "datasets")
    chosen = first.examples("test")[:2]
    other = next(label for label in first.labels if label != chosen[0].answer)
    edits = (
        EditSpec(row=chosen[0].row, action="train", answer=other),
        EditSpec(row=chosen[1].row, action="train"),
    )
    second = prepare(source, SPEC.model_copy(update={"edits": edits}), None, tmp_path / "datasets")
    assert second.examples("test") == first.examples("test")[2:]
    assert second.examples("validation") == first.examples("validation")
    *same, corrected, moved = second.examples("train")
    assert same == first.examples("train") and moved == chosen[1]
    assert (corrected.row, corrected.prompt, corrected.answer) == (chosen[0].row, chosen[0].prompt, other)
    rows = sorted(example.row for example in chosen)
    assert second.report["split"]["to_train"] == {"train": [], "validation": [], "test": rows, "left_out": []}
    assert second.report["split"]["counts"] == second.counts and "to_train" not in first.report["split"]
