import pytest

from ft_core.data.clean import html
from ft_core.data.clean.clean import clean, steps, treated
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.settings.data import CleanSpec, treatments
from tests.data.made import pairs

KEEP = CleanSpec.model_validate(dict.fromkeys(CleanSpec.model_fields, "keep"))
ROWS = [
    ("my parcel has not come and I want it", "delivery"),
    ("<b>where</b> is my refund", "returns"),
    ("My parcel has not come  and I want it", "Delivery "),
    ("", "returns"),
    ("a text without any label", " "),
    ("so my parcel has not come and I want it", "delivery"),
    ("my parcel has not come and I want it", "returns"),
    ("please close the account", "returns"),
]


def cleaned(spec, task="classification", rows=ROWS):
    result = clean(pairs(*rows), task, spec)
    return result, {step.code: step for step in result.steps}


def test_every_step_counts_and_names_its_rows():
    result, steps = cleaned(CleanSpec())
    assert list(steps) == [code for code in CleanSpec.model_fields if code != "too_long"], (
        "nothing is known about tokens"
    )
    assert (steps["html"].rows, steps["html"].changed, steps["html"].samples) == (
        [2],
        1,
        [("<b>where</b> is my refund", "where is my refund")],
    )
    assert (steps["empty"].rows, steps["empty"].removed) == ([4, 5], 2)
    assert (steps["label_spelling"].rows, steps["label_spelling"].samples) == ([3], [("Delivery ", "delivery")])
    assert (steps["duplicates"].rows, steps["duplicates"].removed) == ([3], 1)
    assert (steps["near_duplicates"].rows, steps["near_duplicates"].removed) == ([6], 1)
    assert [kept.row for kept in result.examples] == [1, 2, 7, 8]


def test_the_same_text_with_another_answer_is_no_duplicate():
    result, _ = cleaned(CleanSpec(), rows=[ROWS[0], ROWS[6]])
    assert len(result.examples) == 2


def test_keep_counts_and_changes_nothing():
    result, steps = cleaned(KEEP)
    assert [kept.question for kept in result.examples] == [question for question, _ in ROWS]
    assert steps["html"].found == 1 and steps["empty"].found == 2 and steps["label_spelling"].found == 1
    assert all(step.changed == step.removed == 0 for step in result.steps)


def test_labels_are_only_evened_out_where_there_are_labels():
    result, steps = cleaned(
        CleanSpec(), "instruction", [("q one is here", "Yes"), ("q two was there", "yes"), ("q three will come", "yes")]
    )
    assert "label_spelling" not in steps and [kept.answer for kept in result.examples] == ["Yes", "yes", "yes"]


def test_rows_that_contradict_one_another_go_on_request():
    result, steps = cleaned(CleanSpec(conflicts="drop"))
    assert steps["conflicts"].rows == [1, 3, 7] and steps["conflicts"].removed == 3
    assert [kept.row for kept in result.examples] == [2, 6, 8], "row 6 was near row 1 alone, which is gone"


def test_there_is_a_step_for_every_setting(tokenizer_folder):
    every = steps("classification", Window(ChatTokenizer.load(tokenizer_folder), 64))
    assert list(every) == list(CleanSpec.model_fields)
    for code, step in every.items():
        assert (*step.does, "keep") == treatments(code)


def test_a_row_that_could_be_mended_may_be_left_out_instead():
    examples = pairs(("a <b>bold</b> word", "yes"), ("a plain word", "no"))
    found = html.find(examples)
    assert [kept.row for kept in treated(examples, found, "drop")] == [2]
    assert [kept.question for kept in treated(examples, found, "fix")] == ["a bold word", "a plain word"]
    assert treated(examples, found, "keep") == examples


def test_what_is_mended_is_then_masked_and_then_compared():
    rows = [
        ("Ã‰crivez Ã  <b>me@example.com</b>", "yes"),
        ("écrivez à [e-mail]", "yes"),
        ("something else is here", "no"),
    ]
    result, steps = cleaned(CleanSpec(), "instruction", rows)
    assert [kept.question for kept in result.examples] == ["Écrivez à [e-mail]", "something else is here"]
    assert {code for code, step in steps.items() if step.found} == {"mojibake", "html", "private_data", "duplicates"}
    assert (steps["private_data"].changed, steps["private_data"].detail) == (1, "There is 1 e-mail address.")


def test_rows_with_private_data_or_secrets_may_be_left_out():
    rows = [("mail me@example.com", "yes"), ("my key is AKIA" + "ABCDEFGH12345678", "yes"), ("nothing private", "no")]
    spec = CleanSpec(private_data="drop", secrets="drop")
    result, steps = cleaned(spec, "instruction", rows)
    assert [kept.row for kept in result.examples] == [3]
    assert steps["private_data"].removed == steps["secrets"].removed == 1 and steps["secrets"].changed == 0


def test_no_sample_of_any_step_shows_private_data_whole():
    rows = [("mail <b>me@example.com</b>", "yes"), ("mail me@example.com", "yes"), ("mail me@example.com", "yes")]
    result, steps = cleaned(KEEP, "instruction", rows)
    assert steps["html"].samples == [("mail <b>me•••</b>", "mail me•••")]
    assert steps["private_data"].samples[1] == ("mail me•••", "mail [e-mail]")
    assert steps["duplicates"].samples and "example.com" not in str([step.as_dict() for step in result.steps])


@pytest.mark.parametrize(
    "bit",
    [
        "a@a.",
        "://",
        "sk-",
        "eyJ-",
        "1 ",
        "+1 ",
        "0 1",
        "(0)",
        "-----BEGIN ",
        "\n",
        "xoxb-1-",
        "\xa0Ã ",
        "GB12 ",
        "4111 ",
    ],
)
def test_a_cell_made_to_hang_a_pattern_does_not(bit):
    result, _ = cleaned(CleanSpec(), "instruction", [(bit * (100_000 // len(bit)), "yes"), ("fine", "no")])
    assert result.steps
