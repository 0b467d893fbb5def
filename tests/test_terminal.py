"""What a command says: lines and bars with loss and time left, tables that a person reads, one object for a program."""

import io
import json
import os
import time
from pathlib import Path

import psutil
import pytest

from ft_core import terminal
from ft_core.data.augment import review
from ft_core.data.augment.generated import Generated
from ft_core.errors import FTError
from ft_core.run import JobName, JobState, Run
from ft_core.settings import project
from ft_core.settings.example import Message

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


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "runs", project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def at_work(run: Run, seconds_left: float, job: JobName = "train") -> None:
    """The state file of a job in this process."""
    now, started = time.time(), psutil.Process().create_time()
    state = JobState(status="running", pid=os.getpid(), process_start=started, started=now, heartbeat=now)
    run.write_job(job, state.model_copy(update={"seconds_left": seconds_left}))


def flat(text: str) -> str:
    """A table's words in one line."""
    return " ".join(text.split())


def test_a_line_has_steps_loss_and_time_left(run, monkeypatch, capsys):
    monkeypatch.setattr(terminal, "LINE_SECONDS", 0.0)
    with terminal.shown_progress(run, "train") as progress:
        progress(0, 40, "loading the base model")
        at_work(run, 125.0)
        run.append_metric({"kind": "train", "step": 9, "loss": 0.75})
        run.append_metric({"kind": "validation", "step": 9, "loss": 3.0})
        time.sleep(0.01)
        progress(10, 40, "training, epoch 1.0 of 4")
        progress(40, 40, "training, epoch 4.0 of 4")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "0/40 loading the base model",
        "10/40 training, epoch 1.0 of 4, loss 0.750, 2 min 5 s left",
        "40/40 training, epoch 4.0 of 4, loss 0.750",
    ]


def test_lines_come_every_few_seconds_and_when_something_new_begins(run, capsys):
    with terminal.shown_progress(run, "evaluate") as progress:
        for step in range(100):
            progress(step, 200, "answers of the base model")
        progress(100, 200, "answers of the tuned model")
        at_work(run, 1.0, "evaluate")
        progress(200, 200, "answers of the tuned model")
        progress(0, 0, "ready")
    assert capsys.readouterr().err.splitlines() == [
        "0/200 answers of the base model",
        "100/200 answers of the tuned model",
        "200/200 answers of the tuned model",
        "ready",
    ]


def test_the_bar_of_a_terminal_shows_the_loss_too(run, monkeypatch, capsys):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    at_work(run, 30.0)
    run.append_metric({"kind": "train", "step": 9, "loss": 0.75})
    with terminal.shown_progress(run, "train") as progress:
        progress(10, 40, "training, epoch 1.0 of 4")
    shown = capsys.readouterr()
    assert "loss 0.750, 30 s left" in shown.err and "10/40" in shown.err and shown.out == ""


def test_a_result_is_one_object_and_nothing_else_reaches_standard_output(capsys):
    def work():
        print("chatter")
        return {"x": "ä"}

    terminal.answer(True, work, lambda _result: None)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ('{"x": "ä"}\n', "chatter\n")


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (FTError("data.empty", "What.", "Why.", "Fix."), "data.empty", 2),
        (KeyboardInterrupt(), "stopped", 2),
        (ZeroDivisionError("x"), "bug", 1),
    ],
)
def test_errors_have_their_exit_codes(capsys, error, code, exit_code):
    def work():
        raise error

    with pytest.raises(SystemExit) as end:
        terminal.answer(True, work, lambda _result: None)
    shown = capsys.readouterr()
    assert end.value.code == exit_code and json.loads(shown.out)["error"]["code"] == code
    assert ("Traceback" in shown.err) == (code == "bug")


def test_reasons_of_several_lines_stay_in_their_column(capsys):
    terminal.show_error(FTError("project.invalid", "Two are wrong.", "first\nsecond", "Correct them."))
    assert capsys.readouterr().err == "Two are wrong.\n  Why: first\n       second\n  Fix: Correct them.\n"


