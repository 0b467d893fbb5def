"""What commands are forked from."""

import os
import subprocess
import sys

from tests.cli.calls import ROOT

PRELOADED = """
import threading
from ft_core.cli import loaded
import os, sys
held = {name.split(".")[0] for name in sys.modules}
print(sorted({"torch", "transformers", "gradio"} & held), "sklearn" in held, os.environ.get("HF_TOKEN"), threading.active_count())
"""


def test_what_is_forked_from_holds_no_model_no_token_and_no_thread_of_ours():
    environment = os.environ | {"HF_TOKEN": "hf_secret"}
    child = [sys.executable, "-c", PRELOADED]
    said = subprocess.run(child, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert said == "[] True None 1\n"
