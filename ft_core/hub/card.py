"""The model card: what a run made, how it was measured, and how to load it, as Markdown with the Hub's front matter.

Names and labels come from people's data: they are escaped, so that a label cannot draw a heading, a link or a table column.
No row of the data is shown, and no path of this machine.
"""

import re
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from ft_core import amounts, catalog
from ft_core.files import read_json
from ft_core.run import HEAD_LABELS, Run
from ft_core.settings.methods import WHOLE_MODEL, Method, in_four_bits
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec

STUDIO = "Fine-Tuning Studio"
_TASKS = {
    "classification": "answers with one of a few labels",
    "instruction": "answers with a text",
    "chat": "holds a conversation",
    "text": "continues texts",
    "preference": "has learnt which of two answers is the better one",
}
# What a method leaves, and its tags on the Hub.
_KINDS: dict[Method, tuple[str, tuple[str, ...]]] = {
    "qlora": ("a LoRA adapter for", ("lora", "qlora")),
    "lora": ("a LoRA adapter for", ("lora",)),
    "dora": ("a DoRA adapter for", ("lora", "dora")),
    "rslora": ("an rsLoRA adapter for", ("lora", "rslora")),
    "ia3": ("an IA3 adapter for", ("ia3",)),
    "prompt_tuning": ("a soft prompt (prompt tuning) for", ("prompt-tuning",)),
    "prefix_tuning": ("a prefix (prefix tuning) for", ("prefix-tuning",)),
    "full": ("a whole model, fully fine-tuned from", ("full-fine-tuning",)),
    "layers": ("a whole model, of which the last layers were fine-tuned, from", ("partial-fine-tuning",)),
}
_TRAINING_ROWS = (
    ("status", "Status"),
    ("steps", "Steps"),
    ("epochs", "Epochs"),
    ("train_loss", "Training loss"),
    ("validation_loss", "Validation loss"),
    ("trainable_parameters", "Trainable parameters"),
    ("tokens_per_second", "Tokens per second"),
    ("peak_memory_gb", "Peak memory (GB)"),
    ("seconds", "Seconds"),
)


def model_card(run: Run, repo: str | None = None) -> str:
    """The card (README.md) of a run. `repo` (owner/name) stands in the loading lines; left out, the project's own, or a placeholder."""
    spec = run.spec()
    name = repo or spec.share.repo or "your-name/your-model"
    sections = (
        f"---\n{_front_matter(run, spec)}\n---",
        f"# {escape(spec.name)}",
        _introduction(run, spec),
        _measured(run.report()),
        _loading(run, spec, name),
        _data(run),
        _settings(spec),
        _training(run.training()),
        _limits(run, spec),
        _made(run),
    )
    return "\n\n".join(sections) + "\n"


def revision(run: Run) -> str | None:
    """The commit of the Hub base model that the run was trained on, when it is known."""
    return run.model_revision or run.spec().model.revision


def is_whole(run: Run) -> bool:
    """True where the result is a whole model, False where it is an adapter."""
    return run.spec().training.method in WHOLE_MODEL


def tokenizer_folder(run: Run) -> Path | None:
    """Where the run's tokenizer lies: beside what was trained, or in a local base model; None when it is the Hub base's own."""
    trained = run.model if is_whole(run) else run.adapter
    beside = (trained / "tokenizer_config.json").is_file()
    return trained if beside else catalog.base_folder(run.spec().model.base)