def test_an_inspection_is_a_table_of_problems_with_a_way_on(capsys):
    terminal.show_inspection(FOUND, Path("my data/tickets.csv"))
    shown = flat(capsys.readouterr().out)
    assert "2,278 rows, columns [bold], label" in shown and "row 1043, has 151" in shown
    assert "HTML in texts 6 1, 2, 3, 4, ..." in shown and "Empty cells 1 9 " in shown
    assert "(`html: keep`)" in shown
    assert "Enough: 2,195 examples. Train. The labels are uneven. Collect more." in shown
    assert shown.endswith("Next: python -m ft_core prepare 'my data/tickets.csv'")
    rare = {"code": "rare_labels", "title": "Rare", "count": 1, "rows": [3], "fix": "Correct it.", "why": "It has 1."}
    terminal.show_inspection(FOUND | {"problems": [rare]}, Path("a.csv"))
    shown = flat(capsys.readouterr().out)
    assert shown.endswith("too few examples in a.csv, then inspect it again.") and "ft_core prepare" not in shown


def test_several_files_and_a_dataset_on_the_hub_have_their_way_on(capsys):
    terminal.show_inspection(FOUND | {"notes": ["Rows 1 to 9 are those of a.csv."]}, Path("a.csv"), ["b.csv"])
    shown = flat(capsys.readouterr().out)
    assert shown.startswith("a.csv and 1 more (csv, utf-8)") and "Rows 1 to 9 are those of a.csv." in shown
    assert "`data: {source: [a.csv, b.csv]}`" in shown and shown.endswith("ft_core prepare project.yaml")
    terminal.show_inspection(FOUND, Path("alice/tickets"))
    assert flat(capsys.readouterr().out).endswith("Next: python -m ft_core prepare alice/tickets")


def test_a_file_without_problems_or_of_no_use_is_said_so(capsys):
    terminal.show_inspection(FOUND | {"problems": []}, Path("a.csv"))
    assert "No problems were found." in capsys.readouterr().out
    useless = {
        "task": None,
        "labels": [],
        "problems": [],
        "token_lengths": None,
        "shape": "preference",
        "quality": None,
    }
    terminal.show_inspection(FOUND | useless, Path("a.csv"))
    shown = capsys.readouterr().out
    assert "Nothing can be learnt from this shape yet." in shown and "Next" not in shown


def test_a_dataset_says_what_was_done_about_each_problem(capsys):
    steps = [{"code": "html", "changed": 6, "removed": 0}, {"code": "empty", "changed": 0, "removed": 1}]
    steps.append({"code": "conflicts", "changed": 0, "removed": 0})
    report = {"why": "You chose.", "token_lengths": LENGTHS, "problems": PROBLEMS, "steps": steps}
    splits = {"train": 1535, "validation": 220, "test": 440}
    result = {"dataset": "4b8fd2c6ba37", "rows": 2196, "removed": 1, "splits": splits, "report": report}
    terminal.show_dataset(result, Path("p/project.yaml"), is_project=True)
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
    terminal.show_dataset(result, Path("p/a.csv"), is_project=False)
    shown = flat(capsys.readouterr().out)
    assert "`data: {source: a.csv}`" in shown and "Enough: 2,195 examples. Train. " in shown
    assert shown.count("kept as they are") == 2 and "(`html: fix`)" in shown
    assert "6 rows mended" not in shown and "They are removed" not in shown


METRIC = {"title": "Accuracy", "better": "higher", "base": 0.25, "few_shot": None, "tuned": 0.75, "difference": 0.5}
METRICS = {
    "accuracy": METRIC | {"low": 0.25, "high": 0.625},
    "perplexity": METRIC
    | {"title": "Perplexity", "better": "lower", "tuned": 1234.5, "difference": -462.03, "low": None, "high": None},
}
TRAINING = {
    "status": "done",
    "steps": 9,
    "total_steps": 9,
    "train_loss": 0.5,
    "validation_loss": None,
    "cut_off_rows": 0,
}


def test_an_evaluation_is_a_table_and_a_sentence(capsys):
    terminal.show_evaluation({"run": "r", "metrics": METRICS, "verdict": {"sentence": "It is better."}})
    shown = flat(capsys.readouterr().out)
    assert "Accuracy 0.250 – 0.750 +0.500 +0.250 to +0.625" in shown
    assert "1,234 -462 –" in shown and "(lower is" in shown and shown.endswith("It is better.")


