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
