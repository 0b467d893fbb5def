"""What every tab is given: the home folder, and the few components that belong to the whole page."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.jobs import glancing
from ft_core.run import Run
from ft_core.ui.guard import Handler, private, token_of, unheard
from ft_core.worker.commands import warm
from ft_core.worker.spare import expect
from ft_core.workspace import Workspace

# Gives back what the handler was given, and not what scrollTo answers: newer browsers answer with a promise.
TO_TOP = "(...given) => { window.scrollTo({top: 0, behavior: 'smooth'}); return given; }"

# For an event that shows nothing of its being at work. The empty list matters: otherwise the browser keeps a hidden state of progress for
# each output, and writes all of those kept so far into the page at every event's begin and end.
QUIET: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}

Reader = tuple[Handler, Sequence[Any], Sequence[Any]]  # with its inputs and outputs
LOOKS_A_SECOND = 1.0  # of all pages together that show the same tab
PAGES_COUNTED_SECONDS = 30.0  # of looks from which pages are counted
SELDOMEST_SECONDS = 20.0  # between two looks of a page: of more than twenty the cost grows again


@dataclass(frozen=True)
class Shared:
    """Passed to each tab. `run_id`, `dataset_id`, `draft`, `compared` and `measured` live in the browser and hold names and settings only.

    `seen` is what looking at the draft's source found, as `inspect` prints it; None while that is not known. `timer` ticks while
    this tab is the one that is shown.
    """

    home: Path
    page: gr.Blocks
    tabs: gr.Tabs
    tab: gr.Tab
    timer: gr.Timer
    run_id: gr.BrowserState
    dataset_id: gr.BrowserState
    draft: gr.BrowserState
    compared: gr.BrowserState
    measured: gr.BrowserState
    seen: gr.State
    readers: list[Reader] = field(default_factory=list)

    def private(self, fn: Handler) -> Handler:
        """A handler only the owner can call; see guard.private."""
        return private(fn, self.home)

    def quiet(self, fn: Handler) -> Handler:
        """The same for what happens without being asked for: it says nothing when it cannot."""
        return private(fn, self.home, quiet=True)

    def follow(self, fn: Handler, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Read the disk with `fn` when the tab is opened and as its timer ticks: every two seconds, more seldom of many open pages (`Pace`).
        Another run that is chosen shows at the next look.

        The first of `inputs` and of `outputs` is the gr.State that remembers what was shown last. A change of the chosen run is no trigger:
        it would let the readers of all tabs run.
        """
        self.readers.append((fn, inputs, outputs))

    def expect_work(self) -> None:
        """While this tab is open a job is likely soon: a worker loads the libraries meanwhile."""
        self.follow(expect_work, [], [gr.State()])

    def expect_commands(self) -> None:
        """While this tab is open a command is likely soon: what it needs is loaded meanwhile."""
        self.follow(expect_commands, [], [gr.State()])

    def begin_following(self) -> None:
        """Let all readers of this tab look at once."""
        watch(self.timer, [self.tab.select], self.quiet, self.readers)


def expect_work(workspace: Workspace) -> Any:
    """Nothing to show."""
    expect(workspace.home)
    return gr.skip()


def expect_commands(_: Workspace) -> Any:
    """Nothing to show."""
    warm()
    return gr.skip()


def watch(
    timer: gr.Timer, triggers: Sequence[Any], guarded: Callable[[Handler], Handler], readers: Sequence[Reader]
) -> None:
    """Let readers look as `timer` ticks and at `triggers`, all in one event, and put on the page what those found that have something new.

    In events of their own, all of them `guarded`: Gradio makes every output of an event anew, and the browser walks through the page for
    each, also for those that stay as they are. A page on which nothing happens costs a few small outputs. Of many open pages each looks
    more seldom.
    """
    inputs = list(dict.fromkeys(one for _, given, _ in readers for one in given))
    news = [gr.Textbox(visible="hidden", label="News") for _ in readers]
    found = gr.State()
    places = {one: place for place, one in enumerate(inputs)}
    look = looking(Pace(timer.value), [(fn, [places[one] for one in given]) for fn, given, _ in readers])
    follow([timer.tick, *triggers], guarded(look), [timer, *inputs], [timer, found, *news])
    for number, (told, (_, _, outputs)) in enumerate(zip(news, readers, strict=True)):
        handing = guarded(handing_out(number))
        told.change(handing, [found], outputs, trigger_mode="always_last", queue=False, **QUIET)