def escape(text: str) -> str:
    """Text of unknown origin as one line of Markdown that shows exactly that text, also inside a table."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+\-!|~$])", r"\\\1", line).replace("://", "&#58;//")


def _front_matter(run: Run, spec: ProjectSpec) -> str:
    on_hub = catalog.base_folder(spec.model.base) is None
    whole = spec.training.method in WHOLE_MODEL
    data = ModelCardData(
        base_model=spec.model.base if on_hub else None,
        base_model_relation=("finetune" if whole else "adapter") if on_hub else None,
        library_name="transformers" if whole else "peft",
        license=_licence(spec.model.base),
        pipeline_tag="text-classification" if run.head_labels() else "text-generation",
        tags=["fine-tuning-studio", *_KINDS[spec.training.method][1]],
    )
    return data.to_yaml()


def _licence(base: str) -> str | None:
    return next((model.licence for model in catalog.suggestions() if model.id == base), None)


def _base_words(spec: ProjectSpec) -> str:
    """The base model in words, without a path."""
    if spec.model.base == catalog.STARTER:
        return f"the starter model of {STUDIO}"
    if catalog.base_folder(spec.model.base) is not None:
        return "a base model of its maker's own"
    return f"[{escape(spec.model.base)}](https://huggingface.co/{spec.model.base})"


def _introduction(run: Run, spec: ProjectSpec) -> str:
    task = _TASKS.get(spec.task or "", "answers with a text")
    head = " It chooses a label with a classification head." if run.head_labels() else ""
    lines = [f"This is {_KINDS[spec.training.method][0]} {_base_words(spec)}. It {task}.{head}"]
    if catalog.base_folder(spec.model.base) is not None and spec.training.method not in WHOLE_MODEL:
        lines.append("The base model lies beside it in `base/`, so this repository is all that is needed.")
    report = run.report()
    lines.append(f"\n\n**{escape(report['verdict']['sentence'])}**" if report else "\n\n**It has not been evaluated.**")
    return " ".join(lines)


def _measured(report: dict[str, Any] | None) -> str:
    if report is None:
        return (
            "## Measured\n\nNot evaluated: nobody has compared it with its base model on examples that it has not seen."
        )
    rows = [
        ["Metric", "Base", "Base with examples in the prompt", "Tuned", "Difference", "95 % interval of the difference"]
    ]
    for metric in report["metrics"].values():
        interval = (
            "–" if metric["low"] is None else f"{amounts.score(metric['low'])} to {amounts.score(metric['high'])}"
        )
        better = f"{escape(metric['title'])} ({metric['better']} is better)"
        rows.append(
            [better, *(amounts.score(metric[key]) for key in ("base", "few_shot", "tuned", "difference")), interval]
        )
    shots = report.get("few_shot_examples")
    text = f"On {report['n']} test examples that were not used in training. Difference is tuned minus base."
    if report.get("start"):
        text += " Base is the model that this training started from, itself tuned from the base model."
    if shots:
        text += f" The base model was also measured with {shots} training examples in its prompt."
    if report.get("decoding"):
        text += f" Answers: {escape(str(report['decoding']))}."
    return f"## Measured\n\n{text}\n\n{_table(rows)}"


def _loading(run: Run, spec: ProjectSpec, repo: str) -> str:
    messages = [{"role": "system", "content": spec.data.system}] if spec.data.system else []
    messages.append({"role": "user", "content": "Write your message here"})
    inputs = _asked(spec, messages)
    if run.head_labels():
        packages, code = _labelling(run, spec, repo, inputs)
    else:
        packages, imports, load = _load_whole() if is_whole(run) else _load_adapter(run, spec)
        code = f"""{imports}

