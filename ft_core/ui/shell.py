"""The page as a whole: the header, the tabs, and how it is launched."""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.hardware import describe, on_space
from ft_core.ui import guard, playground_tab, share_tab, show, theme, uploads
from ft_core.ui.data import tab as data_tab
from ft_core.ui.evaluation import tab as evaluation_tab
from ft_core.ui.runs import names
from ft_core.ui.runs import tab as runs_tab
from ft_core.ui.runs.standing import standing
from ft_core.ui.shared import QUIET, Shared, choose, selected_run, watch
from ft_core.ui.training import tab as training_tab
from ft_core.worker import launch as jobs
from ft_core.workspace import Workspace

# Scrambles ids in the browser's storage. No secret is kept there; a fixed key lets a reload after a restart find them again.
_STORAGE_KEY = "fine-tuning-studio"
SHOWN_RUNS = 50
POLL_SECONDS = 2
QUEUE_SECONDS = 0.02  # too short to be felt
HEADER_SECONDS = 5.0  # which runs there are changes more seldom than how one of them stands
TABS = (
    ("Data", data_tab),
    ("Training", training_tab),
    ("Runs", runs_tab),
    ("Evaluation", evaluation_tab),
    ("Playground", playground_tab),
    ("Share", share_tab),
)
_OPEN_TAB_TICKS = """async () => {
    await new Promise((drawn) => setTimeout(drawn));
    const tabs = [...document.querySelectorAll("#tabs [role=tab][data-tab-id]")];
    const open = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
    if (window.studioLoaded && open) localStorage.setItem("ft-tab", open.dataset.tabId);
    return tabs.map((tab) => ({__type__: "update", active: tab === open}));
}"""
# The tab that was open last is opened again. And a comma in a number is its point: the browser would drop it without a word, and 0,5 be 5.
_AT_LOAD = """() => {
    const last = localStorage.getItem("ft-tab");
    window.studioLoaded = true;
    if (last) document.querySelector(`#tabs [role=tab][data-tab-id="${CSS.escape(last)}"]`)?.click();
    document.addEventListener("keydown", (event) => {
        if (event.key !== "," || !event.target.matches("input[type=number]")) return;
        event.preventDefault();
        document.execCommand("insertText", false, ".");
    });
}"""
_BRAND = """<div class="mark"><div class="glyph" aria-hidden="true"><svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2"
stroke-linecap="round"><path d="M4 6v12M12 4v16M20 8v8"/><circle cx="4" cy="13" r="2.4" fill="#fff" stroke="none"/>
<circle cx="12" cy="8" r="2.4" fill="#fff" stroke="none"/>
<circle cx="20" cy="12" r="2.4" fill="#fff" stroke="none"/></svg></div>
<div><h1>Fine-Tuning Studio</h1><p>From examples to a language model that is measured to be better.</p></div></div>"""


def build_app(home: Path) -> gr.Blocks:
    """The page of one workspace home. Nothing of torch is imported, here or later."""
    with gr.Blocks(title="Fine-Tuning Studio", analytics_enabled=False, delete_cache=(3600, 86400)) as page:
        run_id = gr.BrowserState("", storage_key="ft-run", secret=_STORAGE_KEY)
        dataset_id = gr.BrowserState("", storage_key="ft-dataset", secret=_STORAGE_KEY)
        draft = gr.BrowserState({}, storage_key="ft-draft", secret=_STORAGE_KEY)
        compared = gr.BrowserState([], storage_key="ft-compared", secret=_STORAGE_KEY)
        measured = gr.BrowserState("", storage_key="ft-measured", secret=_STORAGE_KEY)
        seen = gr.State(None)
        header = gr.Timer(HEADER_SECONDS)
        with gr.Row(elem_id="header"):
            gr.HTML(_BRAND, elem_id="brand")
            gr.HTML(f'<span class="chip">{show.escaped(describe().label)}</span>', elem_id="where")
            if on_space():
                gr.LoginButton(elem_id="sign-in", min_width=180, scale=0)
        if on_space():
            _visitor_note(page)
        with gr.Row(elem_id="selection"):
            run_choice = gr.Dropdown(
                [], label="Run", info="One training with its settings and results.", elem_id="run-choice", scale=3
            )
            dataset_words = gr.Markdown("**Dataset**\n\nLoading…", elem_id="selected-dataset", container=False)
        # Not inside the tabs, whose contents the browser builds when they are opened: a timer built twice could not be stopped.
        timers = [gr.Timer(POLL_SECONDS, active=index == 0) for index in range(len(TABS))]
        built = []
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
            for index, (name, room) in enumerate(TABS):
                with gr.Tab(name, id=name.lower(), elem_id=f"tab-{name.lower()}") as tab:
                    built.append(tab)
                    shared = Shared(
                        home, page, tabs, tab, timers[index], run_id, dataset_id, draft, compared, measured, seen
                    )
                    room.build(shared)
                    shared.begin_following()
        _poll_when_shown(built, timers)
        page.load(None, None, None, js=_AT_LOAD, queue=False, **QUIET)
        listed = gr.State("")
        watch(
            header,
            [page.load, run_id.change, dataset_id.change],
            partial(guard.private, home=home, quiet=True),
            [(list_runs, [listed, run_id, dataset_id], [listed, run_choice, dataset_words])],
        )
        choose([run_choice.input], guard.private(choose_run, home), [run_choice], [run_id], queue=False)
    return page


