import pytest

from ft_core.data.shape.shape import find, shape
from ft_core.data.table import Table, table_of
from ft_core.errors import FTError
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Message

ANY = ColumnSpec()


def table(**columns):
    cells = {name: list(values) for name, values in columns.items()}
    return Table(cells, "csv", "utf-8", [], list(range(1, len(next(iter(cells.values()))) + 1)))


def texts(count=12):
    return [f"A customer writes a rather long message number {n} here" for n in range(count)]


def turns(first, second, *pairs):
    return [{first: a, second: b} for a, b in pairs]


def test_labels_beside_numbers_dates_and_names():
    data = table(
        id=[str(n) for n in range(12)],
        received=["2025-01-06 09:00"] * 12,
        customer=["Ada", "Bob"] * 6,
        message=texts(),
        label=["billing", "returns", "Billing"] * 4,
    )
    shaped = shape(data, ANY, "Sort it.", None)
    assert (shaped.shape, shaped.task, shaped.columns.prompt, shaped.columns.answer) == (
        "text-label",
        "classification",
        "message",
        "label",
    )
    assert shaped.why == "`message` holds the longest texts and `label` only 2 different short ones."
    assert shaped.labels == ["billing", "returns"]
    assert [m.role for m in shaped.examples[0].messages] == ["system", "user", "assistant"]
    assert shaped.examples[2].row == 3 and shaped.examples[2].answer == "Billing"


def test_columns_without_telling_names():
    shaped = shape(table(u=["spam", "ham", "ham"] * 4, v=texts()), ANY, None, None)
    assert (shaped.columns.prompt, shaped.columns.answer, shaped.task) == ("v", "u", "classification")


@pytest.mark.parametrize(
    ("prompt", "answer"), [("question", "answer"), ("prompt", "completion"), ("Query", "Response"), ("input", "output")]
)
def test_questions_and_answers_by_name(prompt, answer):
    shaped = shape(
        table(**{"id": list("abcdefghijkl"), answer: [f"answer {n}" for n in range(12)], prompt: texts()}),
        ANY,
        None,
        None,
    )
    assert (shaped.shape, shaped.columns.prompt, shaped.columns.answer, shaped.task) == (
        "prompt-answer",
        prompt,
        answer,
        "instruction",
    )


def test_alpaca_puts_the_input_below_the_instruction():
    shaped = shape(
        table(instruction=["Sum up.", "Greet."], input=["A text.", ""], output=["Short.", "Hi."]), ANY, None, None
    )
    assert shaped.shape == "alpaca"
    assert [example.question for example in shaped.examples] == ["Sum up.\n\nA text.", "Greet."]


def test_squad_puts_the_context_above_and_takes_the_first_answer():
    shaped = shape(
        table(context=["Ada wrote it."], question=["Who?"], answers=[{"text": ["Ada", "She"]}]), ANY, None, None
    )
    assert (
        shaped.shape == "squad"
        and shaped.examples[0].question == "Ada wrote it.\n\nWho?"
        and shaped.examples[0].answer == "Ada"
    )


def test_conversations_of_both_kinds_end_with_the_last_answer():
    openai = turns(
        "role",
        "content",
        ("system", "Be kind."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "More"),
        ("assistant", "Yes"),
        ("user", "Bye"),
    )
    shaped = shape(table(messages=[openai]), ANY, None, None)
    assert (shaped.shape, shaped.task) == ("messages", "chat")
    assert [m.content for m in shaped.examples[0].messages] == ["Be kind.", "Hi", "Hello", "More", "Yes"]
    sharegpt = turns("from", "value", ("human", "Hi"), ("gpt", "Hello"))
    shaped = shape(table(conversations=[sharegpt]), ANY, "Be brief.", None)
    assert (shaped.shape, shaped.task) == ("sharegpt", "instruction")
    assert [(m.role, m.content) for m in shaped.examples[0].messages] == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello"),
    ]


def test_conversations_that_cannot_be_used_are_left_out_by_row():
    good = turns("role", "content", ("user", "Hi"), ("tool", "42"), ("assistant", "Hello"))
    bad = turns("role", "content", ("user", "Hi"), ("moderator", "42"), ("assistant", "Hello"))
    shaped = shape(table(messages=[good, bad, []]), ANY, None, None)
    assert [message.role for message in shaped.examples[0].messages] == ["user", "tool", "assistant"]
    assert [number for number, _ in shaped.unusable] == [2, 3] and "'moderator'" in shaped.unusable[0][1]


def test_the_choice_of_the_person_wins():
    data = table(message=texts(), reply=[f"r{n}" for n in range(12)], label=["a", "b"] * 6)
    shaped = shape(data, ColumnSpec(prompt="reply", answer="message"), None, None)
    assert shaped.examples[0].question == "r0" and shaped.shape == "prompt-answer"
    assert shape(data, ColumnSpec(answer="label"), None, None).columns.prompt == "message"
    assert shape(data, ColumnSpec(prompt="message", answer="label"), None, "instruction").labels == []


