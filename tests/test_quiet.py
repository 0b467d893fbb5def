"""Known noise is kept away, everything else still reaches the person."""

import subprocess
import sys
from pathlib import Path

from ft_core.worker import launch

ROOT = Path(__file__).parents[1]

SPEAKING = """
import logging, sys, warnings
from ft_core.quiet import quiet_libraries
quiet_libraries()
assert not {"torch", "transformers", "bitsandbytes"} & set(sys.modules), "nothing heavy is imported"

kernels = logging.getLogger("bitsandbytes.backends.cpu.ops")
kernels.warning("Failed to load CPU gemm_4bit_forward from kernels-community")
kernels.error("kernel error")
logging.getLogger("transformers.trainer_utils").warning("mtime may not be reliable on this filesystem")
logging.getLogger("transformers.trainer").warning("another part")
logging.getLogger("bitsandbytes.other").warning("other part")
warnings.warn("`is_gradient_checkpointing` is deprecated and will be removed in v6.", FutureWarning)
warnings.warn("some other thing is deprecated", FutureWarning)

from transformers.utils import logging as transformers_logging
assert not transformers_logging.is_progress_bar_enabled()
from huggingface_hub.utils import are_progress_bars_disabled
assert not are_progress_bars_disabled("huggingface_hub.snapshot_download")
"""


def test_only_the_known_noise_is_silenced():
    answer = subprocess.run([sys.executable, "-c", SPEAKING], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    assert "gemm_4bit_forward" not in answer.stderr and "is_gradient_checkpointing" not in answer.stderr
    assert "mtime" not in answer.stderr
    for word in ("kernel error", "other part", "another part", "some other thing is deprecated"):
        assert word in answer.stderr


def test_where_bars_are_off_already_nothing_is_said():
    answer = subprocess.run(
        [sys.executable, "-c", "from ft_core.quiet import quiet_libraries; quiet_libraries()"],
        cwd=ROOT,
        env=launch.child_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")
