import pytest

from ft_core.data.clean.html_text import strip_html


@pytest.mark.parametrize(
    "text",
    [
        "is a < b and c > d?",
        "a List<String> of Map<K, V>",
        "What does the <div> tag do?",
        "AT&T sells R&D; a &b= c",
        "x <3 you",
        "```\n<b>bold</b> &amp;\n```",
        "<unknown>thing</unknown>",
    ],
)
def test_what_is_no_html_stays(text):
    assert strip_html(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>Hello <b>you</b></p><p>there</p>", "Hello you\nthere"),
        ("one<br/>two", "one\ntwo"),
        ("Fish &amp; chips&nbsp;&#39;now&#39;", "Fish & chips 'now'"),
        ('<a href="https://x.example/?a=1&copy=2">link</a>', "link"),
        ('<div class="m">if a < b use List<String> &lt;here&gt;</div>', "if a < b use List<String> <here>"),
        ("<style>p {}</style><p>kept</p>", "kept"),
    ],
)
def test_html_becomes_text(text, plain):
    assert strip_html(text) == plain


def test_a_page_as_an_answer_is_what_is_to_be_learnt():
    page = "<table><tr><td>1</td></tr></table>"
    assert strip_html(page, answer=True) == page
    assert strip_html(page) == "1"