def test_empty_cells_stay_for_the_cleaning():
    shaped = shape(table(message=["", *texts(5)], label=["a", "b", "a", "b", "", "a"]), ANY, None, "classification")
    assert len(shaped.examples) == 6 and shaped.examples[0].question == "" and shaped.examples[4].answer == ""


@pytest.mark.parametrize(
    ("chosen", "what", "fix"),
    [
        ({"prompt": "mesage"}, "There is no column `mesage`.", "Choose `Message` as the Prompt column."),
        ({"answer": "LABEL"}, "There is no column `LABEL`.", "Choose `label` as the Answer column."),
        ({"answer": "zzz"}, "There is no column `zzz`.", "Choose one of these as the Answer column."),
        (
            {"prompt": "zzz", "answer": "lable"},
            "There are no columns `zzz` and `lable`.",
            "Choose one of these as the Prompt column and `label` as the Answer column.",
        ),
        ({"messages": "massage"}, "There is no column `massage`.", "Choose `Message` as the Messages column."),
    ],
)
def test_a_column_that_is_not_there(chosen, what, fix):
    with pytest.raises(FTError) as caught:
        shape(table(Message=texts(), label=["a", "b"] * 6), ColumnSpec(**chosen), None, None)
    assert caught.value.as_dict() == {
        "code": "data.columns",
        "what": what,
        "why": "The columns are `Message`, `label`.",
        "fix": fix,
    }


def test_one_column_twice():
    with pytest.raises(FTError, match="both prompt and answer"):
        shape(table(message=texts(), label=["a", "b"] * 6), ColumnSpec(prompt="label", answer="label"), None, None)


@pytest.mark.parametrize("chosen", [{}, {"prompt": "message", "answer": "label"}, {"prompt": "mesage"}])
def test_one_column(chosen):
    with pytest.raises(FTError) as caught:
        shape(table(message=texts()), ColumnSpec(**chosen), None, None)
    assert caught.value.code == "data.one_column" and "`message`" in caught.value.why
    assert caught.value.fix.startswith("Add a second column with the answer or the label")


def test_a_header_that_is_a_whole_text_is_shown_in_short():
    with pytest.raises(FTError) as caught:
        shape(table(**{"a long text " * 40: texts()}), ANY, None, None)
    assert caught.value.why.startswith("It is `a long text") and len(caught.value.why) < 150


@pytest.mark.parametrize("chosen", [{}, {"prompt": "message"}])
def test_a_missing_label_column(chosen):
    data = table(id=[str(n) for n in range(12)], date=["2024-01-01"] * 12, message=texts())
    with pytest.raises(FTError) as caught:
        shape(data, ColumnSpec(**chosen), None, None)
    assert caught.value.code == "data.shape"
    assert caught.value.why == (
        "There is a column of texts but none with answers. The columns are `id`, `date`, `message`."
    )
    assert "Answer column" in caught.value.fix and "add a column with the answer or the label" in caught.value.fix


def test_nothing_to_learn():
    with pytest.raises(FTError) as caught:
        shape(table(id=["1", "2"], date=["2024-01-01", "2024-01-02"]), ANY, None, None)
    assert caught.value.code == "data.shape" and "`date`" in caught.value.why


def test_a_messages_column_without_conversations():
    with pytest.raises(FTError) as caught:
        shape(table(message=texts(), label=["a", "b"] * 6), ColumnSpec(messages="label"), None, None)
    assert caught.value.code == "data.shape" and caught.value.what.startswith("No row of `label` holds a conversation")
    assert "The columns are `message`, `label`." in caught.value.why and "Messages column" in caught.value.fix


def test_the_better_answer_is_learnt_and_the_worse_one_kept():
    data = table(prompt=texts(), chosen=["yes", "no"] * 6, rejected=["no", "yes"] * 6)
    shaped = shape(data, ANY, None, None)
    assert (shaped.shape, shaped.task, shaped.labels) == ("preference", "instruction", [])
    assert shaped.examples[0].answer == "yes" and shaped.examples[0].rejected == (Message("assistant", "no"),)
    assert shape(data, ColumnSpec(prompt="prompt", answer="chosen"), None, None).examples == shaped.examples
    chosen = shape(data, ColumnSpec(prompt="prompt", answer="rejected", rejected="chosen"), None, None)
    assert chosen.examples[0].answer == "no" and "chosen as the better" in chosen.why


def test_a_better_answer_to_nothing():
    with pytest.raises(FTError) as caught:
        shape(table(id=list("abc"), nr=list("abc"), chosen=["a"] * 3, rejected=["b"] * 3), ANY, None, None)
    assert caught.value.code == "data.shape" and "but to what?" in caught.value.why


def test_wanted_answers_alone_are_learnt():
    talk = turns("role", "content", ("user", "Hi"), ("assistant", "Hello"))
    shaped = shape(table(messages=[talk] * 3, label=["true", "false", "true"]), ANY, None, None)
    assert len(shaped.examples) == 2 and shaped.unusable == [(2, "an answer that is marked as not wanted")]
    with pytest.raises(FTError) as caught:
        shape(table(prompt=["p"], completion=["c"], label=["false"]), ANY, None, None)
    assert "Row 1 has an answer that is marked as not wanted." in caught.value.why


