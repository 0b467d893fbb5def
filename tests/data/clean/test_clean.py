from ft_core.data.clean import html
from ft_core.data.clean.clean import clean, steps, treated
from ft_core.settings.data import CleanSpec, treatments
from tests.data.made import pairs

KEEP = CleanSpec(html="keep", empty="keep", label_spelling="keep", duplicates="keep", near_duplicates="keep")
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
    assert list(steps) == [
        "html",
        "empty",
        "label_spelling",
        "conflicts",
        "duplicates",
        "near_duplicates",
        "near_conflicts",
    ]
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


def test_there_is_a_step_for_every_setting():
    every = steps("classification")
    assert list(every) == list(CleanSpec.model_fields)
    for code, step in every.items():
        assert (*step.does, "keep") == treatments(code)


def test_a_row_that_could_be_mended_may_be_left_out_instead():
    examples = pairs(("a <b>bold</b> word", "yes"), ("a plain word", "no"))
    found = html.find(examples)
    assert [kept.row for kept in treated(examples, found, "drop")] == [2]
    assert [kept.question for kept in treated(examples, found, "fix")] == ["a bold word", "a plain word"]
    assert treated(examples, found, "keep") == examples
