"""Preference tuning: does a training on pairs make a model prefer the better of two answers to prompts that it has not seen?

    python -m tests.benchmarks.preferences [--seed 0] [--pairs 160] [--loss dpo] [--threads N]

Prompts are messages of the ticket example; answers are made by a rule. The better ones are courteous, the worse ones curt, of about the
same length and about the same thing, in many wordings. A short training on both manners alike comes first, so that either is a plausible
answer; the training on pairs starts from it. They are `python -m ft_core train` and `run` with the starter model, all settings but the
epochs, and --loss where it is given, chosen.
Prints how often the courteous answer is the likelier one on held-out pairs before and after; exit code 3 when the 95 % interval of the
difference includes zero.
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
from typing import Any, get_args

from ft_core.settings.train import PreferenceLoss

ROOT = Path(__file__).parents[2]
TICKETS = ROOT / "examples" / "ticket_triage" / "tickets.csv"
COURTEOUS = (
    ("Thank you for writing to us.", "We are glad that you told us.", "Thank you for your message.", "Many thanks for your note."),
    ("We will gladly look into it", "We are happy to take care of this", "A colleague will kindly help you", "We will do our best to solve it"),
    ("and let you know soon.", "and write to you today.", "and come back to you shortly.", "as quickly as we can."),
)  # fmt: skip
CURT = (
    ("You have written to us again.", "This has been received.", "Your message is in the queue.", "Noted, one more message."),
    ("Somebody may look into it", "Wait until it is your turn", "Read the rules on the page", "Do not write a second time"),
    ("when there is time for it.", "before you ask once more.", "since others come first.", "as everybody else has to."),
)  # fmt: skip


def answer(manner: tuple[tuple[str, ...], ...], chance: random.Random) -> str:
    """One wording of a manner."""
    opening, middle, end = (chance.choice(parts) for parts in manner)
    return f"{opening} {middle} {end}"


def write_sources(folder: Path, pairs: int, seed: int) -> None:
    """manners.jsonl (prompt, answer in either manner) and pairs.jsonl (prompt, chosen, rejected), of different messages."""
    chance = random.Random(seed)
    with open(TICKETS, newline="", encoding="utf-8") as file:
        messages = sorted({row["message"] for row in csv.DictReader(file)})
    chance.shuffle(messages)
    both = [
        {"prompt": message, "answer": answer(chance.choice((COURTEOUS, CURT)), chance)}
        for message in messages[pairs : 2 * pairs]
    ]
    compared = [
        {"prompt": message, "chosen": answer(COURTEOUS, chance), "rejected": answer(CURT, chance)}
        for message in messages[:pairs]
    ]
    for name, rows in (("manners", both), ("pairs", compared)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def project(name: str, task: str, start: str | None, threads: int | None, loss: str | None = None) -> dict[str, Any]:
    """The settings of one of the two trainings: all but the number of epochs, and of threads and the loss where given, are chosen."""
    training: dict[str, Any] = {"epochs": 3 if start is None else 2} | ({"preference_loss": loss} if loss else {})
    return {
        "name": name,
        "task": task,
        # Manners repeat by design: near copies are what is to be learnt from.
        "data": {"source": f"{name}.jsonl", "clean": {"near_duplicates": "keep"}},
        "model": {"start": start} if start else {"base": "starter"},
        "training": training | ({"threads": threads} if threads else {}),
        "evaluation": {"max_new_tokens": 24},
    }


def run(folder: Path, command: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The result of a command on the project, its progress shown meanwhile. JSON is YAML, too."""
    path = folder / f"{settings['name']}.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    words = [sys.executable, "-m", "ft_core", command, str(path), "--json", "--home", str(folder / "home")]
    answered = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    result = json.loads(answered.stdout)
    if "error" in result:
        sys.exit(" ".join(result["error"][key] for key in ("what", "why", "fix")))
    return result


def main() -> None:
    """Make the data, train twice, say what the second training changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pairs", type=int, default=160)
    parser.add_argument("--loss", choices=get_args(PreferenceLoss), help="Preference loss; left out: chosen")
    parser.add_argument("--threads", type=int, help="processor threads; left out: all cores")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sources(folder, options.pairs, options.seed)
        start = run(folder, "train", project("manners", "instruction", None, options.threads))["run"]
        found = run(folder, "run", project("pairs", "preference", start, options.threads, options.loss))
    report = found["evaluation"]
    preferred, loss = report["metrics"]["preferred"], report["metrics"]["loss"]
    print(
        f"{report['n']} held-out pairs; {found['training']['steps']} steps; {time.perf_counter() - began:.0f} s in all"
    )
    print(f"better answer preferred: before {preferred['base']:.3f}, after {preferred['tuned']:.3f}")
    print(
        f"difference {preferred['difference']:+.3f}, 95 % interval {preferred['low']:+.3f} to {preferred['high']:+.3f}"
    )
    print(f"loss of the better answers: before {loss['base']:.3f}, after {loss['tuned']:.3f} nats per token")
    print(report["verdict"]["sentence"])
    if preferred["low"] <= 0 <= preferred["high"]:
        sys.exit(3)


if __name__ == "__main__":
    main()