def _poll_when_shown(tabs: list[gr.Tab], timers: list[gr.Timer]) -> None:
    """Only the open tab's timer ticks: a browser that draws what nobody sees takes a processor core from the training.

    The browser itself says which tab is open. The event does not: a tab that is being built reports that it was selected after
    another one was, when somebody was quicker than the page.
    """
    gr.on(
        [tab.select for tab in tabs],
        None,
        None,
        timers,
        js=_OPEN_TAB_TICKS,
        queue=False,
        trigger_mode="multiple",
        **QUIET,
    )


def launch(page: gr.Blocks, home: Path, port: int | None = None) -> tuple[Any, str, str]:
    """Serve the page in the background: on loopback, or on a Space to the Space's proxy. Returns Gradio's (app, local address, public address).

    Off a Space nobody signs in, so requests under another host name are refused: a foreign web page must not reach the person's
    data by pointing a name of its own at this machine.
    """
    home.mkdir(parents=True, exist_ok=True)
    jobs.ensure_supervisor(home)
    own = [] if on_space() else [Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])]
    return _queued(page).launch(
        server_name="0.0.0.0" if on_space() else "127.0.0.1",
        server_port=port,
        theme=theme.theme(),
        css=theme.CSS,
        footer_links=["settings"],
        run_history=False,
        enable_monitoring=False,
        max_file_size="200mb",
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        show_error=False,
        share=False,
        quiet=True,  # Gradio would advise to share the page with everybody
        prevent_thread_lock=True,
        allowed_paths=[],
        blocked_paths=[str(home)],
        app_kwargs={"middleware": own},
        state_session_capacity=200,
    )


def _queued(page: gr.Blocks) -> gr.Blocks:
    """The page with its queue, which looks for new events every QUEUE_SECONDS: by itself a thousand times a second on most systems, also
    while nobody is there. Gradio has no public setting for it.
    """
    queued = page.queue(default_concurrency_limit=8)
    queued._queue.sleep_when_free = max(queued._queue.sleep_when_free, QUEUE_SECONDS)
    return queued


def list_runs(workspace: Workspace, seen: str, run_id: str, dataset_id: str) -> Any:
    """The header: the runs by name, date and status, and the dataset in words. Sees to it that what waits is worked at."""
    jobs.keep_going(workspace.home)
    runs = workspace.runs()
    chosen = selected_run(workspace, run_id)
    dataset = uploads.selected_dataset(workspace, dataset_id)
    choices, titles = [], names.titles(runs)
    for run in runs[:SHOWN_RUNS]:
        try:
            choices.append((show.run_title(run, titles[run.id], standing(workspace, run)), run.id))
        except FTError:
            choices.append((f"{run.id} · cannot be read", run.id))
    # The run shown may have learnt from another dataset than the one that a new run would learn from.
    heading = "Dataset of a new run" if dataset and chosen and chosen.data().get("dataset") != dataset.id else "Dataset"
    found = repr((choices, chosen and chosen.id, dataset and dataset.id))
    if found == seen:
        return gr.skip()
    if dataset is None:
        words = "**Dataset**\n\nNone yet. Begin in the Data tab."
    else:
        amount = amounts.count(sum(dataset.counts.values()), "example")
        words = f"**{heading}**\n\n{show.plain(uploads.title(dataset.report['source']))} · {amount} · {_task_words(dataset.task, dataset.labels)}"
    return found, gr.update(choices=choices, value=chosen.id if chosen else None), words


def choose_run(workspace: Workspace, identity: str | None) -> str:
    """The run picked in the header. Raises FTError `run.missing` for an id that is not one of the person's runs."""
    return workspace.run(identity).id if identity else ""


def _task_words(task: str, labels: list[str]) -> str:
    return f"classification into {amounts.count(len(labels), 'label')}" if task == "classification" else task


def _visitor_note(page: gr.Blocks) -> None:
    """On a Space: what a visitor who is not the owner can do."""
    with gr.Row(visible=False, elem_id="visitor", elem_classes="notice") as row:
        note = gr.Markdown()
        gr.DuplicateButton("Duplicate this Space", size="md", scale=0, min_width=220)

    def visitor(profile: gr.OAuthProfile | None) -> tuple[Any, Any]:
        try:
            guard.owner(profile)
        except FTError as error:
            return gr.update(visible=True), show.problem(error)
        return gr.update(visible=False), ""

    page.load(visitor, None, [row, note], queue=False, **QUIET)
