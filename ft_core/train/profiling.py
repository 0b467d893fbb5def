"""Where the time and the memory of a training go: a few of its steps looked at by torch's profiler, and summed up on one page."""

import time
from collections import defaultdict
from contextlib import ExitStack
from typing import Any

import torch
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ft_core import modeling
from ft_core.files import write_text
from ft_core.fit.architecture import architecture
from ft_core.fit.cost import flops_per_token
from ft_core.run import Run
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
    ("Other operations", ("aten::",)),
)  # fmt: skip
OPTIMIZER, REST = "Optimizer", "Python and the libraries between"


class Profiling(TrainerCallback):
    """Looks at the steps of `window` and writes the run's `profile` folder."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self.run, self.plan = run, plan
        self.first, self.last = window(plan)
        self.watching, self.profiler = ExitStack(), profile(activities=_activities())
        self.opened: float | None = None

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if state.global_step >= self.first:
            self.run.write_log(f"no profile: it goes on after step {state.global_step}")

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if state.global_step + 1 == self.first:
            self.watching.enter_context(self.profiler)
            self.opened = time.perf_counter()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: Any = None,
        optimizer: Any = None,
        **_: Any,
    ) -> None:
        if self.opened is None or state.global_step != self.last:
            return
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds = time.perf_counter() - self.opened
        self.end()
        folder = self.run.profile_folder
        folder.mkdir(exist_ok=True)
        self.profiler.export_chrome_trace(str(folder / "trace.json"))
        found = self._summary(model, optimizer, seconds)
        write_text(folder / "summary.md", tables(found) + "\n")
        self.run.write_profile(found)

    def end(self) -> None:
        """Look no more, however the training ended."""
        self.watching.close()

    def _summary(self, model: Any, optimizer: Any, seconds: float) -> dict[str, Any]:
        spec = self.run.spec()
        tokens = int(self.plan.tokens_after[self.last] - self.plan.tokens_after[self.first - 1])
        config, sizes = model.config.get_text_config(), architecture(spec.model.base, self.run.model_revision)
        rate = matrix_rate(config, modeling.compute_dtype(config.hidden_size), str(model.device))
        return {
            "steps": [self.first, self.last],
            "seconds": round(seconds, 4),
            "tokens": tokens,
            "seconds_of": {name: round(spent, 4) for name, spent in times(self._events(), seconds).items()},
            "gigabytes_of": {name: round(size / 1e9, 4) for name, size in sizes_of(model, optimizer).items()},
            "memory_gb": memory.held_gb(),
            "teraflops": round(tokens * flops_per_token(sizes, spec.training) / seconds / 1e12, 4) if sizes else None,
            "matrix_teraflops": round(rate / 1e12, 4),
        }

    def _events(self) -> list[FunctionEvent]:
        return list(self.profiler.events() or [])


def window(plan: Plan) -> tuple[int, int]:
    """The first and the last of STEPS steps from step FIRST on, after none of which but the last is validated; fewer where there are none."""
    for count in range(STEPS, 1, -1):
        for first in range(FIRST, plan.steps - count + 2):
            if plan.milestones.isdisjoint(range(first, first + count - 1)):
                return first, first + count - 1
    only = min(FIRST, plan.steps)
    return only, only


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
    frozen = sum(p.nbytes + _scales(p) for p in model.parameters() if not p.requires_grad)
    unpacked = [module.unpacked for module in model.modules() if isinstance(module, FusedLinear4bit)]
    state = getattr(optimizer, "optimizer", optimizer).state
    moments = [value for values in state.values() for value in values.values() if isinstance(value, torch.Tensor)]
    return {
        "Frozen weights": frozen,
        "Frozen weights unpacked": sum(weight.nbytes for weight in unpacked if weight is not None),
        "Weights that learn": sum(p.nbytes for p in learning),
        "Their gradients": sum(p.nbytes for p in learning),
        "Moments of the optimizer": sum(value.nbytes for value in moments),
    }


def _scales(parameter: Any) -> int:
    """Bytes of the scales of 4-bit weights, which are held beside them."""
    state = getattr(parameter, "quant_state", None)
    return 0 if state is None else state.absmax.nbytes + (state.state2.absmax.nbytes if state.nested else 0)


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
