"""What this machine has. Computed without torch, so that the page can ask."""

import os
import platform
import shutil
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

_PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "trl",
    "datasets",
    "bitsandbytes",
    "accelerate",
    "evaluate",
    "huggingface_hub",
    "tokenizers",
    "safetensors",
    "numpy",
    "pyarrow",
    "optuna",
    "gradio",
)

# Read when torch is loaded.
TORCH_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning stand still when something else, a browser say, wants their core
    "TORCHDYNAMO_DISABLE": "1",  # nothing here is compiled, and to load the compiler takes a second
}
ROOM_BESIDE = 4e9  # bytes that are free


class Hardware(BaseModel):
    """Processor cores, memory in gigabytes (1e9 bytes), the GPU when there is one, the Space's id on a Space.

    `gpu_memory_gb` is None also for a GPU that does not tell: one that shares the computer's memory, or a slice of one.
    `matrix_units`: the processor multiplies bfloat16 matrices in hardware (AMX).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cores: int
    memory_gb: float
    gpu: str | None = None
    gpu_memory_gb: float | None = None
    space: str | None = None
    matrix_units: bool = False

    @property
    def label(self) -> str:
        """One line for the header."""
        if self.gpu is None:
            compute = f"{self.cores} processor cores, {self.memory_gb:.0f} GB memory, no GPU"
        else:
            compute = self.gpu if self.gpu_memory_gb is None else f"{self.gpu}, {self.gpu_memory_gb:.0f} GB"
        return f"Space {self.space}: {compute}" if self.space else f"This computer: {compute}"


def on_space() -> bool:
    """True inside a hosted Space."""
    return os.environ.get("SYSTEM") == "spaces"


@cache
def describe() -> Hardware:
    """Look once; the answer does not change while the process lives."""
    gpu, gpu_memory = _gpu()
    return Hardware(
        cores=cores(),
        memory_gb=_memory_gb(),
        gpu=gpu,
        gpu_memory_gb=gpu_memory,
        space=os.environ.get("SPACE_ID") if on_space() else None,
        matrix_units=_matrix_units(),
    )


def cores() -> int:
    """Processor cores for this process. A Space says its share in CPU_CORES; the container itself sees all of its host's."""
    given = os.environ.get("CPU_CORES", "")
    if on_space() and given.isdigit():
        return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_room_beside() -> bool:
    """True where memory allows for work beside what is under way: the libraries of a training alone take half a gigabyte."""
    return psutil.virtual_memory().available > ROOM_BESIDE


def _memory_gb() -> float:
    """A Space says its share in MEMORY, such as 16Gi."""
    given = os.environ.get("MEMORY", "")
    if on_space() and given.endswith("Gi") and given[:-2].isdigit():
        return round(int(given[:-2]) * 2**30 / 1e9, 1)
    return round(psutil.virtual_memory().total / 1e9, 1)


def _matrix_units() -> bool:
    """As Linux lists a processor's abilities; nowhere else is there torch that uses them."""
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def memory_kills() -> tuple[str, int] | None:
    """How many processes the kernel has ended for want of memory since it booted, and the name of that boot; None where it does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        counts = dict(line.split() for line in Path("/proc/vmstat").read_text(encoding="utf-8").splitlines())
        return boot, int(counts["oom_kill"])
    except (OSError, ValueError, KeyError):
        return None


def _gpu() -> tuple[str | None, float | None]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None, None
    command = [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:  # a hanging driver is as good as none
        return None, None
    if answer.returncode != 0 or not answer.stdout.strip():
        return None, None
    name, mebibytes = (part.strip() for part in answer.stdout.splitlines()[0].rsplit(",", 1))
    return name, round(int(mebibytes) * 2**20 / 1e9, 1) if mebibytes.isdigit() else None


def environment() -> dict[str, object]:
    """Package versions, Python, operating system and hardware, as a run records them."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),  # system, its version, processor family, C library
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "hardware": describe().model_dump(),
    }
