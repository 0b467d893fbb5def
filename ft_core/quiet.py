"""What libraries say that tells a person nothing: kept off the terminal and out of log.txt. Their other words stay."""

import logging
import warnings

from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars


def quiet_libraries() -> None:
    """Once, when a process starts that may load a model, and before it does. Imports none of them."""
    # Said at each import on a processor: a kernel is missing that `modeling` switches off anyway.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    # Said when two checkpoints are saved in one tick of the file system's clock; transformers then goes by their numbers, which is right.
    logging.getLogger("transformers.trainer_utils").setLevel(logging.ERROR)
    # Said when 4-bit weights are unpacked for an evaluation on a processor, which is meant.
    logging.getLogger("transformers.integrations.bitsandbytes").setLevel(logging.ERROR)
    # peft 0.21 asks transformers 5.23 for an attribute it has renamed; gone when peft is updated.
    warnings.filterwarnings("ignore", r".is_gradient_checkpointing", FutureWarning)
    # transformers draws a bar while it reads weights, into a log file too. Bars of downloads and uploads stay, on a terminal.
    # A worker's environment has switched all of them off (launch.child_environment); to ask for one there is answered by a warning.
    if not are_progress_bars_disabled():
        disable_progress_bars()
        enable_progress_bars("huggingface_hub")
