import pytest

from ft_core.errors import FTError
from ft_core.ui import endpoint


@pytest.fixture
def on_space(monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")


def test_on_a_persons_own_computer_it_may_be_a_server_of_that_computer(monkeypatch):
    monkeypatch.delenv("SYSTEM", raising=False)
    for url in ("http://127.0.0.1:8000/v1", "http://localhost:1234", "https://api.example.com/v1"):
        assert endpoint.require(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com/v1",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "https://",
        "https://a b.example",
        "https://x.example/\n",
        "https://[::1",
        "https://x.example:99999/v1",
        "https://me:sk-own@api.example.com/v1",
        "https://api.example.com/v1?key=sk-own",
        "https://" + "a" * 600,
    ],
)
def test_what_is_no_address_is_refused_without_saying_it_again(url):
    if url.endswith("\n"):
        url = url[:-1] + "\tx"
    with pytest.raises(FTError) as caught:
        endpoint.require(url)
    assert caught.value.code == "writer.address" and "sk-own" not in "".join(caught.value.as_dict().values())


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/v1",
        "https://127.0.0.1/v1",
        "https://localhost/v1",
        "https://2130706433/v1",
        "https://0x7f.1/v1",
        "https://0.0.0.0/v1",
        "https://10.1.2.3/v1",
        "https://172.16.0.9/v1",
        "https://192.168.1.1/v1",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/v1",
        "https://[::1]/v1",
        "https://[::ffff:10.0.0.1]/v1",
        "https://[64:ff9b::7f00:1]/v1",
        "https://[2002:7f00:1::]/v1",
        "https://[fd00::1]/v1",
        "https://[fe80::1%25lo]/v1",
        "https://224.0.0.1/v1",
    ],
)
def test_a_space_asks_nobody_inside_its_network(on_space, url):
    with pytest.raises(FTError) as caught:
        endpoint.require(url)
    assert caught.value.code == "writer.address"


def test_a_space_asks_the_public_internet(on_space):
    for url in ("https://8.8.8.8/v1", "https://[2001:4860:4860::8888]:8443/v1"):
        assert endpoint.require(url) == url
