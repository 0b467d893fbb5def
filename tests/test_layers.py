"""Who may import whom: rows as in the architecture, function-level imports included."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROWS = [
    {"errors", "amounts"},
    {"settings", "files", "jobs", "quiet", "loading", "child_process"},
    {"run", "workspace", "catalog", "hardware", "download", "guide", "turns"},
    {"modeling", "four_bit_cache", "prompts", "generate", "fit", "queue"},
    {"data", "starter"},
    {"plan", "train", "evals", "serve", "hub"},
    {"worker", "pipeline"},
    {"ui", "cli", "terminal", "__main__"},
]
ROW = {room: number for number, rooms in enumerate(ROWS) for room in rooms}
# A workspace lists runs; the other way round would be a circle.
SAME_ROW = {
    "workspace": {"run"},
    "modeling": {"four_bit_cache"},
    "generate": {"prompts"},
    "cli": {"terminal"},
    "__main__": {"cli"},
}


def imported_rooms(source: str) -> set[str]:
    """The rooms of ft_core that a module imports, at its top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ft_core":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("ft_core.")}
    return found


def breaches(room: str, rooms: set[str]) -> set[str]:
    """Which of `rooms` the room may not import."""
    allowed = SAME_ROW.get(room, set()) | {room}
    return {other for other in rooms if other not in allowed and ROW[other] >= ROW[room]}


def test_every_module_imports_only_from_lower_rows():
    wrong = {}
    for path in sorted((ROOT / "ft_core").rglob("*.py")):
        parts = path.relative_to(ROOT / "ft_core").parts
        room = parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        bad = breaches(room, imported_rooms(path.read_text(encoding="utf-8")))
        if bad:
            wrong["/".join(parts)] = bad
    assert wrong == {}


def test_a_breach_is_seen():
    source = "def f():\n    from ft_core.ui.shell import build_app\n    from ft_core import cli\n"
    assert breaches("train", imported_rooms(source)) == {"ui", "cli"}
    assert breaches("evals", imported_rooms("import ft_core.train.sft")) == {"train"}
    assert breaches("ui", imported_rooms("from ft_core.worker import launch")) == set()


def test_gradio_is_imported_in_the_page_only():
    for path in (ROOT / "ft_core").rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
        assert "gradio" not in names or "ui" in path.relative_to(ROOT).parts, path


def test_importing_the_package_and_the_command_line_is_light():
    code = (
        "import sys, ft_core, ft_core.cli, ft_core.pipeline.main_job, ft_core.pipeline.plan, ft_core.worker.launch, ft_core.worker.supervisor\n"
        "heavy = {'torch', 'transformers', 'peft', 'trl', 'accelerate', 'evaluate', 'gradio', 'optuna'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_files_and_jobs_are_imported_from_where_they_are_defined():
    """Not through a room that imports them itself."""
    names = {"read_json", "write_json", "read_lines", "append_line", "write_text", "Progress", "JobState", "Stop"}
    for path in (ROOT / "ft_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "ft_core.run":
                assert not names & {alias.name for alias in node.names}, path
