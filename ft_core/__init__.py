"""Fine-Tuning Studio: from a spreadsheet to a fine-tuned language model that is measured to be better.

The public names are loaded when they are first asked for, so `import ft_core` is instant and opens nothing.
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Dataset": ("ft_core.data.store", "Dataset"),
    "FTError": ("ft_core.errors", "FTError"),
    "ProjectSpec": ("ft_core.settings.project", "ProjectSpec"),
    "Run": ("ft_core.run", "Run"),
    "Workspace": ("ft_core.workspace", "Workspace"),
    "create_run": ("ft_core.pipeline.runs", "create_run"),
    "do_job": ("ft_core.worker.jobs", "here"),
    "home_folder": ("ft_core.workspace", "home_folder"),
    "inspect_file": ("ft_core.data.inspect", "inspect"),
    "load_project": ("ft_core.settings.project", "load"),
    "prepare_source": ("ft_core.pipeline.data", "prepare_source"),
    "run_project": ("ft_core.pipeline.main_job", "run_project"),
}
__all__ = list(_PUBLIC)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """A public name, imported now. Raises AttributeError for any other."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'ft_core' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)
