"""Tokens of a conversation and which of them are learnt, without transformers."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy
from tokenizers import Tokenizer

from ft_core import download
from ft_core.data.chat_template import ChatTemplate
from ft_core.errors import FTError
from ft_core.settings.example import Example, Message, is_text

_SPECIAL = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_PADDING = (
    "pad_token",
    "eos_token",
    "unk_token",
    "bos_token",
)  # the first that there is, as modeling.load_tokenizer has it
_BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>")


Kind = Literal["learnt", "read only", "cut", "padding"]


@dataclass(frozen=True)
class Encoded:
    """One conversation: ids, text to show per token, and whether it is learnt. Three lists of one length."""

    ids: list[int]
    pieces: list[str]
    learnt: list[bool]


@dataclass(frozen=True)
class View:
    """One example as training sees it: (piece, kind) of each token and its id, two lists of one length.

    `end_of_turn` is true when the last token that is learnt ends the turn: without it, a model does not learn to stop. `cut` counts
    the tokens beyond the window, `cut_learnt` those of them that would have been learnt: of the answers.
    """

    tokens: list[tuple[str, Kind]]
    ids: list[int]
    end_of_turn: bool
    cut: int
    cut_learnt: int


class ChatTokenizer:
    """A base model's tokenizer and chat template. Plain texts need no template: they are learnt as they are, and the end of text."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        template: ChatTemplate | None,
        fingerprint: str,
        padding: str = "",
        end_of_text: str = "",
    ) -> None:
        """`fingerprint` tells this tokenizer with this template from any other: 12 hexadecimal digits. `padding` is its token's text,
        `end_of_text` that of the one that ends a text."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._chat_template = template
        self._end_of_text = end_of_text
        self.fingerprint = fingerprint
        self.padding = (tokenizer.token_to_id(padding) or 0, padding)
        added = tokenizer.get_added_tokens_decoder()
        self._added = {index: token.content for index, token in added.items()}
        self._special = frozenset(index for index, token in added.items() if token.special)
        self._bytes = _byte_alphabet() if '"ByteLevel"' in str(tokenizer.to_str()) else None

    @classmethod
    def load(cls, folder: Path, base: str | None = None, plain: bool = False) -> "ChatTokenizer":
        """The tokenizer of a model folder: tokenizer.json, tokenizer_config.json, chat_template.jinja.

        `base` is what the person calls the model: a downloaded one lies in a folder named by a commit. `plain`: there are only plain
        texts, for which a tokenizer without a template is enough.
        Raises FTError `model.missing`, `model.template`, or `model.broken` for files that cannot be read.
        """
        name = base or folder.name
        if not (folder / "tokenizer.json").is_file():
            raise FTError(
                "model.missing",
                f"{name} holds no tokenizer.",
                "There is no file tokenizer.json in it.",
                "Choose another Base model.",
            )
        config = download.read_settings(folder / "tokenizer_config.json", name)
        special = {token: text for token in _SPECIAL if (text := _token_text(config.get(token)))}
        source = _template_source(folder, config, name)
        if not source and not plain:
            raise _no_template(name)
        vocabulary = (folder / "tokenizer.json").read_bytes()
        mark = hashlib.sha256(vocabulary + json.dumps([source, special]).encode()).hexdigest()[:12]
        padding = next((special[token] for token in _PADDING if token in special), "")
        template = ChatTemplate(source, special) if source else None
        try:
            tokenizer = Tokenizer.from_buffer(vocabulary)
        except ValueError as error:
            raise download.broken(name, "Its file tokenizer.json is damaged: it holds no tokenizer.") from error
        return cls(tokenizer, template, mark, padding, special.get("eos_token", ""))

    @property
    def _template(self) -> ChatTemplate:
        if self._chat_template is None:
            raise _no_template("The base model")
        return self._chat_template

    def _learnt_text(self, messages: Sequence[Message], tools: str) -> tuple[str, list[tuple[int, int]]]:
        """As ChatTemplate.render_learnt; a plain text with its end of text is learnt whole."""
        if not is_text(messages):
            return self._template.render_learnt(messages, tools)
        text = messages[0].content + self._end_of_text
        return text, [(0, len(text))]

    def encode(self, messages: Sequence[Message], tools: str = "") -> Encoded:
        """The whole conversation; learnt are the assistant's messages and their end-of-turn tokens. `tools` is JSON text as in Example.

        Raises FTError `model.template`.
        """
        text, spans = self._learnt_text(messages, tools)
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces = [
            self._piece(index, text[start:end])
            for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        ]
        return Encoded(encoding.ids, pieces, _learnt(encoding.offsets, spans))

    def prompt_ids(self, messages: Sequence[Message], tools: str = "") -> list[int]:
        """Ids of the conversation up to where the model's answer begins. Raises FTError `model.template`."""
        text = self._template.render(messages, prompt=True, tools=tools)
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def lengths(self, examples: Sequence[Example]) -> numpy.ndarray:
        """Number of tokens of each example: int64 [examples]. Raises FTError `model.template`."""
        texts = [
            example.answer + self._end_of_text
            if example.is_text
            else self._template.render(example.messages, tools=example.tools)
            for example in examples
        ]
        return numpy.array(
            [len(row.ids) for row in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)],
            dtype=numpy.int64,
        )

    def cut(self, examples: Sequence[Example], max_length: int) -> list[tuple[int, int]]:
        """(tokens, learnt tokens that are cut behind the first `max_length`) of each example. Raises FTError `model.template`.

        Plain texts lose nothing: they are learnt in several pieces.
        """
        rendered = [self._learnt_text(example.messages, example.tools) for example in examples]
        rows = self._tokenizer.encode_batch([text for text, _ in rendered], add_special_tokens=False)
        return [
            (
                len(row.ids),
                sum(_learnt(row.offsets, spans)[max_length:])
                if len(row.ids) > max_length and not example.is_text
                else 0,
            )
            for row, (_, spans), example in zip(rows, rendered, examples, strict=True)
        ]

    def lost(self, characters: Iterable[str]) -> set[str]:
        """Those that this tokenizer cannot write: they become its unknown token, or nothing. Of letters, case is not looked at.

        What nobody sees is left aside but for line breaks, which some tokenizers turn into spaces. None where tokens stand for bytes.
        """
        if self._bytes is not None and all(self._tokenizer.token_to_id(letter) is not None for letter in self._bytes):
            return set()
        asked = (letter for letter in characters if letter == "\n" or (letter.isprintable() and letter != " "))
        return {letter for letter in asked if not self._writes(letter)}

    def _writes(self, letter: str) -> bool:
        text = f"a{letter}a" if letter.isspace() else letter
        written = self._tokenizer.decode(self._tokenizer.encode(text, add_special_tokens=False).ids)
        return letter in written or _even(letter) in _even(written)

    def is_special(self, index: int) -> bool:
        """True for a token that no text can hold, such as those that begin and end turns."""
        return index in self._special

    def _piece(self, index: int, written: str) -> str:
        """What to show for token `index` that stands for `written`; bytes that are no whole character show as ⟨E2⟩."""
        if index in self._added:
            return self._added[index]
        token = self._tokenizer.id_to_token(index) or ""
        if self._bytes is not None and all(letter in self._bytes for letter in token):
            return _show(bytes(self._bytes[letter] for letter in token))
        byte = _BYTE_TOKEN.fullmatch(token)
        return f"⟨{byte[1]}⟩" if byte else written


