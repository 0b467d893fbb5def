"""A checkpoint counts only when its seal and its files agree."""

import os
from pathlib import Path

import pytest

from ft_core.train import checkpoints


def make(folder: Path, step: int) -> Path:
    place = folder / f"checkpoint-{step}"
    place.mkdir()
    (place / "weights").write_bytes(b"w" * step)
    checkpoints.seal(place, step, seconds=1.5 * step)
    return place


def test_newest_by_step(tmp_path):
    for step in (9, 10, 8):
        make(tmp_path, step)
    found = checkpoints.newest(tmp_path)
    assert found == checkpoints.Checkpoint(tmp_path / "checkpoint-10", 10, 15.0)
    checkpoints.prune(tmp_path, keep={8}, limit_gb=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-8"]


def test_the_oldest_go_first_and_only_as_many_as_needed(tmp_path):
    size = sum(path.stat().st_size for path in make(tmp_path, 100).iterdir())
    for step in (101, 102, 103):
        make(tmp_path, step)
    checkpoints.prune(tmp_path, keep={103}, limit_gb=10)
    assert len(list(tmp_path.iterdir())) == 4
    checkpoints.prune(tmp_path, keep={103}, limit_gb=(3 * size + 10) / 1e9)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-101", "checkpoint-102", "checkpoint-103"]


def test_one_checkpoint_by_its_step(tmp_path):
    place = make(tmp_path, 7)
    assert checkpoints.at(tmp_path, 7).folder == place and checkpoints.at(tmp_path, 8) is None
    (place / "weights").write_bytes(b"v" * 7)
    assert checkpoints.at(tmp_path, 7) is None


@pytest.mark.parametrize("damage", ["no seal", "torn seal", "shorter", "other bytes", "file gone"])
def test_what_is_not_complete_is_passed_over_and_removed(tmp_path, damage):
    make(tmp_path, 5)
    bad = make(tmp_path, 10)
    match damage:
        case "no seal":
            (bad / checkpoints.SEAL).unlink()
        case "torn seal":
            (bad / checkpoints.SEAL).write_text('{"version": 1, "st')
        case "shorter":
            (bad / "weights").write_bytes(b"w")
        case "other bytes":
            (bad / "weights").write_bytes(b"v" * 10)
        case "file gone":
            (bad / "weights").unlink()
    assert checkpoints.newest(tmp_path).step == 5
    assert not bad.exists()


def test_none(tmp_path):
    assert checkpoints.newest(tmp_path / "nowhere") is None and checkpoints.last_step(tmp_path / "nowhere") == 0


def test_no_flipped_bit_of_a_seal_goes_unseen(tmp_path):
    make(tmp_path, 5)
    seal = make(tmp_path, 10) / checkpoints.SEAL
    whole = seal.read_bytes()
    with open(seal, "r+b", buffering=0) as file:  # in place: a file written anew reaches the disk each time
        for bit in range(8 * len(whole)):
            os.pwrite(file.fileno(), bytes([whole[bit // 8] ^ 1 << bit % 8]), bit // 8)
            assert checkpoints.at(tmp_path, 10) is None, seal.read_bytes()
            os.pwrite(file.fileno(), whole[bit // 8 : bit // 8 + 1], bit // 8)
    assert checkpoints.at(tmp_path, 10) is not None


def test_a_seal_belongs_to_its_own_folder(tmp_path):
    make(tmp_path, 7).rename(tmp_path / "checkpoint-70")
    assert checkpoints.last_step(tmp_path) == 70 and checkpoints.newest(tmp_path) is None


def test_a_damaged_checkpoint_is_told_and_one_that_was_never_sealed_is_not(tmp_path):
    for step in (5, 10, 15, 20):
        make(tmp_path, step)
    (tmp_path / "checkpoint-20" / checkpoints.SEAL).unlink()
    (tmp_path / "checkpoint-15" / checkpoints.SEAL).write_text("[]")
    (tmp_path / "checkpoint-10" / "weights").write_bytes(b"v" * 10)
    assert checkpoints.last_step(tmp_path) == 15
    told: list[int] = []
    assert checkpoints.newest(tmp_path, told.append).step == 5 and told == [15, 10]


def test_what_was_being_written_when_the_disk_was_full_is_removed_and_the_rest_stays(tmp_path):
    whole = make(tmp_path, 3)
    (tmp_path / "checkpoint-6").mkdir()
    (tmp_path / "checkpoint-6" / "weights").write_bytes(b"half")
    checkpoints.remove_unsealed(tmp_path)
    assert list(tmp_path.iterdir()) == [whole] and checkpoints.newest(tmp_path).step == 3
