"""Where the time and the memory of a training go: a few of its steps looked at by torch's profiler, and summed up on one page."""

import time
from collections import defaultdict
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ft_core.files import write_text
from ft_core.run import Run
from ft_core.settings.methods import WHOLE_MODEL
from ft_core.settings.train import TrainSpec
from ft_core.train import memory
from ft_core.train.callbacks import Plan
from ft_core.train.fast.lora import FusedLinear4bit
from ft_core.train.profile_tables import tables

FIRST, STEPS = 3, 3  # the first steps warm everything up
_RATE_SECONDS = 0.5
# torch's names for what is computed, by what a person would call it; the first that fits.
_KINDS = (
    ("Unpacking 4-bit weights", ("bitsandbytes::",)),
    ("Matrix products", ("aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm", "aten::linear", "aten::matmul")),
    ("Softmax and attention", ("aten::_softmax", "aten::softmax", "aten::masked_fill", "aten::_scaled_dot_product", "_Attention")),
    ("Copies", ("aten::copy", "aten::cat", "aten::clone", "aten::index", "aten::_to_copy", "aten::gather", "aten::scatter")),
    ("Element by element", ("aten::",)),
)  # fmt: skip
OPTIMIZER, REST = "Optimizer", "Python and the libraries between"


class Profiling(TrainerCallback):
    """Looks at steps FIRST to FIRST + STEPS - 1, fewer where there are fewer, and writes the run's `profile` folder."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self.run, self.plan = run, plan
        self.first = min(FIRST, plan.steps)
        self.last = min(FIRST + STEPS - 1, plan.steps)
        self.watching, self.profiler = ExitStack(), profile(activities=_activities())
        self.seconds = self.began = self.opened = 0.0

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.began = time.perf_counter()
        if state.global_step + 1 == self.first:
            self.watching.enter_context(self.profiler)
            self.opened = self.began = time.perf_counter()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: Any = None,
        optimizer: Any = None,
        **_: Any,
    ) -> None:
        if not self.first <= state.global_step <= self.last:
            return
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds += time.perf_counter() - self.began
        if state.global_step < self.last:
            return
        whole = time.perf_counter() - self.opened
        self.watching.close()
        folder = self.run.profile_folder
        folder.mkdir(exist_ok=True)
        self.profiler.export_chrome_trace(str(folder / "trace.json"))
        tokens = int(self.plan.tokens_after[self.last] - self.plan.tokens_after[self.first - 1])
        found = self._summary(model, optimizer, tokens, whole)
        write_text(folder / "summary.md", tables(found) + "\n")
        self.run.write_profile(found)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.watching.close()

    def _summary(self, model: Any, optimizer: Any, tokens: int, whole: float) -> dict[str, Any]:
        found = times(list(self.profiler.events() or []), whole)
        rate = matrix_rate(model.config.get_text_config(), model.dtype, str(model.device))
        work = tokens * operations_per_token(model, self.run.spec().training)
        return {
            "steps": [self.first, self.last],
            "seconds": round(whole, 4),
            "tokens": tokens,
            "seconds_of": {name: round(seconds, 4) for name, seconds in found.items()},
            "gigabytes_of": {name: round(size / 1e9, 4) for name, size in sizes_of(model, optimizer).items()},
            "peak_memory_gb": memory.held_gb(),
            "teraflops": round(work / self.seconds / 1e12, 4),
            "matrix_teraflops": round(rate / 1e12, 4),
        }


def _activities() -> list[ProfilerActivity]:
    return [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if torch.cuda.is_available() else [])]


def times(events: list[FunctionEvent], seconds: float) -> dict[str, float]:
    """Seconds of each kind of work, the longest first; on a GPU of its kernels. What none of them took of `seconds` is the rest."""
    on_gpu = any(event.self_device_time_total for event in events)
    found: dict[str, float] = defaultdict(float)
    for event in events:
        spent = event.self_device_time_total if on_gpu else event.self_cpu_time_total
        kind = OPTIMIZER if _in_optimizer(event) else _kind(event.name)
        if kind and spent > 0:
            found[kind] += spent / 1e6
    found[REST] = max(0.0, seconds - sum(found.values()))
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _kind(name: str) -> str | None:
    return next((kind for kind, starts in _KINDS if name.startswith(starts)), None)


def _in_optimizer(event: FunctionEvent | None) -> bool:
    while event is not None:
        if event.name.startswith("Optimizer.step"):
            return True
        event = event.cpu_parent
    return False


def sizes_of(model: Any, optimizer: Any) -> dict[str, int]:
    """Bytes of what is held from step to step."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    frozen = sum(p.nbytes for p in model.parameters() if not p.requires_grad)
    unpacked = [module.unpacked for module in model.modules() if isinstance(module, FusedLinear4bit)]
    state = getattr(optimizer, "optimizer", optimizer).state
    moments = [value for values in state.values() for value in values.values() if isinstance(value, torch.Tensor)]
    return {
        "Frozen weights": frozen,
        "Frozen weights unpacked": sum(weight.nbytes for weight in unpacked if weight is not None),
        "Weights that learn": sum(p.nbytes for p in learning),
        "Gradients": sum(p.nbytes for p in learning),
        "Moments of the optimizer": sum(value.nbytes for value in moments),
    }


def operations_per_token(model: Any, training: TrainSpec) -> float:
    """Floating-point operations that a token needs in the layers' matrices: 2 a weight there, 2 back, and 2 more where weights learn.

    Attention, logits and adapters are left out: a lower limit of what is done, as "model FLOPs" are counted (arXiv:2204.02311, appendix B).
    """
    head = model.get_output_embeddings()
    layers = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and module is not head and "lora_" not in name
    ]
    return (6 if training.method in WHOLE_MODEL else 4) * sum(
        layer.in_features * layer.out_features for layer in layers
    )


def matrix_rate(config: Any, dtype: torch.dtype, device: str) -> float:
    """Floating-point operations a second of one product in the model's own shapes, again and again."""
    rows, inputs = 1024, int(config.hidden_size)
    outputs = int(getattr(config, "intermediate_size", 4 * inputs))
    one, other = torch.randn(rows, inputs, dtype=dtype, device=device), torch.randn(inputs, outputs, dtype=dtype, device=device)  # fmt: skip
    torch.mm(one, other)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < _RATE_SECONDS:
        torch.mm(one, other)
        count += 1
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return count * 2 * rows * inputs * outputs / (time.perf_counter() - began)
