import io
import random

import pytest

from ft_core.data.read.encoding import MIXED, detect, lines, shown
from ft_core.errors import FTError


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le")]
)
def test_marks_and_zero_bytes_tell_the_encoding(encoding, told):
    text = "Grüße aus Köln, wie geht es?"
    file = io.BytesIO(text.encode(encoding))
    assert shown(detect(file)) == told and list(lines(file, detect(file), "a.csv")) == [text]


def test_bytes_that_break_their_own_mark_are_refused():
    with pytest.raises(FTError, match="cannot be read") as caught:
        list(lines(io.BytesIO(b"\xff\xfea"), "utf-16", "a.csv"))
    assert caught.value.code == "data.unreadable"


def test_what_is_no_text_is_refused():
    noise = random.Random(0).randbytes(5_000)
    with pytest.raises(FTError, match="not a text") as caught:
        list(lines(io.BytesIO(noise), detect(io.BytesIO(noise)), "a.csv"))
    assert caught.value.code == "data.unreadable"
    divided = b"text\x01label\nanother text\x01label\n" * 200
    with pytest.raises(FTError, match="divided by the control character 0x01") as caught:
        list(lines(io.BytesIO(divided), "utf-8", "a.csv"))
    assert "commas or tabs" in caught.value.fix
    assert list(lines(io.BytesIO(b"a\x00b"), "utf-8", "a.csv")) == ["a\x00b"], "a stray one says nothing"
    logged = "\x1b[31mred\x1b[0m\ta,b\r\n" * 50  # colours of a terminal are in many a log
    assert len(list(lines(io.BytesIO(logged.encode()), "utf-8", "a.csv"))) == 50
    assert list(lines(io.BytesIO("a\n".encode("utf-32")), "utf-32", "a.csv")) == ["a\n"]


def test_a_foreign_byte_far_from_the_beginning_is_seen():
    assert detect(io.BytesIO(b"plain text\n" * 200_000 + "schön\n".encode("cp1252"))) == "cp1252"
    assert detect(io.BytesIO(b"plain text\n" * 200_000 + "schön\n".encode())) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", MIXED])
def test_lines_keep_their_ends_and_the_file_stays_open(encoding):
    data = "a\r\nb\u2028c\rd\n".encode("utf-8" if encoding == MIXED else encoding)
    file = io.BytesIO(data)
    assert list(lines(file, encoding, "a.csv")) == ["a\r\n", "b\u2028c\r", "d\n"]
    assert list(lines(file, encoding, "a.json", "\n")) == ["a\r\n", "b\u2028c\rd\n"]
    assert next(lines(file, encoding, "a.csv")) == "a\r\n" and not file.closed


def test_people_are_not_told_of_marks():
    assert shown("utf-8-sig") == "utf-8" and shown("cp1252") == "cp1252"


def test_german_in_a_windows_file_is_called_by_windows_own_name():
    text = "Grüße aus Köln. Das Päckchen für Frau Müller ist größer, schöner und früher da als üblich.\n"
    assert detect(io.BytesIO((text * 5).encode("latin-1"))) == "cp1252"
