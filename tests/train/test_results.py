"""What a training leaves is whole, replaces what was there, and its hash is that of its weights."""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors import SafetensorError
from safetensors.torch import load_file

from ft_core import modeling
from ft_core.errors import explain
from ft_core.run import Run
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import results
from ft_core.train.methods.adapt import adapt
from tests.helpers import make_base_model, make_dataset, make_run

SAVES = """
import sys
from pathlib import Path
from ft_core import modeling
from ft_core.run import Run
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import results
from ft_core.train.methods.adapt import adapt

run, base = Run(Path(sys.argv[1])), sys.argv[2]
model = adapt(modeling.load_base(base, quantised=False), TrainSpec(method="lora", lora_rank=4))
while True:
    results.save(run, model, modeling.load_tokenizer(base), ModelSpec(base=base))
"""


@pytest.fixture
def made(tmp_path):
    """(run, base folder, tokenizer)."""
    base = make_base_model(tmp_path / "base")
    run = make_run(tmp_path / "runs", base, make_dataset(tmp_path / "datasets", 60))
    return run, base, modeling.load_tokenizer(str(base))


def test_an_adapter_replaces_the_one_before(made):
    run, base, tokenizer = made
    spec = ModelSpec(base=str(base))
    model = adapt(modeling.load_base(str(base), quantised=False), TrainSpec(method="lora", lora_rank=4))
    first = results.save(run, model, tokenizer, spec)
    next(p for p in model.parameters() if p.requires_grad).data.add_(1)
    second = results.save(run, model, tokenizer, spec)
    weights = (run.adapter / "adapter_model.safetensors").read_bytes()
    assert first != second == hashlib.sha256(weights).hexdigest() == results.sha256(run.adapter)
    assert [path.name for path in run.folder.glob("*adapter*")] == ["adapter"]
    assert (run.adapter / "tokenizer.json").is_file() and not (run.adapter / "README.md").exists()


def test_a_kill_between_the_two_renames_loses_nothing_and_leaves_nothing(made):
    run, base, tokenizer = made
    spec = ModelSpec(base=str(base))
    model = adapt(modeling.load_base(str(base), quantised=False), TrainSpec(method="lora", lora_rank=4))
    first = results.save(run, model, tokenizer, spec)
    run.adapter.rename(run.before(run.adapter))
    (run.folder / ".adapter-0123abcd").mkdir()
    (run.folder / ".model-0123abcd").mkdir()
    run.mend_result()
    assert run.has_adapter and results.sha256(run.adapter) == first
    assert [path.name for path in run.folder.iterdir() if path.name.startswith(".")] == []
    run.adapter.rename(run.before(run.adapter))
    next(p for p in model.parameters() if p.requires_grad).data.add_(1)
    assert results.save(run, model, tokenizer, spec) == results.sha256(run.adapter) != first
    assert [path.name for path in run.folder.glob("*adapter*")] == ["adapter"]


def test_a_kill_while_it_is_written_leaves_a_whole_result(made, tmp_path):
    """A real process that is killed as soon as it has begun to write."""
    run, base, tokenizer = made
    model = adapt(modeling.load_base(str(base), quantised=False), TrainSpec(method="lora", lora_rank=4))
    results.save(run, model, tokenizer, ModelSpec(base=str(base)))
    child = subprocess.Popen([sys.executable, "-c", SAVES, str(run.folder), str(base)], cwd=Path(__file__).parents[2])
    while not list(run.folder.glob(".adapter-*")) and child.poll() is None:
        time.sleep(0.001)
    child.kill()
    child.wait()
    assert list(run.folder.glob(".adapter-*"))
    run.mend_result()
    assert run.has_adapter and load_file(run.adapter / "adapter_model.safetensors")
    assert [path.name for path in run.folder.glob("*adapter*")] == ["adapter"]


def test_a_whole_model_lies_beside_no_adapter(made):
    run, base, tokenizer = made
    model = adapt(modeling.load_base(str(base), quantised=False), TrainSpec(method="full"))
    assert results.save(run, model, tokenizer, ModelSpec(base=str(base))) == results.sha256(run.model)
    assert run.is_trained and not run.has_adapter
    assert "model.norm.weight" in load_file(run.model / "model.safetensors")


def test_a_full_disk_leaves_the_result_before_and_nothing_half_written(made, tmp_path):
    run, base, tokenizer = made
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        small = Run(shutil.copytree(run.folder, disk / "run"))
        model = adapt(modeling.load_base(str(base), quantised=False), TrainSpec(method="lora", lora_rank=64))
        with pytest.raises((OSError, SafetensorError)) as caught:
            results.save(small, model, tokenizer, ModelSpec(base=str(base)))
        assert explain(caught.value).code == "disk.full" and not list(small.folder.glob("*adapter*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
