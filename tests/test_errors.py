"""Every exception becomes what / why / fix."""

import errno
import pickle

import pytest
import torch

from ft_core.errors import FTError, explain


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk.full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "disk.full"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "memory.gpu"),
        (MemoryError(), "memory.main"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory.main"),
        (PermissionError(13, "Permission denied", "x"), "file.permission"),
        (KeyboardInterrupt(), "stopped"),
        (ZeroDivisionError("division by zero"), "bug"),
    ],
)
def test_foreign_exceptions_are_explained(error, code):
    problem = explain(error)
    assert problem.code == code
    assert problem.what.endswith(".") and problem.why and problem.fix[0].isupper()


def test_our_own_error_stays_itself():
    error = FTError("a.b", "What.", "Why.", "Fix it.")
    assert explain(error) is error
    assert str(error) == "What. Why. Fix it."


def test_an_error_crosses_a_process_border():
    error = pickle.loads(pickle.dumps(FTError("a.b", "What.", "Why.", "Fix it.")))
    assert error.as_dict() == {"code": "a.b", "what": "What.", "why": "Why.", "fix": "Fix it."}


def test_a_processor_without_memory_is_known_in_the_words_of_torch():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)
    assert explain(caught.value).code == "memory.main"


def test_a_full_disk_is_known_in_the_words_of_the_libraries(tmp_path):
    from safetensors import SafetensorError

    for words in ("No space left on device (os error 28)", "Disk quota exceeded (os error 122)"):
        assert explain(SafetensorError(f"Error while serializing: I/O error: {words}")).code == "disk.full"
    assert (
        explain(
            RuntimeError(
                "[enforce fail at inline_container.cc:672] . PytorchStreamWriter failed writing file data/0: file write failed"
            )
        ).code
        == "disk.full"
    )
