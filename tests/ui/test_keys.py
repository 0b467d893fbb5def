"""The script that presses buttons by key holds its names as data, never as code."""

import json

from ft_core.ui import keys


def test_the_names_go_in_as_json():
    script = keys.pressing("judging-", {"t": "tie", "'": "x');alert('"})
    assert 'window.studioKeys["judging-"]' in script and json.dumps({"t": "tie", "'": "x');alert('"}) in script
    assert "PREFIX" not in script and "BUTTONS" not in script