@dataclass(frozen=True)
class Window:
    """What of an example the base model is given: its tokens, up to `max_length` of them."""

    tokenizer: ChatTokenizer
    max_length: int


def view(window: Window, example: Example, fill_to: int = 0) -> View:
    """What training sees of an example: what is learnt, what is only read, what is cut. Raises FTError `model.template`.

    The first token is never learnt, because nothing stands before it to guess it from. `fill_to` adds padding up to that many tokens,
    on the left, as the batches have it. A plain text is seen whole: its pieces overlap by a token, so that only the first one is not learnt.
    """
    encoded = window.tokenizer.encode(example.messages, example.tools)
    learnt = [flag and position > 0 for position, flag in enumerate(encoded.learnt)]
    width = len(learnt) if example.is_text else window.max_length
    inside, beyond = learnt[:width], learnt[width:]
    kinds: list[Kind] = [
        "cut" if place >= len(inside) else "learnt" if flag else "read only" for place, flag in enumerate(learnt)
    ]
    last = max((position for position, kind in enumerate(kinds) if kind == "learnt"), default=-1)
    pad_id, pad = window.tokenizer.padding
    missing = max(0, fill_to - min(len(learnt), width))
    padding: list[tuple[str, Kind]] = [(pad, "padding")] * missing
    return View(
        padding + list(zip(encoded.pieces, kinds, strict=True)),
        [pad_id] * missing + encoded.ids,
        last >= 0 and not any(beyond) and window.tokenizer.is_special(encoded.ids[last]),
        len(beyond),
        sum(beyond),
    )


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _learnt(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> list[bool]:
    """A token is learnt when it shares a character with a learnt span: also every byte token of one character."""
    learnt = [False] * len(offsets)
    position = 0
    for index, (start, end) in enumerate(offsets):
        while position < len(spans) and spans[position][1] <= start:
            position += 1
        learnt[index] = position < len(spans) and start < end and spans[position][0] < end
    return learnt


def _token_text(value: Any) -> str | None:
    """A special token is written as text or as {"content": text, ...}."""
    text = value.get("content") if isinstance(value, dict) else value
    return text if isinstance(text, str) else None


def _template_source(folder: Path, config: dict[str, Any], name: str) -> str:
    """The chat template, or "" where there is none."""
    path = folder / "chat_template.jinja"
    try:
        source = path.read_text(encoding="utf-8") if path.is_file() else config.get("chat_template")
    except UnicodeDecodeError as error:
        raise download.broken(name, f"Its file {path.name} is damaged: it is no text.") from error
    if isinstance(source, list):
        named = {entry.get("name"): entry.get("template") for entry in source if isinstance(entry, dict)}
        source = named.get("default")
    return source if isinstance(source, str) else ""


def _no_template(name: str) -> FTError:
    return FTError(
        "model.template",
        f"{name} cannot hold a conversation.",
        "Its tokenizer has no chat template: it is a model that only continues text.",
        "Choose a Base model whose name ends in Instruct, Chat or -it.",
    )


def _byte_alphabet() -> dict[str, int]:
    """Letter -> byte of byte-level BPE (Radford et al. 2019): printable bytes stand for themselves, the others for letters from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + index): byte for index, byte in enumerate(others)}


def _show(data: bytes) -> str:
    """UTF-8 as text, with bytes that are no whole character as ⟨E2⟩."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        odd = "".join(f"⟨{byte:02X}⟩" for byte in data[error.start : error.end])
        return data[: error.start].decode("utf-8") + odd + _show(data[error.end :])
