"""A checkpoint counts only when its seal and its files agree."""

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
    checkpoints.prune(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-10"]


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
    assert checkpoints.newest(tmp_path / "nowhere") is None
