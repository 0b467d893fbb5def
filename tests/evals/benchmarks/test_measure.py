"""Base and tuned on the same questions: stopped in the middle and gone on, the base measured once."""

from dataclasses import replace

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks.measure import measure, required
from tests.evals.benchmarks import made

NAMES = ("arc_easy", "mmlu", "truthfulqa")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return made.pair(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made.write_folder(tmp_path_factory.mktemp("files") / "files")


def ask(pair, names, limit, folder, store, tell, stop):
    """As an evaluation does: read the questions, then ask them."""
    return measure(pair, required(pair, names, limit, folder, store, None), limit, store, tell, stop)


def without_times(found):
    return {key: value for key, value in found.items() if not key.startswith("seconds")}


def test_stopped_in_the_middle_it_keeps_what_is_whole_and_goes_on(pair, folder, tmp_path):
    whole = ask(pair, NAMES, 6, folder, tmp_path / "one", lambda *_: None, lambda: False)
    assert whole["unmeasured"] == [] and not whole["stopped"] and list(whole["benchmarks"]) == list(NAMES)
    seen = []

    def tell(step, total, message):
        seen.append((step, total, message))

    def stop():
        return seen[-1][2] == "MMLU: the tuned model"

    part = ask(pair, NAMES, 6, folder, tmp_path / "two", tell, stop)
    assert part["stopped"] and part["unmeasured"] == ["mmlu", "truthfulqa"]
    assert part["benchmarks"]["arc_easy"] == whole["benchmarks"]["arc_easy"]
    assert all(total == 36 for _, total, _ in seen) and max(step for step, _, _ in seen) == 18
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "two").iterdir()}
    again = ask(pair, NAMES, 6, folder, tmp_path / "two", lambda *_: None, lambda: False)
    assert without_times(again) == without_times(whole)
    assert all((tmp_path / "two" / name).stat().st_size > size for name, size in sizes.items()) and len(sizes) == 2


def test_the_base_is_measured_once(pair, folder, tmp_path):
    ask(pair, ["hellaswag"], 6, folder, tmp_path, lambda *_: None, lambda: False)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    scale = pair.tuned.base_model.model.model.layers[0].self_attn.q_proj.lora_A["default"].weight
    kept = scale.data.clone()
    scale.data *= 1.5
    try:
        other = ask(pair, ["hellaswag"], 6, folder, tmp_path, lambda *_: None, lambda: False)
    finally:
        scale.data.copy_(kept)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(before) == 2 and len(after) == 3 and all(after[name] == held for name, held in before.items())
    assert other["benchmarks"]["hellaswag"]["n"] == 6


def test_the_result_is_plain_and_follows_from_its_questions(pair, folder, tmp_path):
    found = ask(pair, ["mmlu"], None, folder, tmp_path, lambda *_: None, lambda: False)
    part, questions = found["benchmarks"]["mmlu"], found["questions"]["mmlu"]
    assert part["n"] == len(questions) == 11 and part["shots"] == 5 and part["chance"] == 0.25
    assert part["base"] == pytest.approx(sum(row["base"]["acc"] for row in questions) / 11)
    assert part["gained"] == sum(row["tuned"]["acc"] > row["base"]["acc"] for row in questions)
    assert {name: subject["n"] for name, subject in part["subjects"].items()} == made.SUBJECTS
    assert [row["row"] for row in questions] == [*range(1, 8), *range(1, 5)]


def test_what_cannot_be_measured_is_said_before_anything_is(pair, folder, tmp_path):
    def refused(names, limit=6, given=pair):
        ask(given, names, limit, folder, tmp_path, lambda *_: None, lambda: False)

    for code, arguments in {
        "benchmarks.head": (["mmlu"], 6, replace(pair, labels=("a", "b"))),
        "benchmarks.unknown": (["gsm8k"],),
        "benchmarks.few": (["mmlu"], 1),
    }.items():
        with pytest.raises(FTError) as caught:
            refused(*arguments)
        assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []
