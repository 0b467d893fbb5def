"""Playground: talk to the base model and the tuned model side by side."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.serve.client import stream_chat
from ft_core.settings.example import Message
from ft_core.ui import show, theme
from ft_core.ui.shared import QUIET, TO_TOP, Shared, next_button, selected_run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

EXAMPLES = 6
Turn = dict[str, Any]


def build(shared: Shared) -> None:
    """Components, then events."""
    gr.Markdown("Ask both models the same question and compare. Nothing you write here is kept.", elem_classes="lead")
    with gr.Column(elem_classes=["step", "empty"], visible=False) as empty:
        gr.Markdown("### There is no trained model yet\n\nTrain one first; then it can be asked here.")
        go_back = gr.Button("Go to Training", variant="primary")
    with gr.Column(elem_classes="step", visible=False) as start_step:
        gr.HTML(
            show.step(
                1,
                "Start the models",
                "The tuned model and its base are loaded; an adapter shares the base's memory. It ends by itself when it is not used.",
            )
        )
        state = gr.HTML(elem_id="playground-state")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"])
        with gr.Row(elem_classes="actions"):
            start = gr.Button("Start the models", variant="primary", elem_id="playground-start")
            end = gr.Button("End the models", visible=False, elem_id="playground-end")
    with gr.Column(elem_classes="step", visible=False) as chat_step:
        gr.HTML(
            show.step(
                2,
                "Compare",
                "Take a message from the test split, which neither model was trained on, or write your own.",
            )
        )
        system = gr.Textbox(
            label="System prompt",
            info="The one the model was trained with. Change it to see how much depends on it.",
            lines=2,
            elem_id="playground-system",
        )
        with gr.Row():
            base = gr.Chatbot(
                label="Base model", height=360, buttons=["copy"], feedback_options=None, elem_id="playground-base"
            )
            tuned = gr.Chatbot(
                label="Tuned model", height=360, buttons=["copy"], feedback_options=None, elem_id="playground-tuned"
            )
        message = gr.Textbox(
            label="Message",
            placeholder="Write to both models. Enter sends, Shift+Enter begins a new line",
            lines=1,
            max_lines=8,
            elem_id="playground-message",
        )
        with gr.Row(elem_classes="actions"):
            send = gr.Button("Send", variant="primary", elem_id="playground-send")
            stop = gr.Button("Stop", elem_id="playground-stop")
            clear = gr.Button("Clear", elem_id="playground-clear")
        examples = gr.Dataset(
            components=[gr.Textbox(visible=False, label="Message")],
            samples=[],
            type="values",
            label="From the test split: click one",
            samples_per_page=EXAMPLES,
            elem_id="playground-examples",
        )
        with gr.Accordion("Advanced", open=False):
            with gr.Row():
                temperature = gr.Slider(
                    0,
                    1.5,
                    value=0,
                    step=0.05,
                    label="Temperature",
                    info="0: always the likeliest word. Higher: more variety, more mistakes.",
                )
                top_p = gr.Slider(
                    0.05,
                    1,
                    value=1,
                    step=0.05,
                    label="Top p",
                    info="Only the likeliest words that make up this share are considered.",
                )
            with gr.Row():
                longest = gr.Slider(
                    1, 1024, value=128, step=1, label="Longest answer", info="Tokens after which an answer is cut off."
                )
                seed = gr.Number(value=42, precision=0, label="Seed", info="The same seed gives the same answer.")
    with gr.Row():
        leads_on = next_button(shared, "share", "Share")

    quick: dict[str, Any] = {"queue": False, **QUIET}
    seen_job, seen_run = gr.State(""), gr.State("")
    watching = [seen_job, empty, start_step, state, failure, start, end, chat_step, leads_on]
    shared.follow(watch_job, [seen_job, shared.run_id], watching)
    shared.follow(show_run, [seen_run, shared.run_id], [seen_run, system, examples, base, tuned])
    go_back.click(lambda: gr.Tabs(selected="training"), None, shared.tabs, js=TO_TOP, **quick)
    start.click(
        shared.private(start_models),
        [shared.run_id],
        [start, state],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )
    end.click(shared.private(end_models), [shared.run_id], None, **quick)
    examples.click(lambda sample: sample[0], [examples], [message], **quick)
    sampling = [shared.run_id, system, temperature, top_p, longest, seed]
    asked = gr.on([send.click, message.submit], ask, [message, base, tuned], [message, base, tuned], **quick)
    answering: list[Any] = [
        asked.success(shared.private(answer_base), [base, *sampling], [base], **QUIET),
        asked.success(shared.private(answer_tuned), [tuned, *sampling], [tuned], **QUIET),
    ]
    stop.click(None, None, None, cancels=answering, api_visibility="private")
    clear.click(lambda: ([], []), None, [base, tuned], cancels=answering, **quick)


def watch_job(workspace: Workspace, seen: str, run_id: str) -> Any:
    """Whether the models are loaded, in the order of `watching`."""
    run = selected_run(workspace, run_id)
    view = launch.view(workspace, run, "serve") if run else JobView("none")
    ready = run is not None and run.is_trained
    found = f"{run and run.id} {ready} {view}"
    if found == seen:
        return gr.skip()
    loading = view.status == "running" and view.port is None
    loaded = view.status == "running" and view.port is not None
    return [
        found,
        gr.update(visible=not ready),
        gr.update(visible=ready),
        _state_words(loading, loaded),
        gr.update(value=show.problem(view.error) if view.error else "", visible=view.status == "failed"),
        gr.update(
            visible=not loaded, interactive=not loading, value="Loading the models" if loading else "Start the models"
        ),
        gr.update(visible=loaded),
        gr.update(visible=loaded),
        gr.update(visible=ready, variant="secondary"),
    ]


def show_run(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The run's system prompt and test messages; the conversations of another run are cleared."""
    run = selected_run(workspace, run_id)
    found = run.id if run else "none"
    if found == seen:
        return gr.skip()
    if run is None:
        return [found, "", gr.skip(), [], []]
    return [found, run.spec().data.system or "", gr.update(samples=[[text] for text in _test_messages(run)]), [], []]


def start_models(workspace: Workspace, run_id: str) -> list[Any]:
    """Load the selected run's model in a process of its own; one that serves another run is ended first. Raises FTError `run.no_adapter` or `run.busy`."""
    run = selected_run(workspace, run_id)
    if run is None or not run.is_trained:
        raise FTError(
            "run.no_adapter",
            "There is no trained model yet.",
            "The run has no trained model.",
            "Press Start training in the Training tab first.",
        )
    launch.require_idle(workspace)
    for other in workspace.runs_and_trials():
        if other.id != run.id and other.is_running("serve"):
            launch.stop(workspace, other, "serve")
    if launch.view(workspace, run, "serve").status != "running":
        launch.start(run, "serve", {}, launch.token_of_this_machine())
    return [gr.update(interactive=False, value="Loading the models"), _state_words(True, False)]


def end_models(workspace: Workspace, run_id: str) -> None:
    """Give back the memory of the models."""
    run = selected_run(workspace, run_id)
    if run is not None:
        launch.stop(workspace, run, "serve")


def ask(message: str, base: list[Turn], tuned: list[Turn]) -> list[Any]:
    """Put the message into both conversations."""
    if not message.strip():
        return [gr.skip(), gr.skip(), gr.skip()]
    turn = {"role": "user", "content": message.strip()}
    return ["", [*base, turn], [*tuned, turn]]


def answer_base(
    workspace: Workspace,
    history: list[Turn],
    run_id: str,
    system: str,
    temperature: float,
    top_p: float,
    longest: float,
    seed: float,
) -> Iterator[Any]:
    """The base model's answer as it is written."""
    yield from _answer(workspace, "base", history, run_id, system, temperature, top_p, longest, seed)


def answer_tuned(
    workspace: Workspace,
    history: list[Turn],
    run_id: str,
    system: str,
    temperature: float,
    top_p: float,
    longest: float,
    seed: float,
) -> Iterator[Any]:
    """The tuned model's answer as it is written."""
    yield from _answer(workspace, "tuned", history, run_id, system, temperature, top_p, longest, seed)


def _answer(
    workspace: Workspace,
    which: str,
    history: list[Turn],
    run_id: str,
    system: str,
    temperature: float,
    top_p: float,
    longest: float,
    seed: float,
) -> Iterator[Any]:
    messages = [Message(role=turn["role"], content=_text(turn["content"])) for turn in history]
    if not messages or messages[-1].role != "user":
        return
    run = selected_run(workspace, run_id)
    port = launch.view(workspace, run, "serve").port if run else None
    if port is None:
        raise FTError(
            "serve.unreachable",
            "The models are not loaded.",
            "Their process has ended, as it does when it is not used.",
            "Press Start the models, then send the message again.",
        )
    if system.strip():
        messages.insert(0, Message(role="system", content=system.strip()))
    text = ""
    for piece in stream_chat(
        port, which, messages, max_new_tokens=int(longest), temperature=temperature, top_p=top_p, seed=int(seed or 0)
    ):
        text += piece
        yield [*history, {"role": "assistant", "content": text}]
    if not text:
        yield [*history, {"role": "assistant", "content": "(an empty answer)"}]


def _text(content: Any) -> str:
    """Gradio hands a message's content back in parts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _test_messages(run: Run) -> list[str]:
    try:
        examples = Dataset.open(run.folder / run.data()["folder"]).examples("test")
    except FTError:
        return []
    return [example.question for example in examples[:EXAMPLES]]


def _state_words(loading: bool, loaded: bool) -> str:
    if loaded:
        return show.legend([(theme.READY, "The models are loaded.")])
    if loading:
        return show.legend([(theme.WAITING, "Loading. This takes some seconds, and longer for a large model.")])
    return show.legend([(theme.OFF, "The models are not loaded.")])
