"""Runs: how a training ended, the scores of an evaluation, where one run stands, and all of them."""

from rich.table import Column

from ft_core import amounts
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import new_table, print_table


def show_training(result: Result) -> None:
    """How a training ended, and what to do next."""
    _show_end(result)
    if result["status"] == "stopped":
        print(f"Go on with: python -m ft_core resume {result['run']}")
    else:
        print(f"Next: python -m ft_core evaluate {result['run']}")


def show_main_job(result: Result) -> None:
    """The training and, unless it was stopped, the evaluation after it."""
    training = {"run": result["run"]} | result["training"]
    if training["status"] == "stopped":
        show_training(training)
        return
    _show_end(training)
    show_evaluation({"run": result["run"], "verdict": None} | (result["evaluation"] or {}))


def _show_end(result: Result) -> None:
    losses = [("training", result["train_loss"]), ("validation", result["validation_loss"])]
    said = ", ".join(f"{name} loss {loss:.3f}" for name, loss in losses if loss is not None)
    print(f"Run {result['run']}: {result['status']} after {result['steps']} of {result['total_steps']} steps, {said}")
    if result["cut_off_rows"]:
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


def show_status(result: Result) -> None:
    """Where one run stands."""
    print(f"{result['run']}  {result['name']}, from {result['base']}, in {result['folder']}")
    for job, state in result["jobs"].items():
        steps = [f"step {state['step']} of {state['total']}"] if state["total"] else []
        at_work = [state["message"]] if state["status"] in ("running", "queued") and state["message"] else []
        left = [f"{amounts.duration(state['seconds_left'])} left"] if state["seconds_left"] is not None else []
        print(f"- {job}: {', '.join([state['status'], *steps, *at_work, *left])}")
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
