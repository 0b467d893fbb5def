"""A run's model, loaded once, that answers as the tuned model or as its base.

With an adapter both are one set of weights: the base is the tuned model with it switched off. Answers therefore take turns.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Literal

from transformers import PreTrainedTokenizerBase

from ft_core import generate, modeling, prompts
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.example import Message

Which = Literal["base", "tuned"]


@dataclass(frozen=True)
class Sampling:
    """How an answer is chosen. `temperature` 0 always takes the likeliest token; the same seed gives the same answer."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass
class Count:
    """How many tokens an answer took so far, its end-of-turn token included."""

    tokens: int = 0


@dataclass
class Engine:
    """A loaded model. `lock` is held for one whole answer, so that no request switches the adapter under another.

    A `plain` one continues the last message as a text, for it learnt no chat template.
    """

    pair: modeling.Pair
    plain: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, run: Run, token: str | None = None) -> "Engine":
        """The run's base with its adapter, or beside its whole model; `token` is for gated Hub models. Raises FTError `run.no_adapter`, `model.*`, `hub.*`."""
        return cls(modeling.load_run_model(run, token), run.spec().task == "text")

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The tokenizer of both."""
        return self.pair.tokenizer

    def chat(
        self,
        which: Which,
        messages: Sequence[Message],
        sampling: Sampling,
        should_stop: Callable[[], bool] | None = None,
        count: Count | None = None,
    ) -> Iterator[str]:
        """The answer in pieces of text as they come; of a model with a classification head, the likeliest label. Waits for its turn.
        Close or use up the iterator: it holds the lock until then.

        `count`, when given, is kept up to date. Raises generate.Stopped when `should_stop()` becomes true, also while waiting, and
        FTError `chat.too_long` when the messages leave no room for an answer.
        """
        asked = self.prompt_tokens(messages)
        if asked >= self.context:
            raise FTError(
                "chat.too_long",
                "The model cannot read a message this long.",
                f"The conversation has {asked:,} tokens; the model reads {self.context - 1:,} at most.",
                "Shorten the message, or begin a new conversation.",
            )
        counted = count or Count()

        def before_token() -> bool:  # `stream` asks exactly once before each token
            if should_stop and should_stop():
                return True
            counted.tokens += 1
            return False

        while not self.lock.acquire(timeout=0.1):
            if should_stop and should_stop():
                raise generate.Stopped
        try:
            if which == "tuned" and self.pair.labels:
                found = generate.label_log_probabilities(self.pair.tuned, self.tokenizer, [messages])
                yield self.pair.labels[int(found[0].argmax())]
                return
            with self.pair.base() if which == "base" else nullcontext(self.pair.tuned) as model:
                yield from generate.stream(
                    model,
                    self.tokenizer,
                    messages,
                    max_new_tokens=sampling.max_new_tokens,
                    temperature=sampling.temperature,
                    top_p=sampling.top_p,
                    seed=sampling.seed,
                    should_stop=before_token,
                    plain=self.plain,
                )
        finally:
            self.lock.release()

    def prompt_tokens(self, messages: Sequence[Message]) -> int:
        """How many tokens the conversation is, ready to be answered. Raises jinja2.TemplateError when the model's template refuses it."""
        if self.plain:
            return len(prompts.start_ids(self.tokenizer, messages[-1].content))
        return len(prompts.prompt_ids(self.tokenizer, messages))

    @property
    def context(self) -> int:
        """The most tokens that prompt and answer may have together."""
        return generate.context_length(self.pair.tuned)
