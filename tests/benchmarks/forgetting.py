"""Is a training that was driven to forget called so, and a gentle one not?

    python -m tests.benchmarks.forgetting [--rows 96] [--seed 0] [--threads N] [--mixed]

Messages of the ticket example, each answered in one narrow manner, train the starter model with `python -m ft_core train`: gently (one
epoch, low learning rate) and driven to forget (many epochs, a rate far too high); with --mixed also driven in the same way with general
dialogues mixed in, as the verdict advises. Prints both verdicts of each. Exit code 3 when the driven one is not called forgetting and
locked in, or the gentle one is either. Starter model, no benchmark: the probe set has to carry the verdict.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ft_core import modeling
from ft_core.data.store import Dataset
from ft_core.evals.forgetting.measure import measure
from ft_core.run import Run
from ft_core.starter.dialogues import dialogues

ROOT = Path(__file__).parents[2]
TICKETS = ROOT / "examples" / "ticket_triage" / "tickets.csv"
SYSTEM = "Answer the customer."
TRAININGS: dict[str, dict[str, Any]] = {
    "gentle": {"epochs": 1, "learning_rate": 2e-4},
    "driven": {"epochs": 10, "learning_rate": 1e-2},
    "driven, mixed": {"epochs": 10, "learning_rate": 1e-2},
}


def write_sources(folder: Path, rows: int, seed: int) -> None:
    """tickets.jsonl (prompt, answer), all answers alike but for the team, and general.jsonl (messages), as many dialogues."""
    with open(TICKETS, newline="", encoding="utf-8") as file:
        tickets = sorted({(row["message"], row["label"]) for row in csv.DictReader(file)})
    chosen = random.Random(seed).sample(tickets, rows)
    narrow = [
        {"prompt": message, "answer": f"Your ticket goes to the {label} team. They will write within two days."}
        for message, label in chosen
    ]
    general = [
        {"messages": [{"role": role, "content": content} for role, content in dialogue.turns]}
        for dialogue in dialogues(rows, seed + 1000)
    ]
    for name, lines in (("tickets", narrow), ("general", general)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def trained(folder: Path, name: str, threads: int | None) -> Run:
    """The run of one training, its progress shown meanwhile. JSON is YAML, too."""
    data: dict[str, Any] = {
        "source": "tickets.jsonl",
        "system": SYSTEM,
        # One manner repeats by design: near copies are what is to be learnt from.
        "clean": {"near_duplicates": "keep", "near_conflicts": "keep"},
    }
    if "mixed" in name:
        data["mix"] = [{"name": "general", "source": "general.jsonl"}]
    settings = {
        "name": name.replace(", ", "-"),
        "task": "instruction",
        "data": data,
        "model": {"base": "starter"},
        "training": TRAININGS[name] | ({"threads": threads} if threads else {}),
    }
    path = folder / f"{settings['name']}.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "ft_core", "train", str(path), "--json", "--home", str(folder / "home")]
    answered = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    result = json.loads(answered.stdout)
    if "error" in result:
        sys.exit(" ".join(result["error"][key] for key in ("what", "why", "fix")))
    return Run(next((folder / "home").glob(f"people/*/runs/{result['run']}")))


def show(name: str, run: Run, seconds: float, found: dict[str, Any]) -> None:
    """One training: how it was trained, what it cost, in numbers and in words."""
    probes, style, training = found["probes"], found["style"], TRAININGS[name]
    drift, gap, rows = probes["drift"], found["system_prompt"], found["strength"]["rows"]
    print(f"\n{name}: {training['epochs']} epochs, learning rate {training['learning_rate']:g}")
    task = {row["scale"]: row["task_loss"] for row in rows}
    print(f"  loss of held-out tickets: {task[0.0]:.2f} -> {task[1.0]:.2f} nats per token; measured in {seconds:.0f} s")
    print(
        f"  probes: {probes['base']:.2f} -> {probes['tuned']:.2f} ({probes['low']:+.2f} to {probes['high']:+.2f}); "
        f"drift {drift['mean']:.3f} ({drift['low']:.3f} to {drift['high']:.3f}), {100 * drift['changed']:.0f} % of the places changed"
    )
    print(
        "  by kind: "
        + ", ".join(f"{kind['kind']} {kind['base']:.2f} -> {kind['tuned']:.2f}" for kind in probes["kinds"])
    )
    forms, openings, markers = style["formats"], style["openings"], style["markers"]
    print(
        f"  forms kept: {forms['base']} -> {forms['tuned']} of {forms['n']} (p {forms['p_value']:.3f}); commonest opening: "
        f"{openings['base']['share']:.2f} -> {openings['tuned']['share']:.2f} ({openings['tuned']['opening']!r}); "
        f"words of the training: {markers['base']} -> {markers['tuned']} of {markers['n']} ({', '.join(markers['words'][:6])})"
    )
    print(f"  system prompt: base {gap['base']:+.2f}, tuned {gap['tuned']:+.2f} nats per token with it")
    print("  strength: " + ", ".join(f"{row['scale']:g}: {row['loss']:.2f} / {row['task_loss']:.2f}" for row in rows))
    for verdict in found["verdicts"].values():
        print(f"  > {verdict['sentence']}\n  > {verdict['advice']}", flush=True)


def main() -> None:
    """Make the data, train, measure, and compare with what each training was made to be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, help="processor threads; left out: all cores")
    parser.add_argument(
        "--mixed", action="store_true", help="the driven training once more, with general data mixed in"
    )
    options = parser.parse_args()
    modeling.set_threads(options.threads)
    called = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sources(folder, options.rows, options.seed)
        for training in TRAININGS if options.mixed else list(TRAININGS)[:2]:
            run = trained(folder, training, options.threads)
            dataset = Dataset.open(run.folder / run.data()["folder"])
            answers = [example.answer for example in dataset.examples("train")]
            tickets = [example for example in dataset.examples("test") if example.part != "general"]
            began = time.perf_counter()
            found = measure(modeling.load_run_model(run), answers, SYSTEM, held_out=tickets)
            show(training, run, time.perf_counter() - began, found)
            said = found["verdicts"]
            called[training] = (said["forgetting"]["forgetting"], said["style"]["locked_in"])
    if called["driven"] != (True, True) or called["gentle"] != (False, False):
        sys.exit(3)


if __name__ == "__main__":
    main()
