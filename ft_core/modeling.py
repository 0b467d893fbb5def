"""Load a tokenizer, a base model (in 4 bits or not), a run's adapter on its base model."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from bitsandbytes.nn import Linear4bit
from huggingface_hub.errors import StrictDataclassError
from peft import PeftModel, PromptLearningConfig
from safetensors import SafetensorError
from transformers import (
    MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING,
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from ft_core import catalog, download, four_bit_cache
from ft_core.errors import FTError, explain
from ft_core.run import Run
from ft_core.settings.methods import UNPACKED, in_four_bits
from ft_core.settings.model import ModelSpec

_WIDE = 512
# What transformers raises over files that are damaged or do not belong together.
_DAMAGED = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, SafetensorError)
_DAMAGED += (StrictDataclassError,)


def device() -> str:
    """`cuda` where there is a GPU that torch can use, else `cpu`."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def compute_dtype(hidden_size: int) -> torch.dtype:
    """What a model of that width is computed in: on a GPU bfloat16, or float16 where it has none; on a processor mostly float32.

    A processor multiplies bfloat16 faster only with matrix units (AMX), and only large matrices: with them the starter model, 256 wide,
    was no faster in bfloat16 and took twice the memory. Small models therefore give the same numbers on every processor.
    """
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return torch.bfloat16 if hidden_size >= _WIDE and has_matrix_units() else torch.float32


def has_matrix_units() -> bool:
    """True on a processor that multiplies bfloat16 matrices in hardware (AMX)."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16", False))


def set_threads(threads: int | None) -> None:
    """Processor threads for torch; None leaves torch's choice."""
    if threads is not None:
        torch.set_num_threads(threads)


def pinned(run: Run, token: str | None = None) -> ModelSpec:
    """The run's base model, a Hub model at one commit: the one recorded in the run, or, before that, what its revision stands for now.

    The training records it with `run.write_model_revision`; a newer commit on the Hub then changes nothing in this run.
    Raises what `download.commit` raises.
    """
    model = run.spec().model
    if catalog.base_folder(model.base) is not None:
        return model.model_copy(update={"revision": None})
    revision = run.model_revision or download.commit(model.base, model.revision, token)
    return model.model_copy(update={"revision": revision})


def model_folder(base: str, revision: str | None = None, token: str | None = None, weights: bool = True) -> Path:
    """The folder with a base model's files, downloaded when `base` is a Hub id; without `weights` only what the tokenizer needs.

    Raises FTError `model.missing` and what `download.fetch` raises.
    """
    folder = catalog.base_folder(base)
    if folder is None:
        return download.fetch(base, revision, token, weights)
    if not (folder / "config.json").is_file():
        raise download.missing(base, f"The folder {folder} holds no config.json.")
    return folder


def load_tokenizer(
    base: str, revision: str | None = None, token: str | None = None, plain: bool = False
) -> PreTrainedTokenizerFast:
    """A base model's tokenizer; `plain`, for plain texts only, also one without a chat template.

    Raises FTError `model.broken`, `model.template`, `model.padding` and what `model_folder` raises."""
    folder = model_folder(base, revision, token, weights=False)
    with _readable(base, "Its tokenizer cannot be read"):
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    if not isinstance(tokenizer, PreTrainedTokenizerFast) or not (tokenizer.chat_template or plain):
        raise FTError(
            "model.template",
            f"The model {base} cannot hold a conversation as it is.",
            "Its tokenizer has no chat template, so there is no agreed way to write prompt and answer.",
            "Choose a Base model whose name says Instruct or Chat.",
        )
    if tokenizer.pad_token is None:
        others = (tokenizer.eos_token, tokenizer.unk_token, tokenizer.bos_token)  # as ChatTokenizer.load has it
        tokenizer.pad_token = next((token for token in others if token is not None), None)
    if tokenizer.pad_token is None:
        raise FTError(
            "model.padding",
            f"Examples of different lengths cannot be put together for the model {base}.",
            "Its tokenizer names no token to fill the shorter ones up with, nor one that ends or begins a text.",
            "Choose another Base model, or name a `pad_token` in its tokenizer_config.json.",
        )
    return tokenizer