folder = snapshot_download({repo!r})  # or the folder that holds this card
{load}
inputs = {inputs}
answer = model.generate(**inputs, max_new_tokens={spec.evaluation.max_new_tokens}, do_sample=False)
print(tokenizer.decode(answer[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))"""
    fence = "`" * max(3, 1 + max((len(run_of) for run_of in re.findall(r"`+", code)), default=0))
    return f"## How to load it\n\nWith `pip install {packages}`:\n\n{fence}python\n{code}\n{fence}"


def _asked(spec: ProjectSpec, messages: list[dict[str, str]]) -> str:
    """The call that makes tokens of what the model is given."""
    if spec.task == "text":
        return 'tokenizer("Write the beginning of a text here", add_special_tokens=False, return_tensors="pt")'
    return f'tokenizer.apply_chat_template({messages!r}, add_generation_prompt=True, return_tensors="pt", return_dict=True)'


def _labelling(run: Run, spec: ProjectSpec, repo: str, inputs: str) -> tuple[str, str]:
    """Packages to install, and the lines that load a model with a classification head and let it choose a label."""
    whole = is_whole(run)
    commit = revision(run)
    on_hub = repr(spec.model.base) + (f", revision={commit!r}" if commit else "")
    base = 'folder + "/base"' if catalog.base_folder(spec.model.base) is not None else on_hub
    tokenizer = "folder" if whole or tokenizer_folder(run) is not None else on_hub
    wrap = "" if whole else "\nmodel = PeftModel.from_pretrained(model, folder)"
    code = f"""import json

from huggingface_hub import snapshot_download
{"" if whole else "from peft import PeftModel" + chr(10)}from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder = snapshot_download({repo!r})  # or the folder that holds this card
with open(folder + "/{HEAD_LABELS}", encoding="utf-8") as file:
    labels = json.load(file)["labels"]
tokenizer = AutoTokenizer.from_pretrained({tokenizer})
model = AutoModelForSequenceClassification.from_pretrained({"folder" if whole else base}, num_labels=len(labels)){wrap}
inputs = {inputs}
print(labels[model.eval()(**inputs).logits.argmax().item()])"""
    return "transformers" if whole else "peft transformers", code


def _load_whole() -> tuple[str, str, str]:
    """Packages to install, imports, and the lines that load tokenizer and model from `folder`."""
    imports = (
        "from huggingface_hub import snapshot_download\nfrom transformers import AutoModelForCausalLM, AutoTokenizer"
    )
    load = "tokenizer = AutoTokenizer.from_pretrained(folder)\nmodel = AutoModelForCausalLM.from_pretrained(folder)"
    return "transformers", imports, load


def _load_adapter(run: Run, spec: ProjectSpec) -> tuple[str, str, str]:
    """The same for an adapter. One that began with LoftQ mends the error of 4 bits, and needs its base in 4 bits."""
    commit = revision(run)
    on_hub = repr(spec.model.base) + (f", revision={commit!r}" if commit else "")
    base = 'folder + "/base"' if catalog.base_folder(spec.model.base) is not None else on_hub
    tokenizer = "folder" if tokenizer_folder(run) is not None else on_hub
    loftq = spec.training.initialisation == "loftq"
    names = "AutoModelForCausalLM, AutoTokenizer" + (", BitsAndBytesConfig" if loftq else "")
    imports = (
        f"from huggingface_hub import snapshot_download\nfrom peft import PeftModel\nfrom transformers import {names}"
    )
    lines = [f"tokenizer = AutoTokenizer.from_pretrained({tokenizer})"]
    if loftq:
        lines.append(
            'four_bits = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True)'
        )
        base += ", quantization_config=four_bits"
    lines.append(f"model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained({base}), folder)")
    return "peft transformers bitsandbytes" if loftq else "peft transformers", imports, "\n".join(lines)


def _data(run: Run) -> str:
    data = run.data() or {}
    report = read_json(run.folder / data["folder"] / "report.json") if "folder" in data else None
    rows = [["", ""]]
    if report:
        rows.append(["Rows read", _number(report["rows"])])
        rows.append(["Rows kept", _number(report["kept"])])
        rows += [
            [f"{escape(str(split)).capitalize()} examples", _number(count)] for split, count in report["splits"].items()
        ]
        if report.get("labels"):
            rows.append(["Labels", ", ".join(escape(str(label)) for label in report["labels"])])
    rows.append(["Dataset version", f"`{data.get('dataset', 'unknown')}`"])
    rows.append(["SHA-256", f"`{data.get('sha256', 'unknown')}`"])
    return f"## Data\n\nThe rows themselves are not part of this repository.\n\n{_table(rows)}"


def _settings(spec: ProjectSpec) -> str:
    values = spec.training.model_dump()
    rows = [
        ["Setting", "Value"],
        *([field.title or key, _number(values[key])] for key, field in TrainSpec.model_fields.items() if key in values),
    ]
    if spec.data.system:
        rows.append(["System prompt", escape(spec.data.system)])
    return f"## Settings\n\nThe whole project is in `project.yaml`.\n\n{_table(rows)}"


def _training(result: dict[str, Any] | None) -> str:
    if result is None:
        return "## Training\n\nNo record of the training was kept."
    rows = [["", ""], *([title, _number(result[key])] for key, title in _TRAINING_ROWS if result.get(key) is not None)]
    return f"## Training\n\n{_table(rows)}"


def _limits(run: Run, spec: ProjectSpec) -> str:
    points = [
        "Meant for messages like those it was trained on. On anything else it may be worse than its base model.",
        "It can be wrong and sound sure. Let a person check what matters, and do not let it decide alone about people.",
        "It may repeat what stood in its training data, and what its base model learnt, mistakes and prejudices included.",
    ]
    training = spec.training
    if in_four_bits(training.method, training.four_bit) and training.initialisation != "loftq":
        points.append(
            "In training the base model was held in 4 bits (NF4); loaded in full precision as above, single answers may differ from the measured ones."
        )
    if spec.task == "classification":
        points.insert(
            1,
            f"It learnt only the labels above, and knows no answer for a text that none of them fits.{_validity(run)}",
        )
    if run.report() is None:
        points.insert(0, "Not evaluated: do not rely on it before it is.")
    return "## Intended use and limits\n\n" + "\n".join(f"- {point}" for point in points)


def _validity(run: Run) -> str:
    validity = (run.report() or {"metrics": {}})["metrics"].get("label_validity")
    if validity is None:
        return ""
    share = 100 * validity["tuned"]
    return f" Writing by itself, it answered with a label in {share:.0f} % of the test examples: check what it writes before you use it."


def _made(run: Run) -> str:
    environment = run.environment() or {}
    packages = environment.get("packages") or {}
    versions = ", ".join(f"{escape(name)} {escape(str(version))}" for name, version in packages.items())
    text = f"Made with {STUDIO} on {run.created:%d %B %Y} (UTC), run `{run.id}`."
    if environment.get("python"):
        text += f" Python {escape(str(environment['python']))}."
    return f"## How it was made\n\n{text}" + (f" {versions}." if versions else "")


def _table(rows: list[list[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *body])


def _number(value: Any) -> str:
    """Counts with thousands separators, small floats with four digits, None as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return escape(str(value))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
