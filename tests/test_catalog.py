"""The suggested base models, and where those that are on this machine lie."""

import json
from math import prod

import pytest
from safetensors import safe_open

from ft_core import catalog


def test_smallest_first_and_each_once():
    found = catalog.suggestions()
    sizes = [info.parameters for info in found]
    assert sizes == sorted(sizes) and found[0].id == catalog.STARTER
    assert len({info.id for info in found}) == len({info.title for info in found}) == len(found)
    for info in found:
        assert info.context >= 512 and info.licence and info.good_for.endswith(".")
        assert info.id == catalog.STARTER or info.id.count("/") == 1


def test_what_is_said_of_the_starter_model_is_so():
    said = catalog.suggestions()[0]
    folder = catalog.base_folder(catalog.STARTER)
    assert json.loads((folder / "config.json").read_text())["max_position_embeddings"] == said.context
    with safe_open(folder / "model.safetensors", "pt") as file:
        assert sum(prod(file.get_slice(name).get_shape()) for name in file.keys()) == said.parameters  # noqa: SIM118


def test_a_folder_is_a_base_model_and_a_hub_id_has_none(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert catalog.base_folder(str(tmp_path / "mine")) == catalog.base_folder("~/mine") == tmp_path / "mine"
    assert catalog.base_folder("Qwen/Qwen2.5-0.5B-Instruct") is None
    (tmp_path / "file").touch()
    assert catalog.base_folder(str(tmp_path / "file")) is None


@pytest.mark.parametrize("base", ["", "~nobody-of-this-name/mine", "long" * 100, "nul\0"])
def test_what_can_be_no_folder_has_none(base):
    assert catalog.base_folder(base) is None
