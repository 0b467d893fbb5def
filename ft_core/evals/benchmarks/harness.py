"""The model as lm-evaluation-harness asks it: its own tokens and truncation, our batches, with progress, stop and a store of scores."""

from typing import Any

from lm_eval.models.huggingface import HFLM
from transformers import PreTrainedTokenizerFast

from ft_core.errors import FTError
from ft_core.evals.benchmarks import likelihood
from ft_core.evals.benchmarks.store import Score, Store
from ft_core.generate import Model, OnProgress, ShouldStop, Stopped

_CHUNK = 64  # requests between two looks at `should_stop`, where the library's own batches are used
_BATCH = 8  # rows, there
_REMEMBERED = 8  # texts: the endings of a context come one after another


_HFLM: Any = HFLM  # its decorator hides its type


class Asked(_HFLM):
    """HFLM around a loaded model. `on_progress(requests done, requests in all)` counts what the store knew as done. Raises Stopped."""

    def __init__(
        self,
        model: Model,
        tokenizer: PreTrainedTokenizerFast,
        max_length: int,
        store: Store,
        on_progress: OnProgress,
        should_stop: ShouldStop,
    ) -> None:
        self._encoded: dict[str, list[int]] = {}
        super().__init__(pretrained=model, tokenizer=tokenizer, batch_size=_BATCH, max_length=max_length)
        self._asked = model
        self._store = store
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._before: tuple[int, int] = (0, 0)

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = False) -> list[Score]:
        """(log p of the ending in nats, whether greedy decoding writes it) for each request; each text is computed once."""
        texts = [(str(request.args[0]), str(request.args[1])) for request in requests]
        wanted = {
            text: request for text, request in zip(texts, requests, strict=True) if self._store.get(*text) is None
        }
        different = len(set(texts))
        self._before = (different - len(wanted), different)
        self._on_progress(*self._before)
        if wanted:
            super().loglikelihood(list(wanted.values()), disable_tqdm=True)
        found = [self._store.get(*text) for text in texts]
        return [score for score in found if score is not None]

    def tok_encode(
        self, string: str, add_special_tokens: bool | None = None, left_truncate_len: int | None = None, **more: Any
    ) -> list[int]:
        """As the library's own; a context that several endings have is encoded once."""
        if add_special_tokens is not None or left_truncate_len is not None or more:
            return super().tok_encode(string, add_special_tokens, left_truncate_len, **more)
        if string not in self._encoded:
            if len(self._encoded) >= _REMEMBERED:
                self._encoded.clear()
            self._encoded[string] = super().tok_encode(string)
        return self._encoded[string]

    def _loglikelihood_tokens(
        self,
        requests: list[tuple[tuple[str, str], list[int], list[int]]],
        disable_tqdm: bool = False,
        override_bs: int | None = None,
    ) -> list[Score]:
        """As the library cuts a text that is too long: from the left, so that max_length tokens and the one after them are left."""
        length = int(self.max_length)
        found: dict[int, Score] = {}
        if any(len(ending) > length for _, _, ending in requests):
            raise FTError(
                "benchmarks.context",
                "An answer of the benchmark does not fit into the model's context.",
                f"The model reads {length:,} tokens.",
                "Leave this benchmark out, or choose another Base model.",
            )

        def keep(scored: list[likelihood.Scored]) -> None:
            scores: dict[int, Score] = {i: (total, greedy) for i, total, greedy in scored}
            self._store.add({requests[i][0]: score for i, score in scores.items()})
            found.update(scores)
            self._on_progress(self._before[0] + len(found), self._before[1])

        if likelihood.shares(self._asked):
            cut = [(context, ending, (context + ending)[-(length + 1) :]) for _, context, ending in requests]
            pairs = [(whole[: -len(ending)], ending) for _, ending, whole in cut]
            for scored in likelihood.ending_log_likelihoods(
                self._asked, pairs, likelihood.pad_of(self._asked), should_stop=self._should_stop
            ):
                keep(scored)
        else:
            order = sorted(range(len(requests)), key=lambda i: (-len(requests[i][1]), requests[i][1]))
            for start in range(0, len(order), _CHUNK):
                if self._should_stop():
                    raise Stopped
                part = order[start : start + _CHUNK]
                scores = super()._loglikelihood_tokens([requests[i] for i in part], True, override_bs)
                keep([(i, *score) for i, score in zip(part, scores, strict=True)])
        return [found[i] for i in range(len(requests))]
