"""The address of a language model that somebody typed: may this machine ask there?

A Space stands inside its host's network, so there it asks only machines that everybody can reach, and only over https. On a
person's own computer the model is often a server on that very computer.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from ft_core.errors import FTError
from ft_core.hardware import on_space

_LONGEST = 500


def require(url: str) -> str:
    """The address without spaces around it. Raises FTError `writer.address` for one that this machine does not ask."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _refused("It cannot be read as an address.") from error
    if parts.scheme not in ("http", "https") or not host or len(url) > _LONGEST or not url.isprintable() or " " in url:
        raise _refused("It does not begin with https:// (or http:// for your own computer) and the name of a machine.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _refused("It holds more than a machine and a path: a key belongs into Key, where it is shown to nobody.")
    if on_space():
        if parts.scheme != "https":
            raise _refused("On a Space only addresses that begin with https:// are asked.")
        if not _public(host, port or 443):
            raise _refused("On a Space only machines of the public internet are asked, and this name is none.")
    return url


def _public(host: str, port: int) -> bool:
    """Whether every address that the name stands for is one of the public internet."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(_global(ipaddress.ip_address(text.partition("%")[0])) for text in found)


def _global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        # Ways to write an IPv4 address as IPv6: itself, through a gateway (RFC 6052), or through a tunnel (RFC 3056).
        inside = address.ipv4_mapped or address.sixtofour
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _global(inside)
    return address.is_global and not address.is_multicast


def _refused(why: str) -> FTError:
    return FTError(
        "writer.address",
        "The endpoint's address cannot be used.",
        why,
        "Write Endpoint as its documentation does, for example https://api.example.com/v1.",
    )
