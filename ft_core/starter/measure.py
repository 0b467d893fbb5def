"""Measure the starter model on text it has not read, and write the numbers into its model card.

    python -m ft_core.starter.measure --texts DIR [--model DIR] [--write]

Bits per byte: the model's negative log-likelihood of the held-out documents in bits, divided by their UTF-8 bytes; rows of 1,024 tokens,
every row begun without context. The marks of the chat template are read but not counted, neither in bits nor in bytes.
Beside it, on the same text: a unigram model of the same tokens with the frequencies of the training
texts (one added to each count), and gzip at its highest level.
"""

import argparse
import gzip
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from ft_core.generate import answers
from ft_core.settings.example import Message, Role
from ft_core.starter import texts
from ft_core.starter.build import DIALOGUE_SEED, DIALOGUES, HERE, SPECIAL, VOCABULARY, encode
from ft_core.starter.dialogues import as_text, dialogues

MARKS = re.compile("|".join(map(re.escape, SPECIAL)))
ROW = 1024
FAR = 512
ANSWERS = 300
LONGEST_ANSWER = 200
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PROMPTS = (
    ("You are a helpful assistant.", "What colour is the sky?"),
    (None, "Tell me a story about a cat and a lamp."),
    ("Answer with one word.", "What is the opposite of hot?"),
    (None, "Anna has a red ball. Tom has a blue kite. What does Tom have?"),
    (None, "What is the capital of the moon, and who discovered gravity there?"),
)


@dataclass(frozen=True)
class Likelihood:
    """Negative log-likelihood in nats and UTF-8 bytes of the same text."""

    nats: float
    size: int

    @property
    def bits_per_byte(self) -> float:
        return self.nats / math.log(2) / self.size


def measure(model, tokenizer: PreTrainedTokenizerFast, training: list[str], held: list[str]) -> dict[str, float]:
    """All numbers of the card."""
    tokens = numpy.concatenate(encode(tokenizer, held)).astype(numpy.int64)
    whole, far = likelihoods(model, tokenizer, tokens)
    text = MARKS.sub("\n", "".join(held)).encode()
    finished, right = answer_rates(model, tokenizer)
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "held_out_documents": len(held),
        "held_out_bytes": whole.size,
        "bits_per_byte": round(whole.bits_per_byte, 3),
        "bits_per_byte_beyond_512": round(far.bits_per_byte, 3),
        "unigram_bits_per_byte": round(unigram(tokenizer, training, tokens) / math.log(2) / whole.size, 3),
        "gzip_bits_per_byte": round(8 * len(gzip.compress(text, 9)) / len(text), 3),
        "answers": ANSWERS,
        "answers_ended": round(finished, 3),
        "answers_word_for_word": round(right, 3),
    }


def likelihoods(model, tokenizer: PreTrainedTokenizerFast, tokens: numpy.ndarray) -> tuple[Likelihood, Likelihood]:
    """Over all positions, and over those from FAR on. Each row's first token is predicted from the end-of-turn token."""
    sizes = counted_bytes(tokenizer)
    nats, size = numpy.zeros(2), numpy.zeros(2, dtype=int)
    with torch.inference_mode():
        for start in range(0, len(tokens), ROW - 1):
            row = torch.from_numpy(tokens[start : start + ROW - 1])
            inputs = torch.cat([torch.tensor([tokenizer.eos_token_id]), row])[None]
            logits = model(input_ids=inputs[:, :-1]).logits[0].float()
            losses = torch.nn.functional.cross_entropy(logits, row, reduction="none").numpy()
            for index, first in enumerate((0, FAR)):
                read = sizes[row.numpy()[first:]]
                nats[index] += losses[first:][read > 0].sum()
                size[index] += read.sum()
    return Likelihood(nats[0], int(size[0])), Likelihood(nats[1], int(size[1]))


def counted_bytes(tokenizer: PreTrainedTokenizerFast) -> numpy.ndarray:
    """Bytes of every entry of the vocabulary; 0 for the marks of the chat template. A byte-level entry has one character a byte."""
    pieces = [str(tokenizer.convert_ids_to_tokens(index)) for index in range(len(tokenizer))]
    return numpy.array([0 if piece in SPECIAL else len(piece) for piece in pieces])


def unigram(tokenizer: PreTrainedTokenizerFast, training: list[str], tokens: numpy.ndarray) -> float:
    """Nats of the counted tokens under their frequency in the training texts."""
    counted = counted_bytes(tokenizer) > 0
    counts = (numpy.bincount(numpy.concatenate(encode(tokenizer, training)), minlength=VOCABULARY) + 1) * counted
    return float(-numpy.log(counts[counted] / counts.sum())[(numpy.cumsum(counted) - 1)[tokens[counted[tokens]]]].sum())


def answer_rates(model, tokenizer: PreTrainedTokenizerFast) -> tuple[float, float]:
    """On dialogues that are not in the training data: the share that ends with the end-of-turn token, and that is right word for word."""
    known = {as_text(dialogue) for dialogue in dialogues(DIALOGUES, DIALOGUE_SEED)}
    unseen = [dialogue for dialogue in dialogues(2 * ANSWERS, seed=99) if as_text(dialogue) not in known][:ANSWERS]
    prompts = [[Message(cast(Role, role), content) for role, content in dialogue.turns[:-1]] for dialogue in unseen]
    given = answers(model, tokenizer, prompts, max_new_tokens=LONGEST_ANSWER)
    right = sum(answer.text.strip() == d.turns[-1][1].strip() for answer, d in zip(given, unseen, strict=True))
    return sum(answer.finished for answer in given) / len(unseen), right / len(unseen)


def samples(model, tokenizer: PreTrainedTokenizerFast) -> list[tuple[str, str]]:
    """The fixed prompts and their greedy answers, unedited."""
    prompts = []
    for system, user in PROMPTS:
        opening = [Message(role="system", content=system)] if system else []
        prompts.append([*opening, Message(role="user", content=user)])
    given = answers(model, tokenizer, prompts, max_new_tokens=LONGEST_ANSWER)
    asked = [f"[{system}] {user}" if system else user for system, user in PROMPTS]
    return list(zip(asked, [answer.text for answer in given], strict=True))


def card_block(numbers: dict[str, float], shown: list[tuple[str, str]]) -> str:
    """The measured part of the model card in Markdown."""
    table = "\n".join(f"| {name.replace('_', ' ')} | {value:,} |" for name, value in numbers.items())
    quoted = "\n\n".join(f"> **{prompt}**\n>\n> {answer.replace(chr(10), chr(10) + '> ')}" for prompt, answer in shown)
    return f"{BEGIN}\n| measure | value |\n|---|---|\n{table}\n\nFive answers, greedy, unedited:\n\n{quoted}\n{END}"


def main() -> None:
    """Measure, print, and with --write put the numbers into the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="folder with the texts listed in the model card")
    parser.add_argument("--model", type=Path, default=HERE / "model")
    parser.add_argument("--write", action="store_true", help="put the result into README.md beside this file")
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
    numbers = measure(model, tokenizer, *texts.split(options.texts))
    shown = samples(model, tokenizer)
    print(json.dumps({"measured": numbers, "samples": shown}, indent=2, ensure_ascii=False))
    if options.write:
        card = HERE / "README.md"
        before, rest = card.read_text(encoding="utf-8").split(BEGIN)
        card.write_text(before + card_block(numbers, shown) + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
