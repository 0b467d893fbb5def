"""What the model card says, with and without an evaluation, and that text from data stays text."""

import yaml
from huggingface_hub import ModelCard

from ft_core import generate, modeling
from ft_core.hub.card import escape, model_card
from ft_core.hub.push import stage
from ft_core.settings.example import Message
from tests.headed import make_headed_run
from tests.hub.made import REPORT, SECRET_ROW, make_tuned_run


def front_matter(card: str) -> dict:
    return yaml.safe_load(card.split("---\n")[1])


def test_the_front_matter_of_a_local_base_names_no_base_model(run):
    values = front_matter(model_card(run))
    assert values["library_name"] == "peft"
    assert values["pipeline_tag"] == "text-generation"
    assert values["tags"] == ["fine-tuning-studio", "lora", "qlora"]
    assert "base_model" not in values and "license" not in values


def test_the_front_matter_of_a_hub_base_names_it_and_its_licence(base, tmp_path):
    run = make_tuned_run(tmp_path, base, hub_base="Qwen/Qwen2.5-0.5B-Instruct")
    card = model_card(run, "alice/triage")
    assert front_matter(card)["base_model"] == "Qwen/Qwen2.5-0.5B-Instruct"
    assert front_matter(card)["license"] == "apache-2.0"
    assert f"from_pretrained('Qwen/Qwen2.5-0.5B-Instruct', revision='{'a' * 40}')" in card
    assert ModelCard(card).data.base_model == "Qwen/Qwen2.5-0.5B-Instruct"


def test_without_an_evaluation_it_says_so(run):
    card = model_card(run)
    assert "**It has not been evaluated.**" in card
    assert "Not evaluated" in card


def test_the_measured_table_holds_the_report(run):
    run.write_report(REPORT)
    card = model_card(run)
    assert "**The tuned model is better than its base.**" in card
    assert "| Accuracy (higher is better) | 0.325 | – | 0.900 | 0.575 | 0.400 to 0.725 |" in card
    assert "On 40 test examples" in card
    assert "not been evaluated" not in card


def test_how_often_it_writes_a_label_is_said_with_its_limits(run):
    validity = {**REPORT["metrics"]["accuracy"], "title": "Answered with a label", "tuned": 0.571}
    run.write_report({**REPORT, "metrics": {**REPORT["metrics"], "label_validity": validity}})
    assert "answered with a label in 57 % of the test examples" in model_card(run)


def test_data_settings_and_versions_are_there_and_rows_are_not(run):
    card = model_card(run)
    assert "| Train examples | 130 |" in card
    assert "f" * 64 in card
    assert "| Learning rate | 0.002 |" in card
    assert "| Validation loss | 0.33 |" in card
    assert "torch 2.13.0" in card
    assert SECRET_ROW not in card


def test_labels_cannot_draw(run):
    card = model_card(run)
    line = next(line for line in card.splitlines() if line.startswith("| Labels"))
    assert line == r"| Labels | bill \| ing, &lt;b&gt;login&lt;/b&gt;, \*other\* |"
    assert "# ticket\\_triage" in card


def test_escape_makes_one_harmless_line():
    assert escape("# a\n[b](http://c)") == r"\# a \[b\]\(http&#58;//c\)"


def test_a_system_prompt_with_fences_stays_inside_the_code(base, tmp_path):
    run = make_tuned_run(tmp_path, base, system="Answer in ``` fences\n# not a heading")
    card = model_card(run)
    assert "````python\n" in card
    assert "\n# not a heading" not in card
    code = card.split("````python\n")[1].split("\n````")[0]
    compile(code, "card", "exec")


def test_the_lines_that_load_a_classification_head_give_its_label(tmp_path, capsys):
    run, staged = make_headed_run(tmp_path), tmp_path / "staged"
    staged.mkdir()
    stage(run, "alice/triage", staged)
    card = (staged / "README.md").read_text()
    assert front_matter(card)["pipeline_tag"] == "text-classification"
    assert "with a classification head" in card and "| Answer with | classification |" in card
    code = card.split("```python\n")[1].split("\n```")[0]
    code = code.replace("snapshot_download('alice/triage')", repr(str(staged)))
    message = "Ada saw mango in attic Monday"
    exec(compile(code.replace("Write your message here", message), "card", "exec"), {})
    printed = capsys.readouterr().out.strip().splitlines()[-1]
    pair = modeling.load_run_model(run)
    found = generate.label_log_probabilities(pair.tuned, pair.tokenizer, [[Message("user", message)]])
    assert printed == pair.labels[int(found.argmax())]