def test_the_main_job_tells_how_to_go_on(capsys):
    terminal.show_main_job({"run": "r1", "training": TRAINING | {"status": "stopped"}, "evaluation": None})
    assert "python -m ft_core resume r1" in capsys.readouterr().out
    terminal.show_main_job({"run": "r1", "training": TRAINING, "evaluation": None})
    shown = capsys.readouterr().out
    assert "training loss 0.500\n" in shown and "python -m ft_core evaluate r1" in shown
    report = {"metrics": METRICS, "verdict": {"sentence": "It is better."}}
    terminal.show_main_job({"run": "r1", "training": TRAINING, "evaluation": report})
    assert "It is better." in capsys.readouterr().out
    terminal.show_training({"run": "r1"} | TRAINING)
    shown = capsys.readouterr().out
    assert "Next: python -m ft_core evaluate r1" in shown and "lost the end" not in shown


def test_answers_that_were_cut_off_are_told(capsys):
    terminal.show_training({"run": "r1"} | TRAINING | {"cut_off_rows": 1})
    assert "1 training example lost the end of the answer: raise training.max_length" in capsys.readouterr().out


def test_runs_and_status(capsys):
    job = {"status": "running", "step": 3, "total": 9, "message": "training, epoch 1", "seconds_left": 65.0}
    row = {
        "run": "20260101-000000-abcdef",
        "name": "[red]",
        "base": "starter",
        "folder": "/f",
        "jobs": {"train": job},
        "verdict": {"result": "better", "sentence": "It is better."},
        "hub": {"url": "http://hub/x"},
        "error": {"code": "c", "what": "What.", "why": "Why.", "fix": "Fix."},
    }
    terminal.show_status(row)
    shown = capsys.readouterr().out
    assert "- train: running, step 3 of 9, training, epoch 1, 1 min 5 s left" in shown
    assert "It is better." in shown and "http://hub/x" in shown and "  Fix: Fix." in shown
    broken = {"run": "20260101-000000-000000", "name": None, "base": None, "jobs": {}, "verdict": None}
    terminal.show_runs({"runs": [row, broken]})
    shown = flat(capsys.readouterr().out)
    assert "20260101-000000-abcdef [red] starter running better" in shown and "cannot be read" in shown
    terminal.show_runs({"runs": []})
    assert "No runs yet." in capsys.readouterr().out


def generated(text: str, **values) -> Generated:
    messages = (Message("user", text), Message("assistant", "billing"))
    return Generated(messages, values.pop("how", "typos"), (4,), "my card?", ("new",), **values)


def test_rows_are_decided_by_one_key_each_and_it_goes_on_where_it_was_left(tmp_path, capsys):
    path = tmp_path / "generated.jsonl"
    rows = [generated(f"row {name}") for name in "abcd"]
    review.save(path, rows)
    terminal.review(path, iter("yx n u?Nq".replace(" ", "")))
    assert [row.status for row in review.load(path)] == ["accepted", "rejected", "pending", "pending"]
    terminal.review(path, iter("y"))
    assert [row.status for row in review.load(path)] == ["accepted", "rejected", "accepted", "pending"]
    said = capsys.readouterr().out
    assert "1 of 4  typos, from row 4" in said and "1 of 2  typos" in said and "new     row c" in said
    terminal.review(path, iter("n"))
    terminal.review(path, iter(""))
    assert review.counts(review.load(path)) == {"pending": 0, "accepted": 2, "rejected": 2}


def test_a_generated_text_cannot_move_the_terminal_s_cursor(tmp_path, capsys):
    path = tmp_path / "generated.jsonl"
    review.save(path, [generated("wipe \x1b[2J it\nand \u202e more", writer="m", how="rephrase")])
    terminal.review(path, iter("q"))
    said = capsys.readouterr().out
    assert "\x1b" not in said and "\u202e" not in said and "wipe ␛[2J it\n          and ␛ more" in said
    assert "rephrase by m" in said


def test_keys_are_the_letters_of_what_is_no_terminal():
    assert list(terminal.keys(io.StringIO("y\n\nnq\n"))) == ["y", "n", "q"]


def test_generated_rows_say_what_was_refused_and_the_way_on(tmp_path, capsys):
    result = {"file": "a b.jsonl", "made": 2, "tried": 9, "refused": {"nearly repeats": 3, "[red]": 4}, "stopped": None}
    terminal.show_generated(result, Path("project.yaml"))
    said = flat(capsys.readouterr().out)
    assert "2 new rows of 9 tried, added to a b.jsonl" in said and "[red] 4 nearly repeats 3" in said
    assert "review 'a b.jsonl'" in said and "`generated: a b.jsonl` below `data:` in project.yaml" in said
    stopped = FTError("writer.busy", "It is busy.", "It said 429.", "Wait a minute.").as_dict()
    terminal.show_generated(result | {"made": 0, "stopped": stopped}, None)
    said = flat(capsys.readouterr().out)
    assert "It ended early. It is busy." in said and "Next" not in said


