"""Make the starter model from its texts: tokenizer, pretraining, chat training, saving.

    python -m ft_core.starter.build --texts DIR [--out DIR] [--work DIR] [--pretrain-tokens N] [--chat-tokens N]

Every few minutes the state is saved under --work, and the same command goes on from there. The result is written to --out
as an ordinary transformers folder in bfloat16.
"""

import argparse
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ft_core.starter import texts
from ft_core.starter.dialogues import as_text, dialogues

HERE = Path(__file__).parent
VOCABULARY = 4096
SPECIAL = ["<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"]
CONTEXT = 2048
LAYERS, WIDTH = 5, 256
PRETRAIN_LENGTH, CHAT_LENGTH = 512, 1024  # tokens of a row
DIALOGUES = 30_000
DIALOGUE_SEED = 2
REPLAY = 0.4  # share of the chat stage's tokens that are texts of the pretraining again
IGNORE = -100  # the label that transformers leaves out of the loss
PEAK = 3e-3  # learning rate of both optimizers; Muon's is matched to AdamW's update size
AFTER_PRETRAIN = 0.5  # share of PEAK at which the chat stage begins
WARMUP_STEPS = 60
TOKENS_PER_STEP = 8192
SAVE_SECONDS = 180


def train_tokenizer(documents: list[str]) -> PreTrainedTokenizerFast:
    """Byte-level BPE of VOCABULARY entries: digits one by one, no character ever lost."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(documents, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=SPECIAL[0],
        pad_token=SPECIAL[1],
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = (HERE / "chat_template.jinja").read_text(encoding="utf-8")
    return wrapped


def new_model() -> LlamaForCausalLM:
    """A Llama with random weights; with LAYERS and WIDTH as they are, 4.7 million of them."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        intermediate_size=WIDTH * 11 // 4,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=1,
    )
    return LlamaForCausalLM(config)


def encode(tokenizer: PreTrainedTokenizerFast, documents: list[str]) -> list[numpy.ndarray]:
    """Each document's tokens as uint16."""
    return [
        numpy.array(row.ids, dtype=numpy.uint16) for row in tokenizer.backend_tokenizer.encode_batch_fast(documents)
    ]


def shuffled(documents: list[str], seed: int) -> list[str]:
    """The documents in another order, the same for the same seed."""
    order = list(documents)
    random.Random(seed).shuffle(order)
    return order


def answers_only(tokens: numpy.ndarray) -> numpy.ndarray:
    """The labels of chat tokens: what the assistant says and its end-of-turn token; IGNORE elsewhere."""
    end, _pad, system, user, assistant = range(len(SPECIAL))
    labels = numpy.full(len(tokens), IGNORE, dtype=numpy.int16)
    speaking = False
    for index, token in enumerate(tokens):
        if speaking:
            labels[index] = token
        if token in (end, system, user, assistant):
            speaking = token == assistant
    return labels


