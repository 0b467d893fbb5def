"""Buttons that are pressed by a key, while they are to be seen and nobody is writing."""

import json
from collections.abc import Mapping

_SCRIPT = """() => {
  window.studioKeys = window.studioKeys || {};
  if (window.studioKeys[PREFIX]) return [];
  window.studioKeys[PREFIX] = true;
  const buttons = BUTTONS;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const focus = document.activeElement;
    if (focus && (focus.isContentEditable || focus.matches('textarea:not([readonly]):not([disabled]), select, input:not([type=radio]):not([type=checkbox])'))) return;
    const button = buttons[event.key.toLowerCase()];
    const found = button && document.getElementById(PREFIX + button);
    if (found && found.checkVisibility() && !found.disabled) { event.preventDefault(); found.click(); }
  });
  return [];
}"""


def pressing(prefix: str, buttons: Mapping[str, str]) -> str:
    """A script for page.load: each key (as `KeyboardEvent.key`, in lower case) presses the button of the id prefix + its name. Gives back no values."""
    return _SCRIPT.replace("PREFIX", json.dumps(prefix)).replace("BUTTONS", json.dumps(dict(buttons)))
