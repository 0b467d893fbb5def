"""A generated row: a conversation that nobody wrote, what it was made from, what it passed, and what the person decided."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ft_core.errors import FTError
from ft_core.settings.example import Example, Message

Way = Literal["synonyms", "recombine", "typos", "rephrase"]
How = Literal["synonyms", "recombine", "typos", "rephrase", "questions", "faq", "definitions"]
Status = Literal["pending", "accepted", "rejected"]

_BY_HAND = FTError("stopped", "Stopped by you.", "Ctrl-C was pressed.", "Run the same command again to add more rows.")


@dataclass(frozen=True)
class Generated:
    """`messages` are without the project's system prompt, which is put before them when they are learnt.

    `rows` are the source rows that it was made of (none: of a document), `source` is the text it is to be compared with: the question
    of its source row, or the passage; `others` are the questions of the other rows it was made of. `tools` and
    `rejected` are those of its source. `checks` are the names of the checks it has passed. `writer` is the model that wrote it,
    None where none did.
    """

    messages: tuple[Message, ...]
    how: How
    rows: tuple[int, ...]
    source: str
    checks: tuple[str, ...]
    writer: str | None = None
    status: Status = "pending"
    others: tuple[str, ...] = ()
    tools: str = ""
    rejected: tuple[Message, ...] = ()

    @property
    def id(self) -> str:
        """12 hexadecimal digits of its messages."""
        text = json.dumps([asdict(message) for message in self.messages], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def as_dict(self) -> dict[str, Any]:
        """For its file, with `id` and `status` first."""
        values = asdict(self)
        return {"id": self.id, "status": values.pop("status")} | values

    def example(self, system: str | None) -> Example:
        """To learn from. `system` is the project's system prompt, put first unless the row has its own."""
        own = self.messages[0].role == "system"
        first = (Message("system", system),) if system and system.strip() and not own else ()
        return Example(
            self.rows[0] if self.rows else 0, (*first, *self.messages), self.tools, self.rejected, generated=True
        )


@dataclass
class Made:
    """The new rows, how many texts were tried, how often each check refused one, and the error that ended it early."""

    rows: list[Generated] = field(default_factory=list)
    tried: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    stopped: FTError | None = None

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """What fails inside (a writer) or Ctrl-C ends it early and keeps what there is; before the first row it is raised."""
        try:
            yield
        except (FTError, KeyboardInterrupt) as error:
            if not self.rows:
                raise
            self.stopped = error if isinstance(error, FTError) else _BY_HAND

    def summary(self) -> dict[str, Any]:
        """{"made", "tried", "refused": {reason: texts}, "stopped": error or None} for a command's answer."""
        stopped = self.stopped.as_dict() if self.stopped else None
        return {"made": len(self.rows), "tried": self.tried, "refused": dict(self.refused), "stopped": stopped}
