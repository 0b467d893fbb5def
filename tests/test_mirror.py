"""Every module has its tests where they are looked for: ft_core/a/b.py in tests/a/test_b.py."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
EXCUSED = {
    "__main__.py": "hands over to cli/commands.py; every command of the tests in cli/ comes through it",
    "worker/__main__.py": "a few lines around jobs.py; every child in worker/test_launch.py and worker/test_supervisor.py comes through it",
}


def without_tests(root: Path) -> set[str]:
    """Modules of ft_core that have no mirrored file with a test in it. An `__init__.py` holds a docstring or names alone."""
    found = set()
    for path in (root / "ft_core").rglob("*.py"):
        module = path.relative_to(root / "ft_core")
        mirror = root / "tests" / module.parent / f"test_{module.name}"
        if path.name != "__init__.py" and not (mirror.is_file() and "def test_" in mirror.read_text(encoding="utf-8")):
            found.add(module.as_posix())
    return found


def test_every_module_has_its_tests():
    assert without_tests(ROOT) - set(EXCUSED) == set()


def test_every_excuse_is_still_needed():
    assert set(EXCUSED) <= without_tests(ROOT)


def test_a_module_without_tests_is_seen(tmp_path):
    for path in ("ft_core/__init__.py", "ft_core/a/b.py", "ft_core/a/c.py", "ft_core/d.py", "tests/a/test_b.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "tests/test_d.py").write_text("def test_it():\n    assert 1\n")
    assert without_tests(tmp_path) == {"a/b.py", "a/c.py"}, "an empty file holds no test"
