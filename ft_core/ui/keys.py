"""Buttons of one choice after the other: pressed by a key, while they are to be seen and nobody is writing, and no press is lost.

Gradio drops a press while the one before is answered. Here presses made meanwhile, by key or not, wait for it, and each decides about what
is shown then.
"""

import json
from collections.abc import Mapping, Sequence

from gradio.events import Dependency

from ft_core.ui.shared import QUIET

_SCRIPT = """() => {
  window.studioKeys = window.studioKeys || {};
  if (window.studioKeys[PREFIX]) return [];
  const keys = window.studioKeys[PREFIX] = {waiting: [], since: null};
  const buttons = BUTTONS;
  const ids = Object.values(buttons).map((name) => PREFIX + name);
  const atWork = () => keys.since !== null && performance.now() - keys.since < 60000;
  const usable = (id) => {
    const found = document.getElementById(id);
    return found && found.checkVisibility() && !found.disabled ? found : null;
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button || !ids.includes(button.id)) return;
    if (!atWork()) { keys.since = performance.now(); return; }
    event.stopImmediatePropagation();
    keys.waiting.push(button.id);
  }, true);
  keys.answered = () => setTimeout(() => {
    keys.since = null;
    while (keys.waiting.length && !atWork()) usable(keys.waiting.shift())?.click();
  }, 50);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const focus = document.activeElement;
    if (focus && (focus.isContentEditable || focus.matches('textarea:not([readonly]):not([disabled]), select, input:not([type=radio]):not([type=checkbox])'))) return;
    const name = buttons[event.key.toLowerCase()];
    if (!name || !(atWork() || usable(PREFIX + name))) return;
    event.preventDefault();
    if (atWork()) keys.waiting.push(PREFIX + name);
    else usable(PREFIX + name).click();
  });
  return [];
}"""
_ANSWERED = "() => { window.studioKeys[PREFIX].answered(); return []; }"


def pressing(prefix: str, buttons: Mapping[str, str]) -> str:
    """A script for page.load: each key (as `KeyboardEvent.key`, in lower case) presses the button of the id prefix + its name. Gives back no values."""
    return _SCRIPT.replace("PREFIX", json.dumps(prefix)).replace("BUTTONS", json.dumps(dict(buttons)))


def in_turn(prefix: str, decided: Sequence[Dependency]) -> None:
    """Let the next press of these buttons begin when one of their handlers has answered, also with a refusal.

    They go through the queue: Gradio 6.31 shows nothing of a refusal outside of it.
    """
    for event in decided:
        event.then(None, None, None, js=_ANSWERED.replace("PREFIX", json.dumps(prefix)), queue=False, **QUIET)
