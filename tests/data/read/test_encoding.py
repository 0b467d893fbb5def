import pytest

from ft_core.data.read.encoding import decode
from ft_core.errors import FTError


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le")]
)
def test_marks_and_zero_bytes_tell_the_encoding(encoding, told):
    text = "Grüße aus Köln, wie geht es?"
    assert decode(text.encode(encoding), "a.csv") == (text, told)


def test_bytes_that_break_their_own_mark_are_refused():
    with pytest.raises(FTError, match="cannot be read") as caught:
        decode(b"\xff\xfea", "a.csv")
    assert caught.value.code == "data.unreadable"
