"""What the coach says about the selected run, and the corrected run that one press prepares."""

from functools import lru_cache
from typing import Any

import gradio as gr

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.train import TrainSpec
from ft_core.train.coach import coach, curves
from ft_core.train.coach.advice import Advice
from ft_core.ui import show
from ft_core.ui.shared import TO_TOP, Shared, selected_run
from ft_core.ui.training import form
from ft_core.ui.training.form import Form
from ft_core.workspace import Workspace

EVERY = 20  # measurements between two looks where no validation is made
PLACES = 3  # pieces of advice that are shown at once; the gravest come first


def build(shared: Shared, made: Form, start: gr.Button) -> None:
    """Below the curves: a card for each piece of advice, with a button where other settings help."""
    words = gr.Markdown(elem_classes="quiet", elem_id="training-coach")
    cards, buttons = [], []
    for place in range(PLACES):
        with gr.Column(visible=False, elem_classes=["card"]) as card:
            text = gr.Markdown(elem_id=f"training-advice-{place + 1}")
            button = gr.Button("Prepare the corrected run", size="sm", elem_id=f"training-apply-{place + 1}")
        cards += [card, text]
        buttons.append(button)
    seen = gr.State("")
    shared.follow(show_advice, [seen, shared.run_id], [seen, words, *cards, *buttons])
    for place, button in enumerate(buttons):
        button.click(
            shared.private(correcting(place)),
            [shared.run_id],
            [shared.dataset_id, made.name, made.base, made.start, made.pinned, made.suggested, start, *made.values],
            api_visibility="private",
            js=TO_TOP,
        )


def of_run(run: Run) -> tuple[Advice, ...]:
    """What the coach says; nothing where the run's data is gone. Looked at again after another validation, EVERY measurements, or another end."""
    state, metrics = run.job("train"), run.metrics()
    held = sum(row["kind"] == "validation" for row in metrics)
    return _advice(run, f"{held} {len(metrics) // EVERY} {state.status if state else 'none'}")


@lru_cache(maxsize=16)
def _advice(run: Run, _state: str) -> tuple[Advice, ...]:
    try:
        return tuple(coach.advise(curves.read(run)))
    except FTError:
        return ()


def show_advice(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The cards, in the order of `build`."""
    run = selected_run(workspace, run_id)
    found = of_run(run) if run is not None and run.metrics() else ()
    state = run.job("train") if run else None
    mark = f"{run and run.id} {state and state.status} {found}"
    if mark == seen:
        return gr.skip()
    words = ""
    if not found and state is not None and state.status in ("done", "stopped"):
        words = "**The coach** looked at the curves and found nothing to complain of."
    cards: list[Any] = []
    for place in range(PLACES):
        one = found[place] if place < len(found) else None
        cards += [gr.update(visible=one is not None), _card(one) if one else ""]
    buttons = [gr.update(visible=place < len(found) and bool(found[place].changes)) for place in range(PLACES)]
    return [mark, words, *cards, *buttons]


def _card(one: Advice) -> str:
    changed = ", ".join(f"{TrainSpec.model_fields[name].title} {value:g}" for name, value in one.changes.items())
    into = f"\n\nThe corrected run: {changed}." if changed else ""
    sign = "" if one.severity == "problem" else "Hint: "
    return f"#### {sign}{show.plain(one.title)}\n\n{show.quoted(one.what)} {show.quoted(one.why)}\n\n**What to do:** {show.quoted(one.fix)}{into}"


def correcting(place: int) -> Any:
    """A handler that puts the settings of the run into the form, corrected as the piece of advice at `place` says."""

    def prepare_corrected(workspace: Workspace, run_id: str) -> Any:
        run = selected_run(workspace, run_id)
        found = of_run(run) if run is not None else ()
        if run is None or place >= len(found):
            raise FTError(
                "advice.gone",
                "This advice is out of date.",
                "The run has gone on since it was shown.",
                "Look at what the coach says now.",
            )
        spec = run.spec()
        training = TrainSpec.model_validate(spec.training.model_dump() | found[place].changes)
        dataset = Dataset.open(run.folder / run.data()["folder"])
        revision, start = run.model_revision or spec.model.revision, spec.model.start
        gr.Info("The corrected settings are in the form. Press Start training.")
        return [
            dataset.id,
            spec.name,
            gr.update(value=spec.model.base, interactive=not start),
            gr.update(choices=form.starts(workspace, start), value=start or "", visible=bool(start)),
            {spec.model.base: revision} if revision else {},
            form.CHOSEN,
            gr.update(variant="primary"),
            *form.filled(training, spec.task),
        ]

    return prepare_corrected