def test_prompts_and_completions_that_are_messages_keep_every_turn():
    start = turns("role", "content", ("user", "Hi"), ("assistant", "Hello"), ("user", "More"))
    end = turns("role", "content", ("assistant", "Yes"))
    shaped = shape(table(prompt=[start], completion=[end]), ANY, None, None)
    assert (shaped.shape, shaped.task) == ("prompt-answer", "chat")
    assert [message.content for message in shaped.examples[0].messages] == ["Hi", "Hello", "More", "Yes"]


def test_a_passage_beside_questions_is_found_and_can_be_chosen():
    answers = [f"answer {n}" for n in range(12)]
    data = table(question=texts(), passage=["A long passage. " * 9] * 12, answer=answers)
    shaped = shape(data, ANY, None, None)
    assert shaped.columns.context == "passage" and shaped.examples[0].question.startswith("A long passage.")
    assert shaped.why == "`question` holds what is asked and `answer` the answers, and `passage` what they are about."
    chosen = shape(table(q=texts(), more=["So it is."] * 12, answer=answers), ColumnSpec(context="more"), None, None)
    assert chosen.examples[0].question == f"So it is.\n\n{texts()[0]}"


def test_numbers_get_the_names_beside_them_or_those_that_were_chosen():
    data = table(text=texts(), label=["0", "1", "1"] * 4, label_text=["sad", "glad", "glad"] * 4)
    shaped = shape(data, ANY, None, None)
    assert (shaped.columns.answer, shaped.labels, shaped.label_names) == (
        "label",
        ["glad", "sad"],
        {"0": "sad", "1": "glad"},
    )
    assert shaped.why.endswith("`label_text` holds the words for the numbers of `label`: they are learnt.")
    chosen = shape(data, ANY, None, None, {"0": "blue", "7": "never"})
    assert chosen.labels == ["1", "blue"] and chosen.examples[0].answer == "blue"


def test_whole_texts_are_material_for_questions_and_answers():
    for data in (table(text=["A story."] * 3), table(notes=["A long story. " * 30] * 3)):
        assert find(data, ANY).shape == "text"
        with pytest.raises(FTError) as caught:
            shape(data, ANY, None, None)
        assert caught.value.code == "data.shape" and caught.value.fix.startswith(
            "Make questions and answers from these"
        )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"instruction": f"Translate {i}", "input": f"INPUT {i}", "output": f"out {i}"} for i in range(6)], "INPUT 3"),
        ([{"system": f"Be {i}.", "question": f"Why {i}?", "answer": f"So {i}."} for i in range(6)], "Be 3."),
    ],
)
def test_what_was_found_and_comes_back_as_chosen_is_the_same(rows, expected):
    table = table_of(enumerate(rows, start=1), [], "json", "utf-8")
    found = shape(table, ColumnSpec(), None, None)
    chosen = ColumnSpec(prompt=found.columns.prompt, answer=found.columns.answer)
    again = shape(table, chosen, None, None)
    assert again.examples == found.examples
    assert any(expected in message.content for message in again.examples[3].messages)


def test_the_task_preference_is_for_pairs_alone():
    data = table(prompt=texts(), chosen=["yes", "no"] * 6, rejected=["no", "yes"] * 6)
    shaped = shape(data, ANY, None, "preference")
    assert (shaped.shape, shaped.task, shaped.labels) == ("preference", "preference", [])
    for other in (
        table(prompt=texts(), answer=["a longer answer", "another answer"] * 6),
        table(prompt=texts(), completion=["yes", "no"] * 6, label=["true", "false"] * 6),
    ):
        with pytest.raises(FTError) as caught:
            shape(other, ANY, None, "preference")
        assert caught.value.code == "data.no_pairs" and "`rejected`" in caught.value.fix


def test_texts_without_answers_are_learnt_when_the_task_is_text_and_else_its_name_is_told():
    long = "A text that goes on. " * 20
    with pytest.raises(FTError) as caught:
        shape(table(text=[long, long + "More."]), ANY, None, None)
    assert caught.value.code == "data.shape" and "set the Task to text" in caught.value.fix
    for columns in (ANY, ColumnSpec(answer="text"), ColumnSpec(prompt="text")):
        shaped = shape(table(source=["web", "web"], text=[long, long + "More."]), columns, None, "text")
        assert (shaped.shape, shaped.task, shaped.labels, shaped.columns) == (
            "text",
            "text",
            [],
            ColumnSpec(answer="text"),
        )
        assert [example.messages for example in shaped.examples] == [
            (Message("assistant", long),),
            (Message("assistant", long + "More."),),
        ]
    longest = shape(table(note=["a", "b"], story=[long, long]), ANY, None, "text")
    assert longest.columns.answer == "story"
    with pytest.raises(FTError) as caught:
        shape(table(text=[long]), ColumnSpec(answer="txt"), None, "text")
    assert caught.value.code == "data.columns"
