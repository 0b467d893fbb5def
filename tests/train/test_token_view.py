"""What the token view shows is what the real trainer learns: token by token, read out of its batches, for five formats."""

import json

import pytest

from ft_core.data.prepare import prepare
from ft_core.data.tokens import ChatTokenizer, Window, view
from ft_core.settings.data import DataSpec, SplitSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import sft
from ft_core.train.rows import IGNORED
from tests.helpers import make_base_model, make_run

SPEC = TrainSpec(epochs=1, batch_size=4, lora_rank=4, evaluations=1, max_length=400, threads=1)
TOOLS = [{"name": "weather", "description": "The weather.", "parameters": {"type": "object", "properties": {}}}]
CALL = {"name": "weather", "arguments": {"city": "Ulm", "days": 2}}


def csv_labels(folder):
    lines = "".join(f"The {thing} number {n} is here,{label}\n" for n in range(6) for thing, label in (("pen", "tool"), ("fox", "animal")))  # fmt: skip
    return written(folder / "labels.csv", f"message,label\n{lines}")


def alpaca(folder):
    rows = [
        {"instruction": f"Add {n}.", "input": f"{n} + {n}" * (n % 2), "output": f"It is {2 * n}."} for n in range(12)
    ]
    return written(folder / "alpaca.json", json.dumps(rows))


def sharegpt_with_tools(folder):
    def row(n):
        said = [
            ("human", f"Is day {n} dry?"),
            ("function_call", json.dumps(CALL)),
            ("observation", f'{{"rain": {n}}}'),
            ("gpt", f"There are {n} mm."),
        ]
        return {"conversations": [{"from": a, "value": b} for a, b in said], "tools": json.dumps(TOOLS)}

    return written(folder / "sharegpt.json", json.dumps([row(n) for n in range(12)]))


def messages(folder):
    def row(n):
        said = [("system", "Count."), ("user", f"{n}"), ("assistant", f"{n + 1}"), ("user", "and?"), ("assistant", f"{n + 2} " * 60 * (n % 3 + 1))]  # fmt: skip
        return {"messages": [{"role": a, "content": b} for a, b in said]}

    return written(folder / "messages.jsonl", "".join(json.dumps(row(n)) + "\n" for n in range(12)))


def squad(folder):
    def paragraph(n):
        question = {
            "id": str(n),
            "question": f"Who is number {n}?",
            "answers": [{"text": f"Ada {n}", "answer_start": 0}],
        }
        return {"context": f"Ada {n} is number {n}.", "qas": [question]}

    article = {"title": "x", "paragraphs": [paragraph(n) for n in range(12)]}
    return written(folder / "squad.json", json.dumps({"version": "1", "data": [article]}))


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.mark.parametrize("make", [csv_labels, alpaca, sharegpt_with_tools, messages, squad])
def test_learnt_tokens_are_the_labels_of_the_trainer(make, tmp_path, base):
    source = make(tmp_path)
    keep = {"duplicates": "keep", "near_duplicates": "keep", "conflicts": "keep"}
    data = DataSpec(source=source.name, split=SplitSpec(validation=0.0, test=0.25), clean=keep)
    dataset = prepare(source, data, None, tmp_path / "datasets")
    run = make_run(tmp_path / "runs", base, dataset, SPEC.model_copy(update={"fused": False}))  # padded, as on a GPU
    trainer = sft.prepare(run, lambda step, total, message: None, None, 8).trainer
    trained = []
    for batch in trainer.get_train_dataloader():
        for ids, labels, mask in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True):
            real = mask.bool()
            trained.append((len(ids), ids.tolist(), labels.tolist(), ids[real].tolist()))
    window = Window(ChatTokenizer.load(base), SPEC.max_length)
    examples = dataset.examples("train")
    shown = {}
    for example in examples:
        seen = view(window, example)
        shown[tuple(seen.ids[: SPEC.max_length])] = example
    assert len(shown) == len(examples) >= 8
    assert {tuple(real) for *_, real in trained} == set(shown), "every example, and nothing else, is trained on"
    for width, ids, labels, real in trained:
        seen = view(window, shown[tuple(real)], fill_to=width)
        kinds = [kind for _, kind in seen.tokens if kind != "cut"]
        assert seen.ids[: len(ids)] == ids and len(kinds) == width
        assert [label != IGNORED for label in labels] == [kind == "learnt" for kind in kinds]
        assert all(label in (IGNORED, token) for label, token in zip(labels, ids, strict=True))
        assert kinds.count("padding") == width - len(real)
    seen = [view(window, example) for example in examples]
    assert any(one.cut_learnt for one in seen) == (make is messages)
    assert all(one.end_of_turn == (one.cut == 0) for one in seen)


def test_calls_of_tools_are_learnt_and_their_results_are_not(tmp_path, base):
    dataset = prepare(sharegpt_with_tools(tmp_path), DataSpec(source="sharegpt.json"), None, tmp_path / "datasets")
    seen = view(Window(ChatTokenizer.load(base), 2000), dataset.examples("train")[0])
    learnt = "".join(piece for piece, kind in seen.tokens if kind == "learnt")
    call, answer, rest = learnt.split("<|end|>")
    assert json.loads(call.removeprefix("<tool_call>\n").removesuffix("\n</tool_call>")) == CALL
    assert answer.startswith("There are") and rest == ""
    read = "".join(piece for piece, kind in seen.tokens if kind == "read only")
    assert "<tool_response>" in read and "The weather." in read
