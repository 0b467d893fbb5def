"""Runs: how a training ended, the scores of an evaluation, where one run stands, and all of them."""

import json

from rich.table import Column

from ft_core import amounts
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import inert, new_table, print_table
from ft_core.train.profile_tables import tables


def show_training(result: Result) -> None:
    """How a training ended, where its time went if that was asked, and what to do next."""
    _show_end(result)
    if result.get("profile"):
        print(f"\n{tables(result['profile'])}\nEvery operation: {result['profile_folder']}/trace.json\n")
    if result["status"] == "discarded":
        print("Its checkpoints, samples and trained weights are removed.")
    elif result["status"] in ("stopped", "paused"):
        print(f"Go on with: python -m ft_core resume {result['run']}")
    else:
        print(f"Next: python -m ft_core evaluate {result['run']}")


def show_main_job(result: Result) -> None:
    """The training and, unless it was stopped, the evaluation after it."""
    training = {"run": result["run"]} | result["training"]
    if training["status"] != "done":
        show_training(training)
        return
    _show_end(training)
    show_evaluation({"run": result["run"], "verdict": None} | (result["evaluation"] or {}))


def _show_end(result: Result) -> None:
    steps = [f"after {result['steps']} of {result['total_steps']} steps"] if result.get("total_steps") else []
    losses = [("training", result.get("train_loss")), ("validation", result.get("validation_loss"))]
    said = [f"{name} loss {amounts.loss(loss)}" for name, loss in losses if loss is not None]
    print(f"Run {result['run']}: {', '.join([' '.join([result['status'], *steps]), *said])}")
    if result.get("cut_off_rows"):
        print(
            f"{amounts.count(result['cut_off_rows'], 'training example')} lost the end of the answer: raise training.max_length"
        )


def show_evaluation(result: Result) -> None:
    """The scores side by side, and the verdict in one sentence."""
    if result["verdict"] is None:
        print("The evaluation was stopped before there was a result.")
        print(f"Begin it again with: python -m ft_core evaluate {result['run']}")
        return
    numbers = ("base", "with\nexamples", "tuned", "difference", "95 % interval")
    table = new_table("metric", *(Column(name, justify="right", no_wrap=True) for name in numbers))
    for metric in result["metrics"].values():
        title = metric["title"] + (" (lower is better)" if metric["better"] == "lower" else "")
        values = [amounts.score(metric[key]) for key in ("base", "few_shot", "tuned")]
        change, low, high = (amounts.score(metric[key], "+") for key in ("difference", "low", "high"))
        table.add_row(title, *values, change, "–" if metric["low"] is None else f"{low} to {high}")
    print_table(table)
    print(result["verdict"]["sentence"])
    for one in result.get("benchmarks", {}).get("benchmarks", {}).values():
        print(f"{one['title']}. {one['sentence']}")
    for one in result.get("forgetting", {}).get("verdicts", {}).values():
        print(one["sentence"])
    print(f"All of it, with the mistakes and the answers: {result['page']}")
    for missed in result.get("failed", ()):
        side = "below" if missed["better"] == "higher" else "above"
        print(f"Failed: {missed['metric']} is {amounts.score(missed['tuned'])}, {side} {missed['limit']:g}.")


def show_status(result: Result) -> None:
    """Where one run stands."""
    print(f"{result['run']}  {result['name']}, from {result['base']}, in {result['folder']}")
    for job, state in result["jobs"].items():
        steps = [f"step {state['step']} of {state['total']}"] if state["total"] else []
        at_work = [state["message"]] if state["status"] in ("running", "queued") and state["message"] else []
        left = [f"{amounts.duration(state['seconds_left'])} left"] if state["seconds_left"] is not None else []
        way = {"pause": "to pause", "discard": "to be discarded"}.get(state["how"] or "")
        print(
            f"- {job}: {' '.join([state['status'], *([way] if way else [])])}{''.join(f', {part}' for part in [*steps, *at_work, *left])}"
        )
    if result["trials"]:
        print(f"{amounts.count(result['trials'], 'trial')} inside: {result['run']}/NUMBER")
    for notice in result["notices"]:
        print(notice)
    if result["notes"]:
        print(f"Notes: {inert(result['notes'])}")
    if result["verdict"]:
        print(result["verdict"]["sentence"])
    if result["hub"]:
        print(f"On the Hub: {result['hub']['url']}")
    if result["error"]:
        print(f"{result['error']['what']}\n  Why: {result['error']['why']}\n  Fix: {result['error']['fix']}")


