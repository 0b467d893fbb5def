"""The one error type a person sees: what happened, why, and how to mend it."""


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

    def as_dict(self) -> dict[str, str]:
        """The four parts as plain text, as `error.json` and `--json` hold them."""
        return {"code": self.code, "what": self.what, "why": self.why, "fix": self.fix}
