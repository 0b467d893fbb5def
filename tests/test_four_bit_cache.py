"""A base model in 4 bits is kept, found again, the same to the bit, and never a stale or damaged one."""

import os

import pytest
import torch
from huggingface_hub import constants

from ft_core import four_bit_cache, modeling
from tests.helpers import make_base_model


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr(four_bit_cache, "LEAST", 1)
    return make_base_model(tmp_path / "base")


def kept(tmp_path) -> list:
    return sorted((tmp_path / "hub" / "fine-tuning-studio" / "four-bit").glob("*"))


def test_the_second_load_is_the_first_to_the_bit(base, tmp_path):
    first = modeling.load_base(str(base))
    (folder,) = kept(tmp_path)
    os.utime(folder, (1, 1))
    second = modeling.load_base(str(base))
    assert kept(tmp_path) == [folder] and folder.stat().st_mtime > 1, "it was used"
    ids = torch.arange(20)[None]
    assert torch.equal(first(ids).logits, second(ids).logits)
    assert first.name_or_path == second.name_or_path == second.config.name_or_path == str(base)
    assert {(type(m), m.compute_dtype) for m in second.modules() if hasattr(m, "compute_dtype")} == {
        (type(m), m.compute_dtype) for m in first.modules() if hasattr(m, "compute_dtype")
    }


def test_other_weights_are_another_model(base, tmp_path):
    modeling.load_base(str(base))
    os.utime(base / "model.safetensors", (1, 1))
    modeling.load_base(str(base))
    assert len(kept(tmp_path)) == 2


def test_a_damaged_one_is_made_again(base, tmp_path):
    expected = modeling.load_base(str(base))(torch.arange(9)[None]).logits
    (folder,) = kept(tmp_path)
    (folder / "model.safetensors").write_bytes(b"nothing")
    assert torch.equal(modeling.load_base(str(base))(torch.arange(9)[None]).logits, expected)
    assert kept(tmp_path) == [folder] and (folder / "model.safetensors").stat().st_size > 1000


def test_small_models_and_whole_ones_are_not_kept(base, tmp_path, monkeypatch):
    modeling.load_base(str(base), quantised=False)
    monkeypatch.undo()
    assert four_bit_cache.place(base, "nf4") is None and kept(tmp_path) == []


def test_a_disk_without_room_keeps_none(base, tmp_path, monkeypatch):
    (tmp_path / "hub").write_text("a file where the folder would be")
    assert modeling.load_base(str(base)) is not None
    assert kept(tmp_path) == []


def test_those_used_longest_ago_go(base, tmp_path, monkeypatch):
    for age in (3, 2, 1):
        os.utime(base / "model.safetensors", (age, age))
        modeling.load_base(str(base))
        os.utime(max(kept(tmp_path), key=lambda path: path.stat().st_mtime), (100 - age, 100 - age))
    oldest = min(kept(tmp_path), key=lambda path: path.stat().st_mtime)
    size = sum(path.stat().st_size for path in oldest.iterdir())
    monkeypatch.setattr(four_bit_cache, "MOST", int(3.5 * size))
    os.utime(base / "model.safetensors", (9, 9))
    modeling.load_base(str(base))
    assert len(kept(tmp_path)) == 3 and oldest not in kept(tmp_path)