class Pace:
    """How often each of the open pages may look so that all of them together look LOOKS_A_SECOND, and each every SELDOMEST_SECONDS.

    Pages are told by their looks: each stands for the seconds since that page's last. So when the others are closed one that is left
    looks as often as ever after a minute at most.
    """

    def __init__(self, least: float) -> None:
        self.least = least
        self.looks: deque[tuple[float, float]] = deque()
        self.lock = Lock()

    def seconds(self, now: float, waited: float) -> float:
        """Until a page that has waited so long, and looks now, shall look again: `least` at least; as before where little has changed."""
        waited = min(max(waited, self.least), SELDOMEST_SECONDS)  # a browser says it
        with self.lock:
            self.looks.append((now, waited))
            while self.looks[0][0] <= now - PAGES_COUNTED_SECONDS:
                self.looks.popleft()
            pages = sum(one for _, one in self.looks) / PAGES_COUNTED_SECONDS
        wanted = min(max(self.least, round(pages / LOOKS_A_SECOND)), SELDOMEST_SECONDS)
        return waited if abs(wanted - waited) <= waited / 4 and wanted > self.least else wanted


def looking(pace: Pace, readers: Sequence[tuple[Handler, Sequence[int]]]) -> Handler:
    """One handler out of several, each with the places of its inputs among all: when to look again, their answers, and for each with news when
    that was found.

    One that fails or has nothing new is no news.
    """

    def look(workspace: Workspace, waited: float, *values: Any) -> Any:
        seconds = pace.seconds(time.monotonic(), waited)
        with glancing():
            answers = [unheard(fn)(workspace, *(values[place] for place in places)) for fn, places in readers]
        if seconds == waited and all(map(_is_skip, answers)):
            return gr.skip()
        now = str(time.time_ns())
        again = gr.skip() if seconds == waited else seconds
        return [again, answers, *(gr.skip() if _is_skip(answer) else now for answer in answers)]

    return look


def handing_out(number: int) -> Handler:
    """A handler that gives what the reader of that number found at the last look: copies, for Gradio takes the value out of an update, and
    some are kept for all pages.
    """

    def hand_out(_: Workspace, answers: Sequence[Any] | None) -> Any:
        if answers is None or _is_skip(answers[number]):
            return gr.skip()
        return [dict(one) if isinstance(one, dict) else one for one in answers[number]]

    return hand_out


def _is_skip(answer: Any) -> bool:
    return isinstance(answer, dict) and answer == gr.skip()


def follow(
    triggers: Sequence[Any], fn: Handler, inputs: Sequence[Any], outputs: Sequence[Any], **queueing: Any
) -> Dependency:
    """Let `fn` run at `triggers`, without a sign of it on the page; what changes while it runs is read after it.

    In two parts: Gradio's "always_last" starts every listener of an event anew, not only the one that waited, and with several of
    them on one event that goes on for ever.
    """
    noted = gr.on(triggers, None, None, None, js="() => []", trigger_mode="multiple", **QUIET)
    queueing = queueing or {"queue": False}
    return noted.then(fn, inputs, outputs, trigger_mode="always_last", **queueing, **QUIET)


def choose(
    triggers: Sequence[Any], fn: Handler, inputs: Sequence[Any], outputs: Sequence[Any], queue: bool = True
) -> Dependency:
    """Let `fn` take a choice made in one control: of two soon after each other the last one counts, where Gradio would drop it."""
    return gr.on(triggers, fn, inputs, outputs, queue=queue, trigger_mode="always_last", **QUIET)


def selected_run(workspace: Workspace, identity: str) -> Run | None:
    """The chosen run; the newest when none is chosen or it is gone; None when there is none."""
    if identity:
        try:
            return workspace.run(identity)
        except FTError:
            pass
    return next(iter(workspace.runs()), None)


def own_token(typed: str, signed_in: gr.OAuthToken | None) -> str:
    """`guard.token_of` where there must be one. Raises FTError `hub.token`."""
    token = token_of(typed, signed_in)
    if not token:
        raise FTError(
            "hub.token",
            "You are not signed in to the Hugging Face Hub.",
            "There is no token.",
            "Sign in at the top of the page." if on_space() else "Fill in Access token, or run `hf auth login` once.",
        )
    return token


def next_button(shared: Shared, tab: str, label: str) -> gr.Button:
    """A button that leads on to `tab`. Hidden until the step before it is done."""
    button = gr.Button(f"Next: {label}", variant="secondary", visible=False, elem_id=f"next-{tab}", elem_classes="next")
    button.click(
        lambda: gr.Tabs(selected=tab),
        None,
        shared.tabs,
        js=TO_TOP,
        queue=False,
        **QUIET,
    )
    return button
