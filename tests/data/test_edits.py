"""Edits by hand: what they make of the rows, that they are refused all together, and that keep outlasts every cleaning step."""

import pytest

from ft_core.data.edits import edit, edits_of, to_train
from ft_core.data.look import look
from ft_core.data.table import table_of
from ft_core.errors import FTError
from ft_core.settings.data import DataSpec, EditSpec, PartSpec
from ft_core.settings.example import Example, Message
from tests.data.made import pairs

EXAMPLES = pairs(("one", "a"), ("two", "b"), ("three", "a"))
TURNS = [("user", "hello"), ("assistant", "hi"), ("user", "and now?"), ("assistant", "later")]
CONVERSATION = Example(4, tuple(Message(role, said) for role, said in TURNS))


def refused(*edits: EditSpec, examples=(*EXAMPLES, CONVERSATION), unusable=()) -> FTError:
    with pytest.raises(FTError) as caught:
        edit(list(examples), edits, unusable)
    assert caught.value.code == "data.edits" and caught.value.fix.startswith("Correct or remove")
    return caught.value


def test_rows_are_changed_left_out_and_kept_and_told():
    before = list(EXAMPLES)
    edited = edit(
        EXAMPLES,
        [
            EditSpec(row=3, action="drop"),
            EditSpec(row=1, action="change", prompt="uno", answer="c"),
            EditSpec(row=2, action="keep"),
        ],
    )
    assert [(example.row, example.question, example.answer) for example in edited.examples] == [
        (1, "uno", "c"),
        (2, "two", "b"),
    ]
    assert before == EXAMPLES, "the examples that were given stay as they are"
    assert edited.kept == {2}
    assert edited.as_dict() == {
        "code": "edits",
        "title": "Edits",
        "treatment": "fix",
        "found": 3,
        "changed": 1,
        "removed": 1,
        "rows": [1, 2, 3],
        "samples": [["row 1: one → a", "uno → c"], ["row 3: three → a", ""]],
    }


def test_without_edits_nothing_happens():
    assert edit(EXAMPLES, []).examples is EXAMPLES


def test_the_last_answer_of_a_conversation_can_be_changed_its_questions_cannot():
    changed = edit([CONVERSATION], [EditSpec(row=4, action="change", answer="tomorrow")]).examples[0]
    assert [message.content for message in changed.messages] == ["hello", "hi", "and now?", "tomorrow"]
    assert "2 questions" in refused(EditSpec(row=4, action="change", prompt="x")).why


def test_a_system_prompt_stays_when_the_question_changes():
    example = Example(1, (Message("system", "Sort."), Message("user", "q"), Message("assistant", "a")))
    changed = edit([example], [EditSpec(row=1, action="change", prompt="p")]).examples[0]
    assert [message.content for message in changed.messages] == ["Sort.", "p", "a"]


def test_everything_that_cannot_be_done_is_named_at_once():
    error = refused(
        EditSpec(row=9, action="drop"),
        EditSpec(row=8, action="keep"),
        EditSpec(row=1, action="change"),
        EditSpec(row=2, action="drop", answer="b"),
        EditSpec(row=3, action="keep"),
        EditSpec(row=3, action="drop"),
        unusable=[(8, "no message of the assistant")],
    )
    assert error.what == "5 edits by hand cannot be done."
    assert error.why.splitlines() == [
        "Row 9: there is no such row.",
        "Row 8: it cannot be used anyway (no message of the assistant).",
        "Row 1: it says change, and gives neither a new prompt nor a new answer.",
        "Row 2: it says drop, and also gives a new text; choose one.",
        "Row 3: it has 2 edits, and only one of them can hold.",
    ]


def test_many_refusals_are_counted():
    error = refused(*(EditSpec(row=row, action="drop") for row in range(100, 1300)))
    assert error.what.startswith("1200 edits") and error.why.endswith("And 1,190 more.")


