import io

from ft_core.data.read import parts
from tests.data.read.made import zipped


def test_parts_are_unpacked_to_know_their_size(monkeypatch):
    data = zipped({"a.xml": bytes(3_000_000), "b.xml": bytes(3_000_000)})
    assert parts.too_much(io.BytesIO(data)) is None
    monkeypatch.setattr(parts, "MAX_UNPACKED", 5_000_000)
    assert "more than the 5 MB" in (parts.too_much(io.BytesIO(data)) or "")


def test_a_part_that_lies_about_its_size_is_damaged():
    data = bytearray(zipped({"a.xml": bytes(1000)}))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    assert "damaged" in (parts.too_much(io.BytesIO(bytes(data))) or "")
