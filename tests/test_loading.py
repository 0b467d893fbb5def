"""Nothing is looked through for garbage while libraries are loaded, and afterwards as before."""

import gc
import subprocess
import sys

from ft_core.loading import loading
from tests.cli.calls import ROOT


def test_the_collector_rests_and_then_looks_as_before():
    assert gc.isenabled()
    frozen = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() >= frozen
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled(), "who had it off keeps it off"
    finally:
        gc.enable()


def test_a_second_job_of_a_process_freezes_nothing():
    code = (
        "import gc; from ft_core.worker import jobs\n"
        "jobs.load_training(); first = gc.get_freeze_count()\n"
        "jobs._load('ft_core.evals.report')\n"
        "print(first > 100_000, gc.get_freeze_count() == first, gc.isenabled())"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["True", "True", "True"]
