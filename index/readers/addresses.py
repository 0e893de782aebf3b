"""Which addresses of the network may be fetched, and where exactly a name leads."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from index.errors import ReadError
from index.readers.streams import shown

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def split_url(url: str) -> SplitResult:
    """The address, taken apart. Raises ReadError for what is not http or https, and for what no host could be of."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ReadError(f"'{shown(url, 120)}' is no address ({error})") from error
    if parts.scheme.lower() not in ("http", "https"):
        raise ReadError(f"'{shown(url, 120)}' is refused: only http and https are fetched")
    if not host:
        raise ReadError(f"'{shown(url, 120)}' is no address: it names no host")
    return parts


def resolved(parts: SplitResult, *, allow_private: bool) -> list[tuple[str, int]]:
    """The numeric addresses and ports of the host, each checked: what is connected to must be one of these.

    Raises ReadError where there is none, and unless `allow_private` where one is of this machine or a private network.
    """
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    try:
        name = host if ":" in host else host.encode("idna").decode("ascii")
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ReadError(f"the host '{shown(host, 80)}' is not found ({why}); is its name right?") from error
    addresses = list(dict.fromkeys((str(where[0]), port) for *_, where in found))
    if not allow_private:
        for address, _ in addresses:
            if not is_public(address):
                named = "" if address == host else f" ({shown(host, 80)})"
                raise ReadError(
                    f"the address {address}{named} is of this machine or a private network, which is refused; "
                    "to fetch it all the same: --allow-private"
                )
    return addresses


def is_public(address: str) -> bool:
    """Is this numeric address one of the open Internet, also where it holds another one?"""
    found: _Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_loopback or found.is_link_local)
