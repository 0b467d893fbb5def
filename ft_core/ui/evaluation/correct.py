"""Part of step 4: wrong answers, corrected by the person, become rows to learn from."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals import corrections
from ft_core.evals.corrections import Correction
from ft_core.run import Run
from ft_core.settings.project import ProjectSpec
from ft_core.ui import show, uploads
from ft_core.ui.shared import QUIET, Shared, choose, selected_run
from ft_core.workspace import Workspace

_SHOWN = 90  # characters of a prompt in the list
# The step that prepares is there once the file was looked at. Gives back no values.
_TO_PREPARE = """() => {
  const began = performance.now();
  const looking = setInterval(() => {
    const found = document.getElementById('data-corrected');
    if (found && found.checkVisibility()) found.scrollIntoView({behavior: 'smooth', block: 'center'});
    if ((found && found.checkVisibility()) || performance.now() - began > 120000) clearInterval(looking);
  }, 300);
  return [];
}"""


@dataclass(frozen=True)
class Correct:
    """Which row is open, and where its right answer is written."""

    row: gr.State
    answer: gr.Textbox
    add: gr.Button

    @property
    def opened(self) -> list[Any]:
        """What `opened` fills."""
        return [self.row, self.answer]


def components() -> Correct:
    """Beside the answers of the row that is open."""
    answer = gr.Textbox(
        label="The right answer",
        info="What the model should have said. Correct it if the expected one is wrong.",
        lines=1,
        max_lines=10,
        elem_id="correct-answer",
    )
    with gr.Row(elem_classes="actions"):
        add = gr.Button("Add to training data", size="sm", elem_id="correct-add")
    return Correct(gr.State(None), answer, add)


def opened(row: dict[str, Any] | None) -> list[Any]:
    """For the row of an evaluation that is opened, in the order of `Correct.opened`; None for none."""
    return [None, ""] if row is None else [{"row": row["row"], "part": row.get("part") or ""}, row["expected"]]


def wire(shared: Shared, made: Correct) -> None:
    """The list of what was corrected, and the events."""
    with gr.Column(visible=False, elem_classes="card", elem_id="correct") as area:
        listed = gr.CheckboxGroup(
            [], label="Rows to learn from", info="Take the tick away to remove a row.", elem_id="correct-rows"
        )
        words = gr.Markdown(elem_classes="quiet", elem_id="correct-words")
        with gr.Row(elem_classes="actions"):
            send = gr.Button("Send to Data", size="sm", elem_id="correct-send")
        refused = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="correct-refused")

    seen = gr.State("")
    view = [seen, area, listed, words]
    shared.follow(watch_corrections, [seen, shared.run_id], view)
    asked = [shared.run_id, made.row, made.answer]
    choose([made.add.click], shared.private(add_correction), asked, view)
    choose([listed.input], shared.private(keep_corrections), [shared.run_id, listed], view)
    # A refusal is told in the step: Gradio 6.31 shows none of a handler outside of the queue.
    sent = send.click(
        shared.private(send_corrections),
        [shared.run_id],
        [refused, shared.draft, shared.dataset_id, shared.tabs],
        queue=False,
        **QUIET,
    )
    sent.then(None, None, None, js=_TO_PREPARE, queue=False, **QUIET)


def watch_corrections(workspace: Workspace, seen: str, run_id: str) -> Any:
    """What was corrected in the run's answers, in the order of `view`."""
    run = selected_run(workspace, run_id)
    found = corrections.read(run) if run else []
    mark = f"{run and run.id} {found}"
    return gr.skip() if mark == seen else _view(run, found)


def add_correction(workspace: Workspace, run_id: str, row: dict[str, Any] | None, answer: str) -> list[Any]:
    """The row that is open is to be learnt from. Raises FTError `correction.*`."""
    run = _required(workspace, run_id)
    if row is None:
        raise FTError("correction.row", "No row is open.", "There is nothing to correct.", "Choose a row in Answers.")
    return _view(run, corrections.add(run, row["row"], row["part"], answer))


def keep_corrections(workspace: Workspace, run_id: str, kept: list[str]) -> list[Any]:
    """Rows whose tick was taken away are forgotten."""
    run = _required(workspace, run_id)
    gone = [(one.row, one.part) for one in corrections.read(run) if _key(one) not in kept]
    return _view(run, corrections.remove(run, gone))


def send_corrections(workspace: Workspace, run_id: str) -> list[Any]:
    """The draft of the Data tab becomes the run's dataset with these rows to learn from: (refusal, draft, dataset id, tabs)."""
    try:
        spec, dataset = _sent(workspace, run_id)
    except FTError as error:
        words = uploads.titled(show.problem(error))
        return [gr.update(value=words, visible=True), gr.skip(), gr.skip(), gr.skip()]
    draft = spec.model_dump(mode="json", exclude_defaults=True)
    return [gr.update(visible=False), draft, dataset, gr.Tabs(selected="data")]


def _sent(workspace: Workspace, run_id: str) -> tuple[ProjectSpec, str]:
    """Raises FTError `correction.none`, and `dataset.missing` or `data.missing` where the run's data is not here any more."""
    run = _required(workspace, run_id)
    found = corrections.read(run)
    if not found:
        why = "No answer was corrected."
        raise FTError("correction.none", "There is nothing to send.", why, "Press Add to training data first.")
    dataset = Dataset.open(workspace.dataset(run.data()["dataset"]))
    spec = uploads.project_of(workspace, dataset)
    data = uploads.with_sources(workspace, dataset, spec.data)
    uploads.require_all(workspace, data)
    return spec.model_copy(update={"data": corrections.taught(data, found)}), dataset.id


def _required(workspace: Workspace, run_id: str) -> Run:
    run = selected_run(workspace, run_id)
    if run is None or run.report() is None:
        why = "There are no answers of this run."
        raise FTError("evaluation.none", "There is nothing to correct.", why, "Press Evaluate first.")
    return run


def _key(one: Correction) -> str:
    return f"{one.part} {one.row}"


def _view(run: Run | None, found: list[Correction]) -> list[Any]:
    keys = [_key(one) for one in found]
    choices = [(_title(one), key) for one, key in zip(found, keys, strict=True)]
    words = ""
    if run is not None and found:
        tests = (run.report() or {"n": 0})["n"]
        words = (
            f"**{amounts.count(len(found), 'row')} of {tests:,} test examples.** What is learnt from tests nothing: in the version that the Data tab "
            f"prepares of this, the test gets smaller by {len(found):,} and training larger by as many. All other rows stay where they are, so a "
            "new run is measured on the rest of the same test."
        )
    return [f"{run and run.id} {found}", gr.update(visible=bool(found)), gr.update(choices=choices, value=keys), words]


def _title(one: Correction) -> str:
    part = f" of {one.part}" if one.part else ""
    prompt = " ".join(one.prompt.split())
    short = prompt if len(prompt) <= _SHOWN else f"{prompt[:_SHOWN]}…"
    return f"Row {one.row:,}{part}: {short} → {' '.join(one.answer.split())[:_SHOWN]}"
