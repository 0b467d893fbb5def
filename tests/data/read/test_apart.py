import io
import tempfile

import pytest

from ft_core.data.read import apart
from ft_core.errors import FTError
from tests.data.read.made import pdf


def test_the_child_gives_what_the_reader_gathers_and_no_token_reaches_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with tempfile.TemporaryFile() as file:
        file.write(pdf(["hello"]))
        assert apart.gather("pdf", file, "a.pdf") == {"pages": ["hello"]}
        monkeypatch.setattr(apart, "_SECONDS", 0)
        with pytest.raises(FTError, match="not read after 0 seconds") as caught:
            apart.gather("pdf", file, "a.pdf")
    assert caught.value.code == "data.unreadable"


def test_a_child_that_ends_early_is_a_file_that_cannot_be_read(monkeypatch):
    monkeypatch.setattr(apart.sys, "executable", "false")
    with tempfile.TemporaryFile() as file, pytest.raises(FTError) as caught:
        apart.gather("sheet", file, "a.xlsx")
    assert caught.value.code == "data.unreadable" and caught.value.what == "a.xlsx cannot be read."


def test_the_file_must_be_one_of_this_machine():
    with pytest.raises(io.UnsupportedOperation):
        apart.gather("pdf", io.BytesIO(b"x"), "a.pdf")
