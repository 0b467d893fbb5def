import pytest

from ft_core.errors import FTError
from ft_core.ui.data import bring, looking, rows
from ft_core.ui.data.draft import opened
from ft_core.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def draft(workspace):
    return bring.use_example(workspace)[0]


@pytest.fixture(scope="module")
def seen(workspace, draft):
    """What a look finds; no test changes it."""
    return list(looking.look(workspace, draft, ""))[-1][2]


def listed(workspace, draft, seen, which=rows.FIRST, search=""):
    return rows.list_rows(workspace, draft, seen, which, search)["value"]["data"]


def test_the_rows_of_each_problem_can_be_shown(workspace, draft, seen):
    step, note, which = rows.offer_rows(workspace, draft, seen)
    assert step["visible"] and "Leave out" in note
    assert ("Rows with: Nearly identical rows", "near_duplicates") in which["choices"]
    assert len(listed(workspace, draft, seen)) == rows.SHOWN
    near = next(problem["rows"] for problem in seen["problems"] if problem["code"] == "near_duplicates")
    assert [row[0] for row in listed(workspace, draft, seen, "near_duplicates")] == sorted(near)


def test_rows_are_found_by_their_words_and_numbers(workspace, draft, seen):
    found = listed(workspace, draft, seen, search="REFUND card")
    assert found and all("refund" in row[1].lower() and "card" in f"{row[1]} {row[2]}".lower() for row in found)
    assert 17 in [row[0] for row in listed(workspace, draft, seen, search="17")]


def test_what_is_written_into_the_table_becomes_edits(workspace, draft, seen):
    table = listed(workspace, draft, seen)
    table[0][2], table[1][3], table[2][4] = "billing", True, True
    changed = rows.edit_rows(workspace, draft, table)
    spec = opened(workspace, changed)
    assert spec is not None
    assert [(one.row, one.action, one.answer) for one in spec.data.edits] == [
        (1, "change", "billing"),
        (2, "drop", None),
        (3, "keep", None),
    ]
    again = listed(workspace, changed, seen)
    assert again[0][2] == "billing" and again[1][3] and again[2][4], "as it was left"
    again[0], again[1][3] = listed(workspace, draft, seen)[0], False
    back = opened(workspace, rows.edit_rows(workspace, changed, again))
    assert back is not None and [one.row for one in back.data.edits] == [3], "taken back"


def test_both_rows_of_a_nearly_identical_pair_can_be_kept(workspace, draft, seen):
    near = next(problem for problem in seen["problems"] if problem["code"] == "near_duplicates")
    table = listed(workspace, draft, seen, "near_duplicates")
    for row in table:
        row[4] = True
    after = list(looking.look(workspace, rows.edit_rows(workspace, draft, table), ""))[-1][2]
    assert after["kept"] == seen["kept"] + len(table) and near["count"] >= len(table)


def test_a_conversation_of_several_questions_is_not_rewritten_blindly(workspace, tmp_path):
    turns = [("user", "Hi"), ("assistant", "Hello"), ("user", "Bye"), ("assistant", "Bye")]
    text = ", ".join(f'{{"role": "{role}", "content": "{words}"}}' for role, words in turns)
    file = tmp_path / "chats.jsonl"
    file.write_text(f'{{"messages": [{text}]}}\n' * 3)
    draft = bring.take(workspace, [str(file)])[0]
    with pytest.raises(FTError) as caught:
        rows.edit_rows(workspace, draft, [[1, "Other", "Bye", False, False]])
    assert caught.value.code == "data.edits" and "1" in caught.value.why
