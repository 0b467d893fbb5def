import json
from importlib.resources import files
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

import ft_core.starter
from ft_core import prompts
from ft_core.data.chat_template import ChatTemplate
from ft_core.settings.example import Message

TALK = [Message(role="user", content="q"), Message(role="assistant", content="a <b> 'c'")]


def test_marks_give_the_learnt_characters():
    answer = "[{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}]"
    source = (
        "{% for m in messages %}\n  {%- if m.role == 'assistant' %}"
        + answer
        + "{% else %}{{ m.content }}{% endif %}\n{% endfor %}"
    )
    template = ChatTemplate(source, {"eos_token": "</s>"})
    text, spans = template.render_learnt(TALK)
    assert [text[start:end] for start, end in spans] == ["a <b> 'c'</s>"]
    assert template.render(TALK) == text


def test_what_templates_may_call():
    template = ChatTemplate(
        "{{ messages[1] | tojson }}{{ strftime_now('%Y') | length }}{% for m in messages %}{% break %}{% endfor %}", {}
    )
    assert template.render(TALK) == '{"role": "assistant", "content": "a <b> \'c\'"}4'


CALL = '{"name": "weather", "arguments": {"city": "Ülm", "days": 2}}'
TOOLS = json.dumps(
    [{"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": {}}}]
)
TOOL_TALK = [
    Message("system", "Be brief."),
    Message("user", "Rain?"),
    Message("assistant", "", (CALL,)),
    Message("tool", '{"rain": 3}'),
    Message("assistant", "A little."),
    Message("user", "Thanks <3"),
    Message("assistant", "Bye."),
]
SPECIAL = {"bos_token": "<|begin_of_text|>", "eos_token": "<|im_end|>"}


def source_of(name):
    """A well-known template as trl ships it, or the starter model's own."""
    if name == "starter":
        return Path(ft_core.starter.__file__).with_name("chat_template.jinja").read_text(encoding="utf-8")
    return files("trl").joinpath("chat_templates", f"{name}.jinja").read_text(encoding="utf-8")


def theirs(source, tokenizer_folder):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_folder, **SPECIAL)
    tokenizer.chat_template = source
    return tokenizer


@pytest.mark.parametrize("name", ["starter", "qwen2_5", "llama3_1", "llama3"])
@pytest.mark.parametrize("tools", ["", TOOLS])
def test_the_text_is_that_of_transformers_and_of_generation(name, tools, tokenizer_folder):
    source = source_of(name)
    template, other = ChatTemplate(source, SPECIAL), theirs(source, tokenizer_folder)
    plain = [message for message in TOOL_TALK if not message.tool_calls and message.role != "tool"]
    turns = [message.as_dict() for message in plain]
    assert template.render(plain) == other.apply_chat_template(turns, tokenize=False)
    for end in (2, 4, 6):
        asked = other.decode(prompts.prompt_ids(other, TOOL_TALK[:end], tools))
        assert asked == template.render(TOOL_TALK[:end], prompt=True, tools=tools)
        learnt = other.decode(prompts.answer_ids(other, TOOL_TALK[: end + 1], tools))
        text, spans = template.render_learnt(TOOL_TALK[: end + 1], tools)
        assert text[slice(*spans[-1])].rstrip() == learnt


@pytest.mark.parametrize("name", ["qwen2_5", "llama3_1"])
def test_templates_that_know_tools_get_them_as_they_are(name, tokenizer_folder):
    source = source_of(name)
    turns = [message.as_dict() for message in TOOL_TALK]
    expected = theirs(source, tokenizer_folder).apply_chat_template(turns, tools=json.loads(TOOLS), tokenize=False)
    text, spans = ChatTemplate(source, SPECIAL).render_learnt(TOOL_TALK, TOOLS)
    assert text == expected and len(spans) == 3
    assert "weather" in text[slice(*spans[0])] and "Ülm" in text[slice(*spans[0])]
    assert [text[slice(*span)].split("<|")[0] for span in spans[1:]] == ["A little.", "Bye."]


def test_calls_in_one_message_come_one_by_one_where_a_template_takes_no_more():
    talk = [TOOL_TALK[1], Message("assistant", "", (CALL, CALL.replace("Ülm", "Bonn")))]
    text, spans = ChatTemplate(source_of("llama3_1"), SPECIAL).render_learnt(talk, TOOLS)
    assert [("Ülm" in text[slice(*span)], "Bonn" in text[slice(*span)]) for span in spans] == [
        (True, False),
        (False, True),
    ]
    text, spans = ChatTemplate(source_of("qwen2_5"), SPECIAL).render_learnt(talk, TOOLS)
    assert len(spans) == 1 and text[slice(*spans[0])].count("<tool_call>") == 2


def test_a_template_without_tools_gets_text():
    text, spans = ChatTemplate(source_of("starter"), {}).render_learnt(TOOL_TALK, TOOLS)
    assert text.startswith("<|system|>Be brief.\n\nYou can call these tools:\n<tools>\n")
    assert text[slice(*spans[0])] == f"<tool_call>\n{CALL}\n</tool_call><|end|>"
    assert '<|user|><tool_response>\n{"rain": 3}\n</tool_response><|end|>' in text
