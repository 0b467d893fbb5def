"""The blind study: balanced, repeatable, and silent about whose answer is whose."""

import json
import random
import stat
from dataclasses import asdict

import pytest
from scipy.stats import binomtest

from ft_core.errors import FTError
from ft_core.evals.judging.ballots import BLOCK, clean_name, drawn, same_name, secret_key, study
from ft_core.run import Run
from tests.evals.judging.made import row, rows

KEY = bytes(range(32))


@pytest.mark.parametrize("seed", range(40))
def test_sides_are_balanced_in_every_study_and_in_every_block(seed):
    chance = random.Random(seed)
    made = rows(chance.randrange(0, 60))
    found = drawn(made, f"reviewer {seed}", chance.randbytes(32))
    tuned_left = [one.left == "tuned" for one in found]
    assert len(found) == len(made) and abs(2 * sum(tuned_left) - len(made)) <= len(made) % 2
    for start in range(0, len(made) - BLOCK + 1, BLOCK):
        assert sum(tuned_left[start : start + BLOCK]) == BLOCK // 2
    for one in found:
        sides = (one.ballot.left, one.ballot.right)
        assert sides == ((one.pair.tuned, one.pair.base) if one.left == "tuned" else (one.pair.base, one.pair.tuned))
    assert [one.ballot.number for one in found] == list(range(1, len(made) + 1))
    assert {one.ballot.total for one in found} <= {len(made)}
    assert sorted(one.pair.row for one in found) == [one["row"] for one in made]


def test_nothing_that_the_page_gets_names_base_or_tuned():
    ballots = study(rows(50), "Ada", KEY)
    assert all(
        set(asdict(ballot)) == {"id", "prompt", "expected", "left", "right", "number", "total"} for ballot in ballots
    )
    sent = json.dumps([asdict(ballot) for ballot in ballots]).lower() + repr(ballots).lower()
    assert "base" not in sent and "tuned" not in sent


@pytest.mark.parametrize("count", [1, 9, 40])
def test_place_and_side_say_nothing_without_the_key(count):
    """Over many keys each row is on either side, and early or late, as often as chance has it."""
    made, keys = rows(count), [key.to_bytes(32, "big") for key in range(400)]
    studies = [drawn(made, "Ada", key) for key in keys]
    for wanted in {1, count}:
        seen = [(one.left, one.ballot.number) for found in studies for one in found if one.pair.row == wanted]
        assert len(seen) == len(keys)
        assert binomtest(sum(left == "tuned" for left, _ in seen), len(seen)).pvalue > 1e-3
        if count > 1:
            late = sum(number > count / 2 for _, number in seen)
            assert binomtest(late, len(seen), (count - int(count / 2)) / count).pvalue > 1e-3


def test_an_id_says_neither_side_nor_pair():
    made = rows(30)
    ids = {one.ballot.id for one in drawn(made, "Ada", KEY)}
    assert len(ids) == 30 and all(len(identity) == 32 for identity in ids)
    for other in (drawn(made, "Ben", KEY), drawn(made, "Ada", b"x" * 32)):
        assert ids.isdisjoint(one.ballot.id for one in other)
    swapped = [one | {"base_written": one["tuned_written"], "tuned_written": one["base_written"]} for one in made]
    assert ids.isdisjoint(one.ballot.id for one in drawn(swapped, "Ada", KEY))


def test_the_same_pair_on_the_other_side_is_another_ballot():
    """Rows that come or go move sides: a vote on what was shown before must not count for the other answer."""
    made = rows(30)
    before, after = ({one.pair.id: one for one in drawn(part, "Ada", KEY)} for part in (made, made[:-5]))
    moved = [pair for pair in after if after[pair].left != before[pair].left]
    assert moved and len(moved) < len(after)
    for pair, one in after.items():
        assert (one.ballot.id == before[pair].ballot.id) == (pair not in moved)


def test_a_study_is_the_same_each_time_and_another_one_for_another_reviewer():
    made = rows(40)
    assert study(made, "Ada", KEY) == study(list(reversed(made)), " ada  ", KEY)
    ada, ben = (drawn(made, name, KEY) for name in ("Ada", "Ben"))
    assert [one.pair.id for one in ada] != [one.pair.id for one in ben]
    sides = [{one.pair.id: one.left for one in found} for found in (ada, ben)]
    assert 5 < sum(sides[0][pair] == sides[1][pair] for pair in sides[0]) < 35


def test_identical_answers_are_not_shown():
    assert [ballot.prompt for ballot in study([row(1, "a", "a "), row(2, "a", "b")], "Ada", KEY)] == ["question 2"]
    assert study([], "Ada", KEY) == []


def test_the_key_is_made_once_and_kept_from_others(tmp_path):
    run = Run(tmp_path)
    key = secret_key(run)
    (path,) = run.evaluation.iterdir()
    assert secret_key(run) == key and len(key) == 32 and secret_key(Run(tmp_path / "other")) != key
    assert path.name.startswith("."), "a zip of the run leaves hidden files out"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("torn")
    assert len(secret_key(run)) == 32 and secret_key(run) != key


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [(" Ada\n Lovelace ", "Ada Lovelace"), ("../../etc/passwd", "../../etc/passwd"), ("a\x00b\u202ec\ud800", "a b c")],
)
def test_a_name_is_free_text(name, cleaned):
    assert clean_name(name) == cleaned and same_name(cleaned.upper()) == same_name(cleaned)


@pytest.mark.parametrize("name", ["", " \n", "\u200b", "x" * 81])
def test_a_name_there_must_be(name):
    with pytest.raises(FTError) as caught:
        study([], name, KEY)
    assert caught.value.code == "judging.reviewer"