def test_a_row_of_several_examples_is_left_out_whole_and_not_changed():
    twice = [EXAMPLES[0], EXAMPLES[0], EXAMPLES[1]]
    assert edit(twice, [EditSpec(row=1, action="drop")]).examples == [EXAMPLES[1]]
    assert "2 examples" in refused(EditSpec(row=1, action="change", answer="z"), examples=twice).why


def test_the_edits_of_each_part_and_a_part_that_is_not_there():
    faq = PartSpec(name="faq", source="faq.csv")
    spec = DataSpec(
        source="a.csv",
        mix=(faq,),
        edits=(EditSpec(row=1, action="drop"), EditSpec(row=2, action="drop", part="faq")),
    )
    assert [one.row for one in edits_of(spec, "main")] == [1] and [one.row for one in edits_of(spec, "faq")] == [2]
    with pytest.raises(FTError) as caught:
        edits_of(spec.model_copy(update={"mix": ()}), "main")
    assert caught.value.code == "data.edits" and "`faq`" in caught.value.what and "`main`" in caught.value.why


def test_what_a_person_keeps_no_cleaning_step_leaves_out():
    text = "the parcel with my new green shoes has still not arrived at the office today"
    texts = [text, f"{text} please", f"{text} sir", text]
    rows = [{"message": text, "label": "late"} for text in texts]
    rows += [{"message": f"number {n} of {n * n} things", "label": "ab"[n % 2]} for n in range(20)]
    table = table_of(enumerate(rows, start=1), [], "csv", "utf-8")
    alone = look(table, DataSpec(source="a.csv"), None)
    both = look(table, DataSpec(source="a.csv", edits=(EditSpec(row=2, action="keep"),)), None)
    assert [example.row for example in alone.cleaned.examples if example.answer == "late"] == [1]
    assert [example.row for example in both.cleaned.examples if example.answer == "late"] == [1, 2]
    steps = {step.code: step for step in both.cleaned.steps}
    assert (steps["near_duplicates"].found, steps["near_duplicates"].removed) == (2, 1), "found, told and kept"
    all_kept = look(
        table, DataSpec(source="a.csv", edits=tuple(EditSpec(row=row, action="keep") for row in (2, 3, 4))), None
    )
    assert len(all_kept.cleaned.examples) == len(rows)


def test_what_a_person_keeps_is_mended_all_the_same():
    rows = [{"message": f"<b>number</b> {n} of {n * n}<br>", "label": "ab"[n % 2]} for n in range(20)]
    table = table_of(enumerate(rows, start=1), [], "csv", "utf-8")
    looked = look(table, DataSpec(source="a.csv", edits=(EditSpec(row=2, action="keep"),)), None)
    assert "<b>" not in looked.cleaned.examples[1].question


def test_rows_to_learn_from_change_their_split_only_after_the_division():
    edits = [EditSpec(row=2, action="train", answer="z"), EditSpec(row=2, action="change", answer="c"), EditSpec(row=3, action="train")]  # fmt: skip
    edited = edit(EXAMPLES, edits)
    assert [example.answer for example in edited.examples] == ["a", "c", "a"], "what divides them is as it was"
    one, two, three = edited.examples
    parts, moved = to_train({"train": [one], "validation": [], "test": [two, three, CONVERSATION]}, edited.trained)
    assert [(example.row, example.answer) for example in parts["train"]] == [(1, "a"), (2, "z"), (3, "a")]
    assert parts["test"] == [CONVERSATION] and moved == {"train": [], "validation": [], "test": [2, 3]}
    with pytest.raises(FTError, match="Nothing would be left in the test split"):
        to_train({"train": [one], "validation": [], "test": [two, three]}, edited.trained)
    why = refused(EditSpec(row=1, action="train", prompt="x"), EditSpec(row=9, action="train")).why
    assert "only its answer can be new" in why and "there is no such row" in why
    assert "2 examples" in refused(EditSpec(row=1, action="train", answer="x"), examples=(*EXAMPLES, EXAMPLES[0])).why
