"""From a source to a dataset, as the tab does it."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec
from ft_core.ui import data_tab, uploads

ALL = list(CleanSpec.model_fields)
SPLIT = (0.1, 0.2, 42)


def chosen(workspace) -> str:
    """The example's source."""
    return data_tab.use_example(workspace)[0]


def test_the_example_is_understood(workspace):
    found = data_tab.use_example(workspace)
    words, prompt, answer, task, preview, problems = found[2], found[3], found[4], found[6], found[8], found[11]
    assert "6 labels" in words and task["value"] == "classification"
    assert (prompt["value"], answer["value"]) == ("message", "label")
    assert len(preview["value"]["data"]) == 10
    assert problems["visible"] and "Identical rows" in list(problems["value"]["Problem"])


def test_a_table_that_is_not_understood_leaves_the_columns_to_choose_from(workspace, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("only\na\nb\n")
    found = data_tab.take(workspace, str(file))
    assert "one column" in found[2]
    assert found[3]["choices"] == ["only"] and found[3]["visible"]
    assert found[15] == {"visible": False, "__type__": "update"}  # the step that prepares


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nothing.csv", b"", "empty"),
        ("table.xlsx", b"PK\x03\x04", "CSV"),
        ("broken.json", b'[{"a": 1', "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_where_its_steps_would_be(workspace, tmp_path, name, content, words):
    file = tmp_path / name
    file.write_bytes(content)
    found = data_tab.take(workspace, str(file))
    assert found[1]["visible"] and words in found[2] and "What to do" in found[2]
    assert [update["visible"] for update in found[3:6]] == [False] * 3  # no columns to choose
    assert not found[9]["visible"] and not found[15]["visible"]  # nothing of the file before is left standing


def test_what_is_not_ticked_stays_as_it_is(workspace):
    source = chosen(workspace)
    cleaned = data_tab.prepare_dataset(
        workspace, source, "message", "label", None, "classification", "Classify.", ALL, *SPLIT
    )
    kept = data_tab.prepare_dataset(
        workspace,
        source,
        "message",
        "label",
        None,
        "classification",
        "Classify.",
        [code for code in ALL if code != "html"],
        *SPLIT,
    )
    one, other = (uploads.selected_dataset(workspace, identity) for identity in (cleaned, kept))
    assert one is not None and other is not None
    assert uploads.project_of(workspace, other).data.clean.html == "keep"
    html = {row["code"]: row["changed"] for row in other.report["steps"]}.get("html", 0)
    assert html == 0 and {row["code"]: row["changed"] for row in one.report["steps"]}["html"] > 0


def test_a_wrong_split_names_its_control(workspace):
    source = chosen(workspace)
    with pytest.raises(FTError, match="Test share"):
        data_tab.prepare_dataset(workspace, source, "message", "label", None, "classification", "", ALL, 0.1, 0.9, 42)


def test_a_reload_shows_the_choices_the_dataset_was_prepared_with(workspace):
    source = chosen(workspace)
    dataset = data_tab.prepare_dataset(
        workspace,
        source,
        "message",
        "label",
        None,
        "classification",
        "Say which.",
        ["label_spelling", "conflicts"],
        *SPLIT,
    )
    again = data_tab.look_again(workspace, source, dataset)
    assert again[6]["value"] == "Say which." and again[11]["value"] == ["label_spelling", "conflicts"]


def test_the_table_of_problems_says_what_the_ticks_do(workspace):
    source = chosen(workspace)
    ways = []
    for ticked in (ALL, []):
        shown = data_tab.look(workspace, source, "message", "label", None, "classification", "", ticked)
        ways.append(list(shown[10]["value"]["What is or should be done"]))
    assert ways[0][0].startswith("They are removed") and ways[1][0].startswith("All are kept as they are")


def test_the_token_view_marks_the_answer_and_its_end(workspace):
    source = chosen(workspace)
    dataset = data_tab.prepare_dataset(workspace, source, "message", "label", None, "classification", "", ALL, *SPLIT)
    pieces = data_tab.show_tokens(workspace, dataset, 1)
    opened = uploads.selected_dataset(workspace, dataset)
    assert opened is not None
    learnt = "".join(piece for piece, kind in pieces if kind == "learnt")
    assert learnt == opened.examples("train")[0].answer + "<|end|>"
    assert ("<|user|>", "read only") in pieces
