"""HTML left in texts: seen only where there is real markup, so that `a < b`, `List<String>` and talk about `<div>` stay."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

_BLOCKS = "address|article|blockquote|div|dl|dt|dd|footer|h[1-6]|header|hr|li|ol|p|pre|section|table|tbody|thead|tr|ul"
_OTHERS = "a|abbr|b|body|button|center|code|del|em|font|form|head|html|i|img|input|label|link|meta|o:p|s"
_OTHERS += "|small|span|strike|strong|style|script|sub|sup|td|th|title|u"
_KNOWN = f"(?:br|{_BLOCKS}|{_OTHERS})"
_NOT_A_TAG = re.compile(rf"<(?!/?{_KNOWN}(?:\s[^<>]*)?/?>|!--)", re.IGNORECASE)
_TAG = re.compile(rf"<(/?)({_KNOWN})(\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(rf"(<br\s*/?>|</(?:{_BLOCKS})\s*>)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_NOT_AN_ENTITY = re.compile(rf"&(?!{_ENTITY.pattern[1:]})")
_PAGE = re.compile(
    r"<(?:!doctype|html|head|script|style|table|form|input|button|meta|link|title|h[1-6]|ul|ol)\b", re.IGNORECASE
)


def strip_html(text: str, answer: bool = False) -> str:
    """The text without tags and with entities decoded; the same text when it holds no HTML.

    Code in ``` fences stays, and so does a page or its structure as an `answer`: there the HTML is what is to be learnt.
    """
    if "```" in text or (answer and _PAGE.search(text)):
        return text
    if _has_markup(text):
        return _without_tags(text)
    return _ENTITY.sub(lambda match: _decoded(match[0]), text)


def _has_markup(text: str) -> bool:
    """True for a line break, a tag with attributes, or a tag that is also closed; one lone `<div>` is talk about HTML."""
    opened: set[str] = set()
    for slash, name, attributes in _TAG.findall(text):
        name = name.lower()
        if name == "br" or "=" in attributes or (slash and name in opened):
            return True
        if not slash:
            opened.add(name)
    return False


def _without_tags(text: str) -> str:
    guarded = _NOT_AN_ENTITY.sub("&amp;", _NOT_A_TAG.sub("&lt;", text))
    tree = LexborHTMLParser(_BREAK.sub("\\1\n", guarded))
    tree.strip_tags(["script", "style", "title"])
    plain = tree.body.text(separator="") if tree.body else ""
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in plain.replace("\xa0", " ").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _decoded(entity: str) -> str:
    return html.unescape(entity).replace("\xa0", " ")
