"""One example: its parts by name."""

from dataclasses import FrozenInstanceError

import pytest

from ft_core.settings.example import Example, Message


def conversation(*turns: tuple[str, str]) -> Example:
    return Example(7, tuple(Message(role, said) for role, said in turns))


def test_the_last_answer_is_learnt_and_the_rest_is_its_prompt():
    example = conversation(
        ("system", "Sort."), ("user", "one"), ("assistant", "1"), ("user", "two"), ("assistant", "2")
    )
    assert (example.question, example.answer) == ("two", "2")
    assert [message.content for message in example.prompt] == ["Sort.", "one", "1", "two"]


def test_a_text_without_a_question_is_its_own():
    assert conversation(("assistant", "Once upon a time.")).question == "Once upon a time."


def test_a_message_is_told_as_the_api_has_it():
    assert Message("user", "x").as_dict() == {"role": "user", "content": "x"}


def test_calls_of_tools_are_values_for_templates_and_text_for_people():
    call = '{"name": "weather", "arguments": {"days": 2}}'
    message = Message("assistant", "Let me see.", (call,))
    function = {"name": "weather", "arguments": {"days": 2}}
    assert message.as_dict()["tool_calls"] == [{"type": "function", "function": function}]
    example = Example(1, (Message("user", "Rain?"), message))
    assert example.answer == f"Let me see.\n<tool_call>\n{call}\n</tool_call>"
    later = Example(1, (Message("user", "Rain?"), message, Message("tool", "dry"), Message("assistant", "Dry.")))
    assert later.prompt_text == f"Rain?\n{example.answer}\ndry" and later.question == "Rain?"
    assert Message("assistant", "", (call,)).text.startswith("<tool_call>"), "no empty line where nothing is said"


def test_an_example_cannot_be_changed():
    example = conversation(("user", "one"), ("assistant", "1"))
    with pytest.raises(FrozenInstanceError):
        example.row = 8
    assert {example: 1}[conversation(("user", "one"), ("assistant", "1"))] == 1, "equal ones are one key"


def test_its_place_is_its_row_and_in_a_mix_also_its_part():
    assert conversation(("user", "x")).place == "7"
    assert Example(7, (), part="faq").place == "faq: 7"