@dataclass(frozen=True)
class Stream:
    """All tokens of a stage in a row, and the label of each: uint16 and int16, IGNORE where nothing is learnt."""

    tokens: numpy.ndarray
    labels: numpy.ndarray

    def batch(self, step: int, length: int) -> dict[str, torch.Tensor]:
        """Step `step`'s rows: int64 [TOKENS_PER_STEP / length, length], read in order and wrapping around."""
        index = (numpy.arange(TOKENS_PER_STEP) + step * TOKENS_PER_STEP) % len(self.tokens)
        shape = (TOKENS_PER_STEP // length, length)
        return {
            "input_ids": torch.from_numpy(self.tokens[index].astype(numpy.int64)).view(shape),
            "labels": torch.from_numpy(self.labels[index].astype(numpy.int64)).view(shape),
        }


def pretrain_stream(tokenizer: PreTrainedTokenizerFast, training: list[str]) -> Stream:
    """Every document, every token learnt."""
    tokens = numpy.concatenate(encode(tokenizer, shuffled(training, seed=1)))
    return Stream(tokens, tokens.astype(numpy.int16))


def chat_stream(tokenizer: PreTrainedTokenizerFast, training: list[str]) -> Stream:
    """Our own dialogues, of which the answers are learnt, among texts of the pretraining, which are learnt whole."""
    rows = [
        (ids, answers_only(ids)) for ids in encode(tokenizer, [as_text(d) for d in dialogues(DIALOGUES, DIALOGUE_SEED)])
    ]
    wanted = sum(len(ids) for ids, _ in rows) * REPLAY / (1 - REPLAY)
    for ids in encode(tokenizer, shuffled(training, seed=3)[:DIALOGUES]):
        if wanted <= 0:
            break
        rows.append((ids, ids.astype(numpy.int16)))
        wanted -= len(ids)
    random.Random(4).shuffle(rows)
    return Stream(numpy.concatenate([ids for ids, _ in rows]), numpy.concatenate([labels for _, labels in rows]))


class Pretrainer:
    """A model, its two optimizers (Muon for the matrices, AdamW for the rest) and where they have got to."""

    def __init__(self, work: Path, compiled: bool) -> None:
        self.work = work
        self.model = new_model()
        matrices = [p for n, p in self.model.named_parameters() if p.ndim == 2 and "embed" not in n]
        others = [p for n, p in self.model.named_parameters() if p.ndim < 2 or "embed" in n]
        self.optimizers = [
            torch.optim.Muon(matrices, lr=PEAK, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=PEAK, betas=(0.9, 0.95), weight_decay=0.0),
        ]
        self.forward = torch.compile(self.model) if compiled else self.model
        self.steps = {"pretrain": 0, "chat": 0}
        self.saved_at = time.time()
        path = work / "state.pt"
        if path.is_file():
            state = torch.load(path, weights_only=True)
            self.model.load_state_dict(state["model"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.steps = state["steps"]

    def save(self) -> None:
        """Write the state atomically."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "steps": self.steps,
        }
        torch.save(state, self.work / "state.tmp")
        os.replace(self.work / "state.tmp", self.work / "state.pt")
        self.saved_at = time.time()

    def run(
        self,
        stage: str,
        stream: Stream,
        total: int,
        length: int,
        start: float,
        end: float,
        stop_after: int | None = None,
    ) -> None:
        """Train until `total` steps of the stage are done; the learning rate goes from `start` to `end` x PEAK."""
        self.model.train()
        while self.steps[stage] < (total if stop_after is None else stop_after):
            step = self.steps[stage]
            began = time.time()
            warm = min(1.0, (step + 1) / WARMUP_STEPS) if stage == "pretrain" else 1.0
            rate = PEAK * warm * (start + (end - start) * step / total)
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = rate
            loss = self.forward(**stream.batch(step, length), use_cache=False).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            self.steps[stage] = step + 1
            speed = TOKENS_PER_STEP / (time.time() - began)
            if step % 10 == 0:
                print(
                    f"{stage} {step + 1}/{total} loss {loss.item():.3f} rate {rate:.2e} {speed:.0f} tokens/s",
                    flush=True,
                )
            if time.time() - self.saved_at > SAVE_SECONDS or self.steps[stage] in (total, stop_after):
                self.save()


def main() -> None:
    """Parse the arguments and run the stages that are not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="folder with the texts listed in the model card")
    parser.add_argument("--out", type=Path, default=HERE / "model", help="where the model goes")
    parser.add_argument("--work", type=Path, default=Path("starter-work"), help="where the state is kept meanwhile")
    parser.add_argument("--pretrain-tokens", type=int, default=6_300_000)
    parser.add_argument("--chat-tokens", type=int, default=2_600_000)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--compile", action="store_true", help="faster, needs a C++ compiler")
    build(parser.parse_args())


def build(options: argparse.Namespace) -> None:
    """All stages; see the options of `main`."""
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    if options.threads:
        torch.set_num_threads(options.threads)
    training, _held = texts.split(options.texts)
    texts.check_examples([*training, *(as_text(d) for d in dialogues(DIALOGUES, DIALOGUE_SEED))])
    tokenizer_folder = options.work / "tokenizer"
    if tokenizer_folder.is_dir():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_folder)
    else:
        tokenizer = train_tokenizer(training)
        tokenizer.save_pretrained(tokenizer_folder)
    trainer = Pretrainer(options.work, options.compile)
    steps = options.pretrain_tokens // TOKENS_PER_STEP
    trainer.run("pretrain", pretrain_stream(tokenizer, training), steps, PRETRAIN_LENGTH, 1.0, AFTER_PRETRAIN)
    steps = options.chat_tokens // TOKENS_PER_STEP
    trainer.run("chat", chat_stream(tokenizer, training), steps, CHAT_LENGTH, AFTER_PRETRAIN, 0.0)
    save(trainer.model, tokenizer, options.out)


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Write the model in bfloat16 and its tokenizer as an ordinary transformers folder."""
    model.bfloat16()
    model.generation_config = GenerationConfig(eos_token_id=0, pad_token_id=1, max_new_tokens=128)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


if __name__ == "__main__":
    main()
