"""What a base model is, without loading it: its sizes and parameters, from config.json and the headers of its weights."""

from math import prod
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from safetensors import SafetensorError, safe_open

from ft_core import catalog, download
from ft_core.catalog import BaseModelInfo

_EMBEDDINGS = ("embed", "wte", "wpe", "lm_head")  # in the names of tensors: never quantised, and no LoRA beside them


class Linear(BaseModel):
    """Linear layers of one size: `count` of them in the whole model, the output layer not among them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: int
    outputs: int
    count: int

    @property
    def parameters(self) -> int:
        """Weights of all of them, biases not counted."""
        return self.inputs * self.outputs * self.count


class Architecture(BaseModel):
    """Sizes of a decoder-only language model.

    `embedding` are the parameters of input embedding and output layer (once when they are tied), `linear` those of all other linear
    layers' weights, `other` norms and biases. `exact` is false when they were reckoned from the configuration alone. `context` is in
    tokens, None when the model does not say it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layers: int
    hidden_size: int
    intermediate_size: int
    heads: int
    key_value_heads: int
    head_size: int
    vocabulary: int
    tied: bool
    context: int | None
    linears: tuple[Linear, ...]
    embedding: int
    linear: int
    other: int
    exact: bool

    @property
    def parameters(self) -> int:
        """All parameters of the model."""
        return self.embedding + self.linear + self.other

    def lora_parameters(self, rank: int) -> int:
        """Parameters of a LoRA of this rank on every linear layer but the output layer: two matrices beside each (arXiv:2106.09685)."""
        return sum(rank * (layer.inputs + layer.outputs) * layer.count for layer in self.linears)


def architecture(base: str, revision: str | None = None) -> Architecture | None:
    """Of a base model: the starter, a local folder, a Hub model on this machine, or one that the catalog knows.

    None for any other Hub model, and for a folder whose configuration names no sizes. Never asks the Hub. Raises FTError `model.broken`.
    """
    folder = catalog.base_folder(base) or download.cached_tokenizer(base, revision)
    if folder is not None and (folder / "config.json").is_file():
        return of_folder(folder, base)
    known = next((info for info in catalog.suggestions() if info.id == base), None)
    return of_catalog(known) if known else None


def of_folder(folder: Path, base: str | None = None) -> Architecture | None:
    """From config.json, with exact counts where the weights lie beside it. None when it names no sizes of a language model.

    `base` is what the person calls the model. Raises FTError `model.broken` for files that cannot be read.
    """
    name = base or folder.name
    values = download.read_settings(folder / "config.json", name)
    values = values.get("text_config") or values  # models that also see images keep the language model's sizes inside
    hidden = values.get("hidden_size") or values.get("n_embd")
    layers = values.get("num_hidden_layers") or values.get("n_layer")
    heads = values.get("num_attention_heads") or values.get("n_head")
    inner = values.get("intermediate_size") or values.get("n_inner")
    groups, width, vocabulary = values.get("num_key_value_heads"), values.get("head_dim"), values.get("vocab_size")
    if not (hidden and layers and heads and vocabulary):
        return None
    if not all(isinstance(size or 0, int) for size in (hidden, layers, heads, vocabulary, inner, groups, width)):
        return None  # some models have a size for each layer
    reckoned = _reckoned(
        layers=layers,
        hidden_size=hidden,
        intermediate_size=inner or 4 * hidden,
        heads=heads,
        key_value_heads=groups or heads,
        head_size=width or hidden // heads,
        vocabulary=vocabulary,
        tied=bool(values.get("tie_word_embeddings", values.get("model_type") in ("gemma", "gemma2", "gemma3", "gpt2"))),
        context=values.get("max_position_embeddings") or values.get("n_positions"),
        query_bias=values.get("model_type") == "qwen2",  # its configuration does not say it
    )
    try:
        shapes = _shapes(folder)
    except SafetensorError as error:
        said = str(error).rstrip(".")
        raise download.broken(name, f"Its weights are damaged: {said[:1].lower()}{said[1:]}.") from error
    return reckoned.model_copy(update=_counted(shapes, reckoned.tied)) if shapes else reckoned


def of_catalog(info: BaseModelInfo) -> Architecture:
    """From the sizes in catalog.toml."""
    return _reckoned(
        layers=info.layers,
        hidden_size=info.hidden_size,
        intermediate_size=info.intermediate_size,
        heads=info.heads,
        key_value_heads=info.key_value_heads,
        head_size=info.hidden_size // info.heads,
        vocabulary=info.vocabulary,
        tied=info.tied,
        context=info.context,
        query_bias=info.query_bias,
    )


def _reckoned(
    *,
    layers: int,
    hidden_size: int,
    intermediate_size: int,
    heads: int,
    key_value_heads: int,
    head_size: int,
    vocabulary: int,
    tied: bool,
    context: int | None,
    query_bias: bool,
) -> Architecture:
    """A Llama-like model: four attention matrices and three of a gated MLP in each layer (arXiv:2302.13971, 2305.13245)."""
    queries, keys = heads * head_size, key_value_heads * head_size
    linears = (
        Linear(inputs=hidden_size, outputs=queries, count=layers),
        Linear(inputs=hidden_size, outputs=keys, count=2 * layers),
        Linear(inputs=queries, outputs=hidden_size, count=layers),
        Linear(inputs=hidden_size, outputs=intermediate_size, count=2 * layers),
        Linear(inputs=intermediate_size, outputs=hidden_size, count=layers),
    )
    norms = hidden_size * (2 * layers + 1)
    return Architecture(
        layers=layers,
        hidden_size=hidden_size,
        intermediate_size=intermediate_size,
        heads=heads,
        key_value_heads=key_value_heads,
        head_size=head_size,
        vocabulary=vocabulary,
        tied=tied,
        context=context,
        linears=linears,
        embedding=vocabulary * hidden_size * (1 if tied else 2),
        linear=sum(layer.parameters for layer in linears),
        other=norms + (layers * (queries + 2 * keys) if query_bias else 0),
        exact=False,
    )


def _shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor, read from the files' headers alone; empty where there are no weights."""
    shapes: dict[str, tuple[int, ...]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="np") as file:
            shapes |= {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    return shapes


def _counted(shapes: dict[str, tuple[int, ...]], tied: bool) -> dict[str, Any]:
    """The parts of an Architecture that the tensors tell."""
    sizes: dict[tuple[int, int], int] = {}
    embedding = other = 0
    for name, shape in shapes.items():
        if any(part in name for part in _EMBEDDINGS) and len(shape) == 2:
            embedding += 0 if tied and "lm_head" in name else prod(shape)
        elif len(shape) == 2:
            outputs, inputs = shape
            sizes[inputs, outputs] = sizes.get((inputs, outputs), 0) + 1
        else:
            other += prod(shape)
    linears = tuple(Linear(inputs=i, outputs=o, count=count) for (i, o), count in sorted(sizes.items()))
    linear = sum(layer.parameters for layer in linears)
    return {"linears": linears, "embedding": embedding, "linear": linear, "other": other, "exact": True}
