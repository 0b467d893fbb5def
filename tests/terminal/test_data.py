"""What is said of data: its problems, what was done about them, and the way on."""

from pathlib import Path

from ft_core.terminal.data import show_dataset, show_inspection
from tests.terminal.made import flat

PROBLEMS = [
    {
        "code": "html",
        "title": "HTML in texts",
        "count": 6,
        "rows": [1, 2, 3, 4, 5, 6],
        "fix": "They are removed, unless HTML is unticked (`html: keep`).",
    },
    {
        "code": "empty",
        "title": "Empty cells",
        "count": 1,
        "rows": [9],
        "fix": "These rows are left out, unless Empty cells is unticked (`empty: keep`).",
    },
    {
        "code": "conflicts",
        "title": "One text, different answers",
        "count": 2,
        "rows": [7, 8],
        "fix": "All are kept as they are. Correct these rows in the file, or tick Conflicts.",
    },
]
LENGTHS = {"median": 47, "p95": 75, "max": 151, "longest_row": 1043}
QUALITY = {
    "verdict": {"sentence": "Enough: 2,195 examples.", "next": "Train."},
    "balance": {"good": False, "sentence": "The labels are uneven.", "next": "Collect more."},
}
FOUND = {
    "quality": QUALITY,
    "format": "csv",
    "encoding": "utf-8",
    "rows": 2278,
    "columns": ["[bold]", "label"],
    "shape": "text-label",
    "why": "`[bold]` holds the longest texts.",
    "labels": ["a", "b"],
    "task": "classification",
    "token_lengths": LENGTHS,
    "problems": PROBLEMS,
    "notes": [],
}


def test_an_inspection_is_a_table_of_problems_with_a_way_on(capsys):
    show_inspection(FOUND, Path("my data/tickets.csv"))
    shown = flat(capsys.readouterr().out)
    assert "2,278 rows, columns [bold], label" in shown and "row 1043, has 151" in shown
    assert "HTML in texts 6 1, 2, 3, 4, ..." in shown and "Empty cells 1 9 " in shown
    assert "(`html: keep`)" in shown
    assert "Enough: 2,195 examples. Train. The labels are uneven. Collect more." in shown
    assert shown.endswith("Next: python -m ft_core prepare 'my data/tickets.csv'")
    rare = {"code": "rare_labels", "title": "Rare", "count": 1, "rows": [3], "fix": "Correct it.", "why": "It has 1."}
    show_inspection(FOUND | {"problems": [rare]}, Path("a.csv"))
    shown = flat(capsys.readouterr().out)
    assert shown.endswith("too few examples in a.csv, then inspect it again.") and "ft_core prepare" not in shown


def test_several_files_and_a_dataset_on_the_hub_have_their_way_on(capsys):
    show_inspection(FOUND | {"notes": ["Rows 1 to 9 are those of a.csv."]}, Path("a.csv"), ["b.csv"])
    shown = flat(capsys.readouterr().out)
    assert shown.startswith("a.csv and 1 more (csv, utf-8)") and "Rows 1 to 9 are those of a.csv." in shown
    assert "`data: {source: [a.csv, b.csv]}`" in shown and shown.endswith("ft_core prepare project.yaml")
    show_inspection(FOUND, Path("alice/tickets"))
    assert flat(capsys.readouterr().out).endswith("Next: python -m ft_core prepare alice/tickets")


def test_a_file_without_problems_or_of_no_use_is_said_so(capsys):
    show_inspection(FOUND | {"problems": []}, Path("a.csv"))
    assert "No problems were found." in capsys.readouterr().out
    useless = {
        "task": None,
        "labels": [],
        "problems": [],
        "token_lengths": None,
        "shape": "preference",
        "quality": None,
    }
    show_inspection(FOUND | useless, Path("a.csv"))
    shown = capsys.readouterr().out
    assert "Nothing can be learnt from this shape yet." in shown and "Next" not in shown


def test_a_dataset_says_what_was_done_about_each_problem(capsys):
    steps = [{"code": "html", "changed": 6, "removed": 0}, {"code": "empty", "changed": 0, "removed": 1}]
    steps.append({"code": "conflicts", "changed": 0, "removed": 0})
    report = {"why": "You chose.", "token_lengths": LENGTHS, "problems": PROBLEMS, "steps": steps}
    splits = {"train": 1535, "validation": 220, "test": 440}
    result = {"dataset": "4b8fd2c6ba37", "rows": 2196, "removed": 1, "splits": splits, "report": report}
    show_dataset(result, Path("p/project.yaml"), is_project=True)
    shown = flat(capsys.readouterr().out)
    assert "2,195 of 2,196 rows kept: 1,535 to train on" in shown
    assert "6 rows mended" in shown and "1 row left out" in shown and "Correct these rows" in shown
    assert "Enough:" not in shown, "a dataset that was stored before this was looked at"
    assert shown.count("kept as they are") == 1, "the conflicts, in the words of the problem"
    assert shown.endswith("Next: python -m ft_core run p/project.yaml")
    steps[0]["changed"] = 0
    report["quality"] = QUALITY | {"balance": None}
    kept = PROBLEMS[0] | {"fix": "All are kept as they are, or tick HTML: they are removed (`html: fix`)."}
    report["problems"] = [kept, *PROBLEMS[1:]]
    show_dataset(result, Path("p/a.csv"), is_project=False)
    shown = flat(capsys.readouterr().out)
    assert "`data: {source: a.csv}`" in shown and "Enough: 2,195 examples. Train. " in shown
    assert shown.count("kept as they are") == 2 and "(`html: fix`)" in shown
    assert "6 rows mended" not in shown and "They are removed" not in shown


def test_a_dataset_says_what_became_of_generated_rows(capsys):
    joined = {"file": "g", "used": 3, "accepted": 4, "pending": 2, "rejected": 0, "left_out": {"it repeats": 1}}
    report = {"why": "W.", "token_lengths": None, "problems": [], "steps": [], "generated": joined}
    splits = {"train": 9, "validation": 1, "test": 1}
    result = {"dataset": "0", "rows": 8, "removed": 0, "splits": splits, "report": report}
    show_dataset(result, Path("p.yaml"), is_project=True)
    said = capsys.readouterr().out
    assert (
        "3 of 4 accepted ones are in the training split; 2 are not decided yet" in said
        and "1 left out: it repeats" in said
    )


def test_a_mix_tells_its_parts_and_edits_what_they_did(capsys):
    of_faq = PROBLEMS[1] | {"part": "faq", "title": "faq: Empty cells"}
    steps = [
        {"code": "edits", "title": "Edits", "found": 3, "changed": 2, "removed": 1},
        {"code": "empty", "part": "faq", "changed": 0, "removed": 1},
    ]
    part = {"dataset": "0123456789ab", "weight": 2.0, "used": {"train": 80, "validation": 4, "test": 8}}
    report = {"why": "", "token_lengths": LENGTHS | {"longest_part": "faq"}, "problems": [of_faq], "steps": steps}
    splits = {"train": 80, "validation": 4, "test": 8}
    result = {"dataset": "4b8fd2c6ba37", "rows": 60, "removed": 8, "splits": splits}
    show_dataset(result | {"report": report | {"parts": {"faq": part}}}, Path("project.yaml"), is_project=True)
    shown = flat(capsys.readouterr().out)
    assert "the longest, row 1043 of faq, has 151" in shown and "faq: Empty cells 1 9 1 row left out" in shown
    assert "Part faq (weight 2): 80 to train on, 4 to validate, 8 to test; alone it is dataset 0123456789ab" in shown
    assert "Edits by hand: 2 changed, 1 left out, of 3" in shown