def load_base(
    base: str,
    revision: str | None = None,
    *,
    quantised: bool = True,
    token: str | None = None,
    labels: Sequence[str] = (),
) -> PreTrainedModel:
    """A base model on `device()`, in eval mode: NF4 with double quantisation, or in the compute dtype.

    With `labels` it does not write: a layer of random weights, not in 4 bits, on the state of the last token gives one number a label.

    On processors with AVX512-BF16, bitsandbytes repacks a layer's 4-bit weights at the first forward in eval mode: it rounds their
    scales to bfloat16 for good, and from then on the layer passes no gradient back. A validation or a sample answer in the middle
    of a training would spoil the rest of it without a word, so the repacking is switched off, layer by layer.

    Raises FTError `model.broken` for files that are damaged or weights that are not all there, `model.head` and what `model_folder` raises.
    """
    folder = model_folder(base, revision, token)
    if labels:
        _require_head(folder, base)
    dtype = compute_dtype(_hidden_size(folder, base))
    four_bits = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )
    stored = "quantization_config" in download.read_settings(folder / "config.json", base)  # is loaded as it is
    if quantised and not stored and not labels:
        model = _load_quantised(base, folder, four_bits)
    else:
        model = _load(base, folder, four_bits if quantised and not stored else None, labels, new_head=bool(labels))
    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
            module.compute_dtype = dtype  # a base that is stored in 4 bits brings one of its own
    return model


def _load_quantised(base: str, folder: Path, four_bits: BitsAndBytesConfig) -> PreTrainedModel:
    """A base model in 4 bits, from the cache of those where it is there."""
    place = four_bit_cache.place(folder, four_bits.to_json_string())
    kept = four_bit_cache.find(place)
    if kept is not None:
        try:
            model = _load(base, kept)
        except FTError:
            four_bit_cache.remove(kept)
        else:
            model.name_or_path = model.config.name_or_path = str(folder)
            return model
    model = _load(base, folder, four_bits)
    four_bit_cache.keep(model, place)
    return model


def _load(
    name: str,
    folder: Path,
    quantisation: BitsAndBytesConfig | None = None,
    labels: Sequence[str] = (),
    new_head: bool = False,
) -> PreTrainedModel:
    """What `folder` holds; `name` is what an error calls it. Raises FTError `model.broken`."""
    kind: Any = AutoModelForSequenceClassification if labels else AutoModelForCausalLM
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: place for place, label in enumerate(labels)}}
    dtype = compute_dtype(_hidden_size(folder, name))
    with _readable(name, "Its weights cannot be loaded as a language model"):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, **(names if labels else {}))
        model, found = kind.from_pretrained(
            folder,
            config=config,
            quantization_config=quantisation,
            dtype=dtype,
            device_map={"": device()},
            attn_implementation="sdpa",
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # told in our words
        )
    _require_whole(name, model, found, new_head)
    return model


def _require_whole(name: str, model: PreTrainedModel, found: dict[str, Any], new_head: bool) -> None:
    """Raise FTError `model.broken` where a weight was not in the files or has another shape: the library puts random numbers in its place."""
    own = f"{model.base_model_prefix}."
    absent = sorted(key for key in found["missing_keys"] if key.startswith(own) or not new_head)
    if absent:
        raise download.broken(name, f"{_listed(absent)} missing in its files.")
    other = [key for key, *_ in found["mismatched_keys"]]
    for place, layer in model.named_modules():  # of weights in 4 bits the library compares no shapes
        if isinstance(layer, Linear4bit):
            shape = tuple(cast(Any, layer.weight).quant_state.shape)
            other += [f"{place}.weight"] if shape != (layer.out_features, layer.in_features) else []
    if other:
        raise download.broken(name, f"{_listed(sorted(other))} of another shape than its config.json says.")


def _listed(weights: Sequence[str]) -> str:
    more = f" and {len(weights) - 3} more" if len(weights) > 3 else ""
    return f"Weights such as {', '.join(weights[:3])}{more} are" if len(weights) > 1 else f"The weight {weights[0]} is"


@contextmanager
def _readable(name: str, what: str) -> Iterator[None]:
    """What the library raises inside over damaged files, as FTError `model.broken`; what `explain` knows better passes through."""
    try:
        yield
    except _DAMAGED as error:
        if explain(error).code != "bug":
            raise
        said = " ".join((str(error) or type(error).__name__).split())[:300].rstrip(".")
        raise download.broken(name, f"{what}. The library said: {said}.") from error


def _require_head(folder: Path, base: str) -> None:
    """Raise FTError `model.head` for a kind of model of which the library has none that chooses labels."""
    with _readable(base, "Its config.json cannot be read"):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if type(config) not in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING:
        raise FTError(
            "model.head",
            f"The model {base} cannot be given a classification head.",
            f"The library has none for models of the kind {config.model_type}.",
            "Set Answer with to written, or choose another Base model.",
        )


