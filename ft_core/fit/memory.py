"""How much memory a training takes, part by part, from the sizes of its base model alone.

The formulas count what is really held: a parameter's bytes, and the tensors that automatic differentiation keeps of a Llama-like layer,
found by listing them with torch.autograd.graph.saved_tensors_hooks. `python -m tests.benchmarks.fit` holds them against measures.
"""

from pydantic import BaseModel, ConfigDict

from ft_core.fit.architecture import Architecture
from ft_core.fit.steps import largest_divisor
from ft_core.settings.methods import LORA, QUANTISABLE, SOFT_PROMPTS, UNPACKED, WHOLE_MODEL, Method
from ft_core.settings.train import Optimizer, TrainSpec

# Examples computed at once. On two cores with the starter model, sorted micro-batches of 8 trained 1.24 times as fast as one of 16,
# because they are hardly padded; 4 was no faster. Without padding what counts is how many tokens: from a few hundred on more are no faster.
_PADDED, _WITHOUT_PADDING, _ON_A_GPU = 8, 16, 16
_TOKENS = 2560
LOGITS_AT_ONCE = 8 * 2**20  # numbers, where they are made in parts
USABLE = 0.9  # of a machine's memory: the rest is the system's and the estimate's error
_FLOAT32 = 4
# NF4: 4 bits a weight, an 8-bit scale for each 64 of them and a float32 one for each 256 scales (arXiv:2305.14314, section 3).
_NF4 = 0.5 + 1 / 64 + 4 / (64 * 256)
# Bytes of moments for a float32 weight. 8-bit: two of a byte, and a float32 scale for each 256 (arXiv:2110.02861); bitsandbytes keeps
# tensors of less than 4,096 values in 32 bits, which are few. Adafactor: a row and a column of each matrix (arXiv:1804.04235).
MOMENTS: dict[Optimizer, float] = {
    "adamw": 8,
    "adamw_8bit": 2 * (1 + 4 / 256),
    "paged_adamw_8bit": 2 * (1 + 4 / 256),
    "adafactor": 0.1,
}
# Resident memory of Python with torch and the libraries once steps are made, measured with the starter model.
_LIBRARIES = 0.6e9
# On a processor freed tensors leave holes that the next ones do not fill (glibc before 2.38 searches none for aligned memory): each byte
# kept costs this many, measured with 128 to 4,096 tokens at once. Plain LoRA makes and frees three results beside each one that
# is kept, so it leaves most. A GPU's memory is managed by torch, almost without holes.
_HEAP = 1.7
_HEAP_OF: dict[Method, float] = {"qlora": 2.4, "lora": 2.4, "rslora": 2.4, "dora": 1.5}
# What a CUDA context with its kernels holds on the GPU beside what torch counts, as nvidia-smi shows it.
_CUDA_CONTEXT = 0.5e9


