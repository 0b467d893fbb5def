"""The answers of a real evaluation, filtered, searched and opened."""

import gradio as gr
import pytest

from ft_core.evals import rows
from ft_core.ui import frames
from ft_core.ui.evaluation import answers as tab


def test_the_answers_of_a_new_report_are_shown_once(workspace, tuned):
    seen, step, _, _, _, table, chosen, _ = tab.watch_answers(workspace, "", tuned.id, "all", "", "")
    assert not step["visible"] and table is None and chosen == []
    assert tab.watch_answers(workspace, seen, tuned.id, "all", "", "") == gr.skip()


def test_a_report_shows_all_its_answers(workspace, evaluated):
    seen, step, mistakes, _, choice, table, chosen, details = tab.watch_answers(
        workspace, "", evaluated.id, "all", "gone", ""
    )
    assert step["visible"] and len(table) == len(chosen) == evaluated.report()["n"] and not details["visible"]
    assert mistakes["visible"] and choice["value"] == "", "a mistake of another report is not looked for"
    whose = set()
    for words, value in choice["choices"][1:]:
        who, code = value.split(" ")
        table, chosen, _ = tab.filter_answers(workspace, evaluated.id, "all", value, "")
        assert len(table) == evaluated.report()["errors"]["checks"][code][who] == len(chosen) > 0
        assert all(code in row[f"{who}_errors"] for row in chosen) and f"({len(chosen)})" in words
        whose.add(who)
    assert "base" in whose and "tuned" in whose, "each contestant's mistakes can be looked at"
    assert tab.watch_answers(workspace, seen, evaluated.id, "tuned wrong", "", "Ada") == gr.skip()


@pytest.mark.parametrize("which", [value for _, value in tab.FILTERS])
def test_each_choice_shows_its_answers(workspace, evaluated, which):
    table, chosen, details = tab.filter_answers(workspace, evaluated.id, which, "", "")
    assert chosen == rows.wrong_first(rows.chosen(rows.read_answers(evaluated), which))
    assert [row["row"] for row in chosen] == list(table["Row"]) and not details["visible"]


def test_wrong_answers_come_first_and_the_choices_add_up(workspace, evaluated):
    _, everything, _ = tab.filter_answers(workspace, evaluated.id, "all", "", "")
    right = [row["tuned_correct"] for row in everything]
    assert right == sorted(right) and False in right
    wrong = tab.filter_answers(workspace, evaluated.id, "tuned wrong", "", "")[1]
    assert len(wrong) + len(tab.filter_answers(workspace, evaluated.id, "tuned right", "", "")[1]) == len(everything)


def test_a_search_narrows_what_is_chosen(workspace, evaluated):
    _, everything, _ = tab.filter_answers(workspace, evaluated.id, "all", "", "   ")
    wanted = everything[0]["prompt"].split(" ")[0]
    found = tab.filter_answers(workspace, evaluated.id, "all", "", f" {wanted.upper()} ")[1]
    assert 0 < len(found) < len(everything)
    assert tab.filter_answers(workspace, evaluated.id, "all", "", "no such words")[1] == []
    assert len(everything) == evaluated.report()["n"], "a blank search is none"


def cells(rows, place):
    """What the browser sends of a row of the table."""
    return frames.answers_table(rows).iloc[place].tolist()


def test_a_click_shows_that_row_in_full(workspace, evaluated):
    _, chosen, _ = tab.filter_answers(workspace, evaluated.id, "all", "", "")
    details, asked, expected, base, few_shot, tuned, opened, right, why = tab.show_answer(
        chosen, gr.SelectData(None, {"index": [0, 0], "value": "x", "row_value": cells(chosen, 2)})
    )
    row = chosen[2]  # also where the browser has sorted it to the top
    assert not why["visible"], "what was explained before was another answer"
    assert details["visible"] and (asked, expected) == (row["prompt"], row["expected"])
    assert (opened["row"], right) == (row["row"], row["expected"]), "the expected answer is there to be corrected"
    for name, text in (("base", base), ("few_shot", few_shot), ("tuned", tuned)):
        both = f"Likeliest label (scored): {row[name]}\nWrote by itself: {row[f'{name}_written']}"
        assert text == (row[name] if row[name] == row[f"{name}_written"] else both)


def test_a_click_beside_the_rows_shows_nothing():
    for shown in ([], [{"row": 1, "prompt": "p", "expected": "e"}]):
        event = gr.SelectData(None, {"index": [0, 0], "value": "", "row_value": ["", "", "", "", "", ""]})
        details, *texts, opened, right, _ = tab.show_answer(shown, event)
        assert not details["visible"] and {*texts, right} == {""} and opened is None


def test_a_contestant_that_did_not_play_is_a_dash():
    row = {"row": 1, "prompt": "p", "expected": "e", "base_written": "", "few_shot_written": None, "tuned_written": "t"}
    event = gr.SelectData(None, {"index": [0, 1], "value": "", "row_value": cells([row], 0)})
    shown = tab.show_answer([row], event)
    assert shown[3:6] == ["", "–", "t"]