def show_runs(result: Result) -> None:
    """One line a run."""
    if not result["runs"]:
        print("No runs yet. Start one: python -m ft_core run examples/ticket_triage/project.yaml")
        return
    run, training, evaluation = (Column(name, no_wrap=True) for name in ("run", "training", "evaluation"))
    table = new_table(run, "name", Column("base", no_wrap=True, max_width=16), training, evaluation)
    for row in result["runs"]:
        states = [row["jobs"].get(job, {}).get("status", "-") for job in ("train", "evaluate")]
        verdict = row["verdict"]["result"] if row["verdict"] else states[1]
        table.add_row(row["run"], row["name"] or "cannot be read", row["base"] or "-", states[0], verdict)
    print_table(table)


def show_stop(result: Result) -> None:
    """What was asked, and of which jobs."""
    if result["discarded"]:
        print(f"Run {result['run']} is discarded: checkpoints, samples and trained weights are removed.")
        return
    way = {"pause": "pause", "keep": "stop", "discard": "end; what was trained is removed then"}[result["how"]]
    if result["asked"]:
        print(f"Asked to {way}: {', '.join(result['asked'])}")
    else:
        print("Nothing of this run is at work: there is nothing to stop.")


def show_queue(result: Result) -> None:
    """One line a place."""
    if not result["queue"]:
        print("Nothing waits.")
        return
    table = new_table(*(Column(name, no_wrap=True) for name in ("place", "run")), "name", "job", "status")
    for row in result["queue"]:
        table.add_row(
            str(row["position"] or "–"), row["run"], row["name"] or "cannot be read", row["job"], row["status"]
        )
    print_table(table)


def show_duplicate(result: Result) -> None:
    """The new run, and how it begins."""
    print(f"Run {result['run']}, made from {result['from']}{', is queued' if result['started'] else ''}.")
    if not result["started"]:
        print(f"Begin it: python -m ft_core resume {result['run']}")


def show_runs_compared(result: Result) -> None:
    """A column a run: results first, then the settings in which they differ."""
    runs = result["runs"]
    table = new_table("", *(Column(row["run"], justify="right") for row in runs))
    for key in ("name", "status", "dataset"):
        table.add_row(key, *(row[key] or "–" for row in runs))
    figures = {
        "steps": "steps",
        "training loss": "train_loss",
        "validation loss": "validation_loss",
        "best validation loss": "best_validation_loss",
        "seconds": "seconds",
        "tokens per second": "tokens_per_second",
        "memory at most, GB": "peak_memory_gb",
    }
    for title, key in figures.items():
        table.add_row(title, *(_figure(row[key]) for row in runs))
    for name in dict.fromkeys(name for row in runs for name in row["scores"]):
        table.add_row(f"{name}, test", *(amounts.score(row["scores"].get(name)) for row in runs))
    if any(row["dollars"] is not None for row in runs):
        table.add_row("cost", *(amounts.dollars(row["dollars"]) for row in runs))
    for key, values in result["differing_settings"].items():
        table.add_row(key, *(inert(json.dumps(value, ensure_ascii=False)) for value in values))
    print_table(table)
    if not result["differing_settings"]:
        print("Their settings are the same.")
    for one in result["paired"]:
        print(f"{one['run']} against {one['against']}: {one['sentence']}")


def _figure(value: float | None) -> str:
    """Three decimals where they matter."""
    return (
        "–"
        if value is None
        else f"{value:,}"
        if isinstance(value, int)
        else f"{value:,.3f}"
        if value < 100
        else f"{value:,.0f}"
    )
