"""The lines that a card prints really load what was shared, for every method: run by a stranger who knows the card alone."""

import json
import re
import zipfile
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from ft_core import generate, modeling
from ft_core.hub.pack import pack
from ft_core.hub.push import push
from ft_core.prompts import prompt_ids
from ft_core.settings.example import Message
from ft_core.settings.methods import METHODS, WHOLE_MODEL, Method
from ft_core.settings.train import TrainSpec
from ft_core.train import training
from tests import hub_standin
from tests.helpers import make_dataset, make_run
from tests.hub.test_push import child, quiet

# Of qlora the card's lines hold the base in full precision, so its answers are others: test_push looks at that.
KINDS = [*(method for method in METHODS if method != "qlora"), "pissa", "eva"]
QUESTION = (Message(role="user", content="Write your message here"),)
RUN_ALL = """
import json, sys
import torch
for name, code in json.load(open(sys.argv[1])).items():
    known = {}
    exec(code, known)
    with torch.no_grad():
        logits = known["model"](**known["inputs"]).logits[0, -1]
    torch.save(logits, f"{sys.argv[2]}/{name}.pt")
    print(json.dumps([name, type(known["model"]).__name__, known["answer"][0, known["inputs"]["input_ids"].shape[1] :].tolist()]))
"""


def trained(folder: Path, base: Path, dataset, kind: str):
    start = kind if kind in ("pissa", "eva") else "default"
    method: Method = "lora" if start != "default" else kind  # pyright: ignore[reportAssignmentType]
    values = {
        "method": method,
        "epochs": 0.5,
        "learning_rate": 0.01 * METHODS[method].rate,
        "batch_size": 8,
        "evaluations": 1,
    }
    if start != "default":
        values |= {"initialisation": start}
    run = make_run(folder, base, dataset, TrainSpec.model_validate(values | {"max_length": 128, "threads": 1}))
    training.train(run, quiet)
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory, base):
    """A trained run of each kind."""
    folder = tmp_path_factory.mktemp("runs")
    dataset = make_dataset(folder / "datasets", 60)
    return {kind: trained(folder / "runs", base, dataset, kind) for kind in KINDS}


@pytest.fixture(scope="module")
def shared(runs):
    """All of them pushed: the stand-in."""
    with hub_standin.serve(large_suffixes=()) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.url)
        for kind, run in runs.items():
            push(run, repo(kind), True, hub_standin.OWNER, quiet)
        yield hub


def repo(kind: str) -> str:
    return f"alice/{kind.replace('_', '-')}"


def code_of(card: str) -> str:
    return re.findall(r"```python\n(.*?)\n```", card, re.DOTALL)[0]


def test_the_card_of_every_method_loads_the_very_model_that_was_trained(runs, shared, tmp_path):
    codes = {kind: code_of(shared.repos[repo(kind)].files["README.md"].content.decode()) for kind in KINDS}
    (tmp_path / "codes.json").write_text(json.dumps(codes))
    printed = child(
        RUN_ALL, shared, tmp_path / "cache", str(tmp_path / "codes.json"), str(tmp_path), token=hub_standin.OWNER
    )
    found = {
        line[0]: line[1:] for line in map(json.loads, (one for one in printed.splitlines() if one.startswith('["')))
    }
    for kind, run in runs.items():
        loaded, answered = found[kind]
        assert loaded == ("LlamaForCausalLM" if kind in WHOLE_MODEL else "PeftModelForCausalLM"), kind
        pair = modeling.load_run_model(run)
        ids = torch.tensor([prompt_ids(pair.tokenizer, QUESTION)])
        with torch.no_grad(), pair.base() as alone:
            bare = alone(input_ids=ids).logits[0, -1]
        with torch.no_grad():
            tuned = pair.tuned(input_ids=ids).logits[0, -1]
        assert not torch.allclose(tuned, bare, atol=1e-3), f"{kind} has learnt nothing"
        assert torch.allclose(torch.load(tmp_path / f"{kind}.pt"), tuned, atol=1e-4), kind
        (ours,) = generate.answers(
            pair.tuned, pair.tokenizer, [QUESTION], max_new_tokens=run.spec().evaluation.max_new_tokens
        )
        said = pair.tokenizer.decode(answered, skip_special_tokens=True)
        assert said.strip() == ours.text.strip(), kind


def test_nothing_that_was_pushed_tells_a_path_of_this_machine(runs, shared, base):
    for kind, run in runs.items():
        files = shared.repos[repo(kind)].files
        for path, file in files.items():
            for secret in (str(run.folder.parent.parent), str(base), str(base.parent), hub_standin.OWNER):
                assert secret.encode() not in file.content, (kind, path)
        assert ("base/config.json" in files) == (kind not in WHOLE_MODEL)
        assert ("model.safetensors" in files) == (kind in WHOLE_MODEL) == ("adapter_config.json" not in files)
        card = files["README.md"].content.decode()
        values = yaml.safe_load(card.split("---\n")[1])
        assert values["library_name"] == ("transformers" if kind in WHOLE_MODEL else "peft")
        assert ("adapter" in card.split("## Measured")[0]) == (
            kind not in (*WHOLE_MODEL, "prompt_tuning", "prefix_tuning")
        )


def test_a_whole_model_in_a_zip_is_there_once(runs, tmp_path):
    run = runs["full"]
    with zipfile.ZipFile(pack(run, tmp_path)) as archive:
        names = [name.removeprefix(f"{run.id}/") for name in archive.namelist()]
        archive.extractall(tmp_path / "unpacked")
    assert len(names) == len(set(names)) and not any(name.startswith(("checkpoints", "model/base")) for name in names)
    inside = tmp_path / "unpacked" / run.id / "model"
    assert {"config.json", "tokenizer.json", "README.md", "project.yaml"} <= {path.name for path in inside.iterdir()}
    weights = load_file(inside / "model.safetensors")
    assert all(torch.equal(value, weights[name]) for name, value in load_file(run.model / "model.safetensors").items())


def test_a_repository_that_held_an_adapter_holds_the_whole_model_alone_and_the_other_way_round(runs, shared):
    for first, second in (("lora", "full"), ("full", "lora")):
        for kind in (first, second):
            push(runs[kind], "alice/both", True, hub_standin.OWNER, quiet)
        assert set(shared.repos["alice/both"].files) == set(shared.repos[repo(second)].files)