@dataclass(frozen=True)
class Pair:
    """A run's tuned model and the base model it came from, in eval mode. With an adapter the two share the base's weights.

    `labels` are those that a tuned model with a classification head chooses from, in the order of its numbers; empty for one that writes.
    """

    tuned: PreTrainedModel | PeftModel
    tokenizer: PreTrainedTokenizerFast
    whole_base: PreTrainedModel | None = None  # where the tuned model is a whole one, or one that does not write
    base_adapter: str | None = None  # the adapter that makes the base what it is compared as
    labels: tuple[str, ...] = ()

    @contextmanager
    def base(self) -> Iterator[PreTrainedModel | PeftModel]:
        """The base model; the tuned one must not be asked meanwhile."""
        if self.whole_base is not None:
            yield self.whole_base
            return
        assert isinstance(self.tuned, PeftModel)
        if isinstance(self.tuned.active_peft_config, PromptLearningConfig):
            yield cast(PreTrainedModel, self.tuned.get_base_model())  # a soft prompt changes nothing in it
            return
        if self.base_adapter is not None:
            self.tuned.set_adapter(self.base_adapter)
            try:
                yield self.tuned
            finally:
                self.tuned.set_adapter("default")
            return
        with self.tuned.disable_adapter():
            yield self.tuned


def load_run_model(run: Run, token: str | None = None, start: Run | None = None) -> Pair:
    """A run's base model, with the weights of 4 bits where it was trained so, with its adapter (float32); or its whole model beside the base.

    With `start`, the run that its training started from, that one's result stands in the base model's place.
    A classification head stands on a copy of the base, for the base itself must still write.

    Raises FTError `run.no_adapter` and what `pinned` and `load_base` raise.
    """
    if not run.is_trained:
        why = "Its training has neither finished nor been stopped."
        raise FTError(
            "run.no_adapter",
            "This run has no trained model yet.",
            why,
            "Start or resume the training in the Training tab.",
        )
    chosen, training = pinned(run, token), run.spec().training
    tokenizer = load_tokenizer(chosen.base, chosen.revision, token, plain=run.spec().task == "text")
    quantised, labels = in_four_bits(training.method, training.four_bit), run.head_labels()
    if start is not None and not run.has_adapter:
        tuned, started = _load(f"of run {run.id}", run.model), _load(f"of run {start.id}", start.model)
        return Pair(tuned.eval(), tokenizer, started.eval())
    base = _unpacked(load_base(chosen.base, chosen.revision, quantised=quantised, token=token))
    if not run.has_adapter:
        whole = with_padding(_load(f"of run {run.id}", run.model, labels=labels), tokenizer)
        return Pair(whole.eval(), tokenizer, base.eval(), labels=labels)
    if labels:
        headed = _unpacked(load_base(chosen.base, chosen.revision, quantised=quantised, token=token, labels=labels))
        tuned = PeftModel.from_pretrained(with_padding(headed, tokenizer), run.adapter, autocast_adapter_dtype=True)
        return Pair(tuned.eval(), tokenizer, base.eval(), labels=labels)
    tuned = PeftModel.from_pretrained(base, run.adapter, autocast_adapter_dtype=True)
    if start is not None:
        tuned.load_adapter(str(start.adapter), "start", autocast_adapter_dtype=True)
    return Pair(tuned.eval(), tokenizer, base_adapter="start" if start else None)


def fits_unpacked(model: torch.nn.Module) -> bool:
    """True for a small model on a processor, whose 4-bit weights can be held as the numbers they stand for.

    On a processor every forward pass unpacks all 4-bit weights before it computes with them. What it computes is the same to the bit.
    """
    layers = [module for module in model.modules() if isinstance(module, Linear4bit)]
    size = sum(
        layer.in_features * layer.out_features * (layer.compute_dtype or torch.float32).itemsize for layer in layers
    )
    return bool(layers) and device() == "cpu" and size <= UNPACKED


def _unpacked(model: PreTrainedModel) -> PreTrainedModel:
    return model.dequantize() if fits_unpacked(model) else model


def with_padding(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> PreTrainedModel:
    """The model told what padding is: one with a head looks for the last token that is none."""
    model.config.pad_token_id = tokenizer.pad_token_id
    return model


def _hidden_size(folder: Path, name: str) -> int:
    """How wide the model is, from its configuration alone. Raises FTError `model.broken`."""
    values = download.read_settings(folder / "config.json", name)
    size = values.get("hidden_size") or values.get("n_embd")
    return size if isinstance(size, int) else _WIDE
