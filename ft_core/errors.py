"""The one error type a person sees: what happened, why, and how to mend it."""

import errno


class FTError(Exception):
    """A problem the person can act on.

    `code` is a dotted name for tests and support, `what` and `why` are sentences, `fix` starts with a verb
    and names a control or an option.
    """

    def __init__(self, code: str, what: str, why: str, fix: str) -> None:
        super().__init__(f"{what} {why} {fix}")
        self.code = code
        self.what = what
        self.why = why
        self.fix = fix

    def __reduce__(self) -> tuple[type, tuple[str, str, str, str]]:
        return type(self), (self.code, self.what, self.why, self.fix)

    def as_dict(self) -> dict[str, str]:
        """The four parts as plain text, as `error.json` and `--json` hold them."""
        return {"code": self.code, "what": self.what, "why": self.why, "fix": self.fix}


def explain(error: BaseException) -> FTError:
    """Any exception -> the FTError to show. Called once, at the edge: worker, page guard, command line.

    What is not known is code `bug`: a defect of ours, whose traceback the caller keeps in the log.
    """
    if isinstance(error, FTError):
        return error
    text = str(error) or type(error).__name__
    if _disk_is_full(error, text):
        return FTError(
            "disk.full",
            "The disk is full.",
            f"The system said: {text}.",
            "Free some space on this disk, then try again: what was saved is kept.",
        )
    if type(error).__name__ == "OutOfMemoryError" or "out of memory" in text.lower():
        return FTError(
            "memory.gpu",
            "The GPU ran out of memory.",
            f"The library said: {_first_line(text)}.",
            "Close other programs that need it, or start a new run with half the Micro-batch size or Longest example, or a smaller Base model.",
        )
    if isinstance(error, MemoryError) or "allocate memory" in text:  # torch and the system say it in words of their own
        return FTError(
            "memory.main",
            "The computer ran out of memory.",
            "A block of memory was refused.",
            "Close other programs that need it, or start a new run with half the Micro-batch size or Longest example, or a smaller Base model.",
        )
    if isinstance(error, PermissionError):
        return FTError(
            "file.permission",
            "A file may not be read or written.",
            f"The system said: {text}.",
            "Check who owns the file, or choose another folder with --home.",
        )
    if isinstance(error, KeyboardInterrupt):
        return FTError(
            "stopped",
            "Stopped by you.",
            "Ctrl-C was pressed.",
            "Begin it again; a training that `python -m ft_core runs` lists goes on with `python -m ft_core resume RUN`.",
        )
    return FTError(
        "bug",
        "Something went wrong inside Fine-Tuning Studio.",
        f"{type(error).__name__}: {_first_line(text)}.",
        "Try again; if it comes back, report it with the end of the log. Nothing already saved is lost.",
    )


def _disk_is_full(error: BaseException, text: str) -> bool:
    """Also what safetensors and torch.save make of it: errors of their own that quote the system's words or fail to write."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    said = (
        "No space left on device",
        "os error 28",
        "Disk quota exceeded",
        "os error 122",
        "PytorchStreamWriter failed writing",
    )
    return any(words in text for words in said)


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0][:300].rstrip(".") if lines else ""