class MemoryEstimate(BaseModel):
    """Bytes of each part at the moment of most memory. `fixed` is what the process needs beside the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: float
    adapter: float
    gradients: float
    optimizer: float
    activations: float
    logits: float
    fixed: float

    @property
    def total(self) -> float:
        """Bytes in all."""
        return sum(self.model_dump().values())

    def gigabytes(self) -> dict[str, float]:
        """The parts and their `total` in gigabytes (1e9 bytes), for a table or JSON."""
        return {name: round(size / 1e9, 3) for name, size in (self.model_dump() | {"total": self.total}).items()}


def estimate(
    architecture: Architecture,
    training: TrainSpec,
    micro_batch_size: int,
    tokens: int,
    bytes_per_value: int,
    on_gpu: bool,
    learnt: int | None = None,
) -> MemoryEstimate:
    """Memory while `micro_batch_size` examples of `tokens` tokens each are learnt from.

    `bytes_per_value` is of the type that is computed in (2 or 4). `learnt` is over how many tokens the answers of an example stretch,
    left out: all of it; only there are logits made. Of a pair both answers are computed at once, with logits of all tokens, and again by
    the reference. On a GPU this is its memory, else the process's.
    """
    trained = trained_parameters(architecture, training)
    method, pairs = training.method, training.preference_loss is not None
    fused = is_fused(training, on_gpu)
    if pairs:
        micro_batch_size, learnt = 2 * micro_batch_size, None
    if method in SOFT_PROMPTS:
        tokens += training.virtual_tokens
    whole = method in WHOLE_MODEL
    rows = micro_batch_size * tokens
    columns = micro_batch_size * min(learnt or tokens, tokens)
    gradients = _FLOAT32 * trained
    if method == "full" and architecture.tied:
        gradients += _FLOAT32 * architecture.embedding  # of the output layer, before it is added to the input's
    activations = rows * _activations_per_token(architecture, training, bytes_per_value, fused)
    lean = fused and is_lean(training)
    unpacked = bytes_per_value * architecture.linear if lean and in_four_bits(training) else 0
    if unpacked > UNPACKED:
        unpacked = 0
    activations += _kept_whatever_the_rows(architecture, training, bytes_per_value, unpacked > 0)
    return MemoryEstimate(
        weights=weights_bytes(architecture, training, bytes_per_value)
        + unpacked
        + (bytes_per_value * architecture.parameters if pairs and whole else 0),  # of a whole model a frozen copy stays
        adapter=0 if whole else _FLOAT32 * trained,
        gradients=gradients,
        optimizer=MOMENTS[training.optimizer] * trained,
        activations=activations
        if on_gpu
        else _on_the_heap(activations, architecture, training, bytes_per_value, lean, unpacked),
        # Their log-softmax is kept, its gradient and that of the logits are made: three of float32 (and one in 16 bits).
        # The reference's and their log-softmax stay until the loss is there.
        logits=(min(columns, -(-LOGITS_AT_ONCE // architecture.vocabulary)) if fused and method != "full" else columns)
        * architecture.vocabulary
        * ((5 if pairs else 3) * _FLOAT32 + (2 if bytes_per_value == 2 else 0)),
        fixed=_CUDA_CONTEXT if on_gpu else _LIBRARIES,
    )


def is_fused(training: TrainSpec, on_gpu: bool) -> bool:
    """True where a training is without padding and with fused layers, for nearly every architecture: on a processor, of answers or texts."""
    written = training.head != "classification" and training.preference_loss is None
    return training.fused and written and not on_gpu and training.method not in SOFT_PROMPTS


def is_lean(training: TrainSpec) -> bool:
    """True for the adapters that fused layers compute: LoRA without dropout, whose 4-bit base can be held unpacked. peft computes the others."""
    return training.fused and training.method in LORA and training.method != "dora" and training.lora_dropout == 0


def _on_the_heap(
    kept: float, architecture: Architecture, training: TrainSpec, bytes_per_value: int, lean: bool, unpacked: int
) -> float:
    """Bytes that a processor's heap holds for `kept`, its holes among them.

    At least what loading left behind: each weight was there in 16 bits and in the type that is computed in before it became 4 bits.
    Weights that are unpacked take their place there again.
    """
    left = (2 + bytes_per_value) * architecture.linear - unpacked if in_four_bits(training) else 0
    return max(left, kept * (_HEAP if lean else _HEAP_OF.get(training.method, _HEAP)))


def trained_parameters(architecture: Architecture, training: TrainSpec) -> int:
    """How many numbers learn."""
    method, keys = training.method, architecture.key_value_heads * architecture.head_size
    if method in LORA:
        magnitudes = sum(layer.outputs * layer.count for layer in architecture.linears) if method == "dora" else 0
        return architecture.lora_parameters(training.lora_rank) + magnitudes
    if (
        method == "ia3"
    ):  # a factor for each key, value and input of the MLP's last layer (arXiv:2205.05638, section 3.3)
        return architecture.layers * (2 * keys + architecture.intermediate_size)
    if method == "prompt_tuning":
        return training.virtual_tokens * architecture.hidden_size
    if method == "prefix_tuning":
        return training.virtual_tokens * architecture.layers * 2 * keys
    if method == "layers":
        share = min(training.trained_layers, architecture.layers) / architecture.layers
        return round(share * (architecture.linear + architecture.other))
    return architecture.parameters


def in_four_bits(training: TrainSpec) -> bool:
    """True when the frozen base is held in NF4."""
    return training.method == "qlora" or (training.method in QUANTISABLE and training.four_bit)


def weights_bytes(architecture: Architecture, training: TrainSpec, bytes_per_value: int) -> float:
    """Of the base model. Embeddings, output layer and norms are never quantised; weights that learn are float32."""
    if in_four_bits(training):
        return _NF4 * architecture.linear + bytes_per_value * (architecture.embedding + architecture.other)
    if training.method in WHOLE_MODEL:
        learning = trained_parameters(architecture, training)
        copies = (
            2 * learning if bytes_per_value == 2 else 0
        )  # autocast keeps them in 16 bits, too, until the step is made
        return _FLOAT32 * learning + copies + bytes_per_value * (architecture.parameters - learning)
    return bytes_per_value * architecture.parameters


def _activations_per_token(architecture: Architecture, training: TrainSpec, bytes_per_value: int, fused: bool) -> float:
    """Bytes for each token of a micro-batch: what all layers keep for the way back, and what one layer needs meanwhile.

    With checkpointing only each layer's input is kept, and one layer at a time is made again (arXiv:1604.06174).
    """
    layers, layer = architecture.layers, kept_by_a_layer(architecture, training, bytes_per_value, fused)
    if training.method == "layers":
        layers = min(training.trained_layers, layers)
    # On the way back: the gradients of the MLP's three inner values and of the two tensors of the hidden size; fused, what is made again.
    working = bytes_per_value * ((5 if fused else 4) * architecture.intermediate_size + 2 * architecture.hidden_size)
    if training.gradient_checkpointing:
        return layers * bytes_per_value * architecture.hidden_size + layer + working
    return layers * layer + working


def _kept_whatever_the_rows(
    architecture: Architecture, training: TrainSpec, bytes_per_value: int, unpacked: bool
) -> float:
    """Bytes: one layer's weights made of their 4 bits; DoRA's identity matrices, from which peft multiplies out what was learnt."""
    packed = in_four_bits(training) and not unpacked
    size = bytes_per_value * architecture.linear / architecture.layers if packed else 0
    if training.method == "dora":
        layers = 1 / architecture.layers if training.gradient_checkpointing else 1
        size += layers * bytes_per_value * sum(layer.inputs**2 * layer.count for layer in architecture.linears)
    return size


def kept_by_a_layer(
    architecture: Architecture, training: TrainSpec, bytes_per_value: int, fused: bool = False
) -> float:
    """Bytes that one layer keeps of each token.

    Both norms keep their input, plain ones in float32. Attention keeps queries, keys and values, plain (sdpa: flash) its result, too; no
    matrix of tokens by tokens. The MLP keeps gate and up, plain the gate's activation, too. What else depends on the method.
    """
    hidden, inner, method = architecture.hidden_size, architecture.intermediate_size, training.method
    queries, keys = architecture.heads * architecture.head_size, architecture.key_value_heads * architecture.head_size
    lean = fused and is_lean(training)
    values = queries + 2 * keys + 2 * inner + (2 * hidden if fused else queries + inner)
    if lean:  # the input of each layer, but of the MLP's last one, which is made again
        values += 2 * hidden + queries
    elif method in LORA or method in WHOLE_MODEL:
        # The input of each layer that learns: one tensor for those that share it, but a copy each where autocast makes 16 bits of it.
        values += inner + (2 * hidden if bytes_per_value == _FLOAT32 else 5 * hidden + queries)
        values += queries if fused else 0
    if method in LORA:
        values += 7 * training.lora_rank
    if method == "dora":  # each result before and after its magnitude
        values += 2 * sum(layer.outputs * layer.count for layer in architecture.linears) / architecture.layers
    if method in WHOLE_MODEL and not fused:
        values += 2 * hidden  # the norms' factors learn too, and keep what they multiply
    if method == "ia3":  # what its factors multiply
        values += 2 * keys + inner * _FLOAT32 / bytes_per_value
    if method == "prefix_tuning":  # keys and values are repeated for each head
        values += 2 * (queries - keys)
    return bytes_per_value * values + (0 if fused else 2 * _FLOAT32 * hidden)


def most_at_once(training: TrainSpec, tokens: int, on_gpu: bool) -> int:
    """The most examples of `tokens` tokens that are computed at once when memory is no matter: more are no faster."""
    if on_gpu:
        return _ON_A_GPU
    return max(1, min(_WITHOUT_PADDING, _TOKENS // tokens)) if is_fused(training, on_gpu) else _PADDED


def largest_micro_batch(
    architecture: Architecture,
    training: TrainSpec,
    tokens: int,
    bytes_per_value: int,
    on_gpu: bool,
    memory: float,
    learnt: int | None = None,
) -> int:
    """The most examples computed at once: a divisor of the batch size, within the machine's limit, that fits into `memory` bytes; at least 1."""
    size = largest_divisor(training.batch_size, most_at_once(training, tokens, on_gpu))
    while size > 1:
        if estimate(architecture, training, size, tokens, bytes_per_value, on_gpu, learnt).total <= USABLE * memory:
            return size
        size = largest_divisor(training.batch_size, size - 1)
    return 1
