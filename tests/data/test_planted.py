"""The planted set is what it says, and the finders find it."""

import json

import pytest

from ft_core.data.similar import near_duplicate_groups, similarity, word_set
from ft_core.data.vocabulary import normalise
from tests.benchmarks.planted import Score, scores, table_of
from tests.data.planted import plant, write
from tests.data.planted_text import LABELS


@pytest.fixture(scope="module")
def planted():
    return plant(1000)


def test_the_same_seed_plants_the_same_and_the_truth_is_beside_it(tmp_path, planted):
    truth = write(tmp_path / "a.jsonl", planted)
    write(tmp_path / "b.jsonl", plant(1000))
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1000 and list(json.loads(lines[0])) == ["message", "label", "split"]
    assert truth.name == "a.truth.json" and json.loads(truth.read_text())["truth"]["html"] == planted.truth["html"]
    assert plant(1000, seed=1).rows != planted.rows


def test_flaws_have_rows_of_their_own_and_the_test_is_clean(planted):
    single = [row for kind, rows in planted.truth.items() if kind != "leaks" for row in rows]
    assert len(single) == len(set(single)) and not set(single) & {
        row for rows in planted.decoys.values() for row in rows
    }
    flawed = set(single) | {row for rows in planted.decoys.values() for row in rows}
    for number, row in enumerate(planted.rows, start=1):
        if row.split != "train":
            assert number not in flawed and row.label in LABELS
    assert sum(row.split == "test" for row in planted.rows) > 100


def test_pairs_are_as_alike_as_they_should_be(planted):
    sets = [word_set(row.message) for row in planted.rows]
    pairs = {}
    for number, row in enumerate(planted.rows):
        pairs.setdefault((row.flaw, row.pair), []).append(number)
    for (flaw, pair), both in pairs.items():
        if pair is None:
            continue
        one, other = both
        alike = similarity(sets[one], sets[other])
        same = normalise(planted.rows[one].message) == normalise(planted.rows[other].message)
        if flaw == "near_duplicates_decoy":
            assert 0.5 <= alike <= 0.75
        else:
            assert alike >= 0.8 and (same or flaw in ("near_duplicates", "leaks"))
        assert (planted.rows[one].label != planted.rows[other].label) == (flaw == "conflicts")
    rows = [row for row in planted.rows if row.message.strip(" \n\u200b")]
    for group in near_duplicate_groups([row.message for row in rows]):
        assert len({rows[number].pair for number in group}) == 1, "alike by chance"


def test_the_leaks_are_between_train_and_test(planted):
    for train, test in planted.truth["leaks"]:
        assert (planted.rows[train - 1].split, planted.rows[test - 1].split) == ("train", "test") and train > test


def test_every_kind_is_looked_for_and_found(tmp_path, planted):
    results = {score.kind: score for score in scores(planted, tmp_path)}
    assert set(results) == set(planted.truth) and len(results) == 10
    for score in results.values():
        assert score.good, table_of([score])


def test_a_score_is_good_when_both_parts_are():
    assert Score("html", 100, 0, 100, 95).good and not Score("html", 100, 0, 94, 94).good
    missed, wrong, nothing = Score("html", 100, 0, 50, 50), Score("html", 50, 0, 100, 50), Score("html", 9, 0, None, 0)
    assert (missed.precision, missed.recall) == (1.0, 0.5) and (wrong.precision, wrong.recall) == (0.5, 1.0)
    assert (
        not nothing.good
        and "| not looked for |" in table_of([nothing])
        and "| 0.500 | 1.000 | below" in table_of([wrong])
    )
