"""The run's own base model as the judge: no key and no cost, and most often a weak judge of answers of which some are its own."""

from collections.abc import Sequence
from pathlib import Path

from ft_core import catalog, generate, modeling, prompts
from ft_core.data.augment.writer import Writer
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.example import Message
from ft_core.settings.methods import in_four_bits

_MAX_TOKENS = 64  # a verdict is one line; what goes on for longer holds none


def base_name(run: Run) -> str:
    """What the judge is called: the base model's name, of a local one without the folders around it."""
    base = run.spec().model.base
    return f"base model {Path(base).name if catalog.base_folder(base) else base}"


def base_writer(run: Run, token: str | None = None) -> Writer:
    """The base model, loaded as it was trained on, that answers greedily; `token` is for a gated Hub model.

    Raises what `modeling.load_tokenizer` and `load_base` raise; the writer raises FTError `judging.too_long`.
    """
    training, chosen = run.spec().training, modeling.pinned(run, token)
    modeling.set_threads(training.threads)
    tokenizer = modeling.load_tokenizer(chosen.base, chosen.revision, token)
    quantised = in_four_bits(training.method, training.four_bit)
    model = modeling.load_base(chosen.base, chosen.revision, quantised=quantised, token=token).eval()
    room = generate.context_length(model) - _MAX_TOKENS

    def write(messages: Sequence[Message]) -> str:
        asked = prompts.prompt_ids(tokenizer, messages)
        if len(asked) > room:
            raise FTError(
                "judging.too_long",
                "The base model cannot read the question.",
                f"With both answers it has {len(asked):,} tokens; the model reads {room:,} beside its verdict.",
                "Choose another model as the judge.",
            )
        (said,) = generate.continuations(model, tokenizer, [asked], max_new_tokens=_MAX_TOKENS)
        return said.text.strip()

    return write
