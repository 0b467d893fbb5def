"""A model's chat template: Jinja in a sandbox, with the `{% generation %}` tag that marks what is learnt.

It renders as transformers does (whitespace control, `raise_exception`, `tojson`, `strftime_now`, loop controls), so that the
page, which never imports transformers, shows the very text that training sees.
"""

import json
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ft_core.errors import FTError
from ft_core.settings.example import Message
from ft_core.turns import Support, Tools, Turns, fitted, needs_tools, support

Span = tuple[int, int]


class GenerationTag(Extension):
    """`{% generation %}...{% endgeneration %}` puts the environment's mark around what it holds."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node:
        """One call block around the body of the tag."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("marked"), [], [], body).set_lineno(line)

    def marked(self, caller: Any) -> str:
        """The body between two marks."""
        mark = self.environment.globals["generation_mark"]
        return f"{mark}{caller()}{mark}"


class ChatTemplate:
    """A compiled chat template and the special tokens that it may name (`bos_token`, `eos_token`, ...)."""

    def __init__(self, source: str, special_tokens: dict[str, str]) -> None:
        """Raises FTError `model.template` when the template is not valid Jinja."""
        # The mark cannot be guessed, so no text of the data can be taken for one.
        self._mark = f"\ue000{secrets.token_hex(12)}\ue001"
        self._special_tokens = special_tokens
        self._has_marks = re.search(r"{%-?\s*generation\s*-?%}", source) is not None
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, loopcontrols]
        )
        environment.filters["tojson"] = _to_json
        environment.globals.update(generation_mark=self._mark, raise_exception=_raise, strftime_now=_now)
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateSyntaxError as error:
            raise _broken(f"Line {error.lineno} of its chat template is not valid: {error.message}.") from error

    def render(self, messages: Sequence[Message], prompt: bool = False, tools: str = "") -> str:
        """The conversation as one text; with `prompt`, up to where the model's answer begins. `tools` is JSON text as in Example.

        Raises FTError `model.template`.
        """
        return self._render(*self._fitted(messages, tools), prompt).replace(self._mark, "")

    def render_learnt(self, messages: Sequence[Message], tools: str = "") -> tuple[str, list[Span]]:
        """The conversation as one text, and where the assistant's messages with their end of turn stand in it (characters).

        Raises FTError `model.template`.
        """
        given, known_tools = self._fitted(messages, tools)
        if not self._has_marks:
            return self._spans_by_prefix(given, known_tools)
        parts = self._render(given, known_tools, prompt=False).split(self._mark)
        text, spans = "", []
        for index, part in enumerate(parts):
            if index % 2:
                spans.append((len(text), len(text) + len(part)))
            text += part
        return text, spans

    def _spans_by_prefix(self, messages: Sequence[Message], tools: Tools) -> tuple[str, list[Span]]:
        """For a template without marks: what the text gains between "the assistant is to answer" and "it has answered"."""
        text = self._render(messages, tools, prompt=False)
        spans = []
        for index, message in enumerate(messages):
            if message.role != "assistant":
                continue
            before = self._render(messages[:index], tools, prompt=True)
            after = self._render(messages[: index + 1], tools, prompt=False)
            if not (after.startswith(before) and text.startswith(after)):
                raise _broken(
                    "Its chat template has no {% generation %} marks, and earlier turns change when later ones are added."
                )
            spans.append((len(before), self._end_of_turn(text, len(before), len(after))))
        return text, spans

    def _end_of_turn(self, text: str, start: int, end: int) -> int:
        """`end` without white space that follows the end-of-turn token: that is never generated."""
        stripped = text[start:end].rstrip()
        token = self._special_tokens.get("eos_token", "")
        return start + len(stripped) if token and stripped.endswith(token) else end

    @cached_property
    def _support(self) -> Support:
        return support(self._write)

    def _fitted(self, messages: Sequence[Message], tools: str) -> tuple[Sequence[Message], Tools]:
        return fitted(messages, tools, self._support) if needs_tools(messages, tools) else (messages, None)

    def _render(self, messages: Sequence[Message], tools: Tools, prompt: bool) -> str:
        try:
            return self._write([message.as_dict() for message in messages], tools, prompt)
        except (jinja2.TemplateError, TypeError, ValueError) as error:
            raise _broken(f"Its chat template refuses the conversation: {error}.") from error

    def _write(self, messages: Turns, tools: Tools, prompt: bool = False) -> str:
        return self._template.render(
            messages=messages, tools=tools, documents=None, add_generation_prompt=prompt, **self._special_tokens
        )


def _broken(why: str) -> FTError:
    return FTError(
        "model.template",
        "The base model's chat template cannot be used with this data.",
        why,
        "Choose another base model, or change the system prompt.",
    )


def _raise(message: str) -> None:
    raise jinja2.TemplateError(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON without the HTML escapes of Jinja's own filter."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _now(pattern: str) -> str:
    return datetime.now().strftime(pattern)
