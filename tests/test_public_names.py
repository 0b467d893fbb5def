"""What `import ft_core` offers: everything promised is there, nothing is opened, no name hides a room."""

import subprocess
import sys
from pathlib import Path

import pytest

import ft_core

ROOT = Path(__file__).parent.parent


def test_every_public_name_is_there():
    assert all(callable(getattr(ft_core, name)) for name in ft_core.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ft_core.no_such_name


def test_no_public_name_is_a_room():
    rooms = {path.stem for path in (ROOT / "ft_core").iterdir()}
    assert rooms & set(ft_core.__all__) == set()


def test_importing_it_opens_no_room_and_no_library():
    code = "import sys, ft_core; print(sorted(name for name in sys.modules if name.split('.')[0] in ('ft_core', 'pydantic', 'torch')))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "['ft_core']"