def test_a_dataset_says_what_became_of_generated_rows(capsys):
    joined = {"file": "g", "used": 3, "accepted": 4, "pending": 2, "rejected": 0, "left_out": {"it repeats": 1}}
    report = {"why": "W.", "token_lengths": None, "problems": [], "steps": [], "generated": joined}
    splits = {"train": 9, "validation": 1, "test": 1}
    result = {"dataset": "0", "rows": 8, "removed": 0, "splits": splits, "report": report}
    terminal.show_dataset(result, Path("p.yaml"), is_project=True)
    said = capsys.readouterr().out
    assert (
        "3 of 4 accepted ones are in the training split; 2 are not decided yet" in said
        and "1 left out: it repeats" in said
    )


def test_the_end_of_a_review_says_where_the_rows_are(capsys):
    terminal.show_review({"accepted": 2, "rejected": 1, "pending": 0, "exported": 2, "to": "new.jsonl"})
    said = capsys.readouterr().out
    assert "2 accepted, 1 rejected, 0 to decide" in said and "prepare new.jsonl" in said


def test_long_work_without_a_bar_says_a_line_now_and_then(monkeypatch, capsys):
    tell = terminal.tell_lines()
    tell("row 1 of 9")
    tell("row 2 of 9")
    monkeypatch.setattr(terminal, "LINE_SECONDS", 0.0)
    time.sleep(0.01)
    tell("row 3 of 9")
    assert capsys.readouterr().err.splitlines() == ["row 1 of 9", "row 3 of 9"]


def test_datasets_are_one_line_each(capsys):
    splits = {"train": 1535, "validation": 220, "test": 440}
    row = {"id": "4b8fd2c6ba37", "source": "[a].csv", "rows": 2195, "splits": splits, "task": "classification"}
    terminal.show_datasets({"datasets": [row | {"created": "2026-11-26T14:00:00+00:00"}]})
    shown = flat(capsys.readouterr().out)
    assert "4b8fd2c6ba37 [a].csv classification 1,535 220 440 2026-11-26 14:00" in shown
    terminal.show_datasets({"datasets": []})
    assert "No datasets yet" in capsys.readouterr().out


def test_a_comparison_says_what_differs(capsys):
    def row(number: int, answer: str) -> dict:
        return {"part": "", "row": number, "split": "train", "prompt": f"text {number}", "answer": answer}

    result = {
        "first": "aaaaaaaaaaaa",
        "second": "bbbbbbbbbbbb",
        "matched_by": "row",
        "settings": [{"name": "clean.html", "title": "HTML", "first": "fix", "second": "keep"}],
        "counts": {"train": [1000, 994], "validation": [0, 0], "test": [10, 10]},
        "labels": {"a": [5, 6], "b": [7, 7]},
        "problems": [{"code": "html", "title": "HTML in texts", "first": 3, "second": 4}],
        "same": 990,
        "only_first": 6,
        "only_second": 0,
        "changed": 1,
        "moved": {"train to test": 2},
        "rows": {
            "only_first": [row(number, "a") for number in range(1, 7)],
            "only_second": [],
            "changed": [{"first": row(9, "a"), "second": row(9, "[b]") | {"part": "faq"}}],
            "moved": [],
        },
    }
    terminal.show_comparison(result)
    shown = flat(capsys.readouterr().out)
    assert "train examples 1,000 994" in shown and "label a 5 6" in shown and "label b" not in shown
    assert 'Setting clean.html: "fix" in the first, "keep" in the second' in shown
    assert "990 the same, 1 changed, 6 only in the first, 0 only in the second" in shown
    assert "Moved from train to test: 2 rows" in shown and "Only in the first (the first 5):" in shown
    assert "9 text 9 → a text 9 → [b]" in shown and "Only in the second" not in shown


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
    terminal.show_dataset(result | {"report": report | {"parts": {"faq": part}}}, Path("project.yaml"), is_project=True)
    shown = flat(capsys.readouterr().out)
    assert "the longest, row 1043 of faq, has 151" in shown and "faq: Empty cells 1 9 1 row left out" in shown
    assert "Part faq (weight 2): 80 to train on, 4 to validate, 8 to test; alone it is dataset 0123456789ab" in shown
    assert "Edits by hand: 2 changed, 1 left out, of 3" in shown
