"""Which addresses a tool may ask. Pure: the host's addresses are looked up elsewhere and handed in.

Without permission: https on port 443, to hosts all of whose addresses are public. A host that is named in
`TANDEM_HTTP_TOOLS_ALLOW` may also be asked by plain http and may be private or this machine; `host:port`
permits that port alone, `host` ports 80 and 443. Link-local addresses, where clouds keep their machines'
credentials, need their own number in the list: a name that leads there is refused.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from agents.errors import ToolError

Address = IPv4Address | IPv6Address

_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address that is really asked."""
_TUNNELS: Final = tuple(
    map(
        IPv6Network,
        ("::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "ff00::/8", "5f00::/16"),
    )
)
"""IPv4-compatible, local NAT64 (RFC 8215), Teredo, 6to4, site-local, multicast, segment routing."""


_SPECIAL: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
"""Protocol assignments, and the way into 6to4 (RFC 6890, RFC 7526); Python's table calls parts global."""


class AddressError(ToolError):
    """A tool may not ask this address. The text names the host and the reason."""


@dataclass(frozen=True, slots=True)
class Target:
    """One place on the network, as a URL names it. `host`: lower case, IPv6 without brackets."""

    scheme: str
    host: str
    port: int


def target(url: str) -> Target:
    """Read where a URL leads.

    Raises:
        AddressError: it is not http or https, hides a user in it, or its host can be read in two ways.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("the URL cannot be read") from None
    if parts.scheme not in _PORTS:
        raise AddressError(f"{parts.scheme or 'no scheme'}: only http and https are asked")
    if "@" in parts.netloc or "\\" in url or any(char.isspace() or not char.isprintable() for char in url):
        raise AddressError("the URL has a user, a backslash or a blank in it")
    return Target(parts.scheme, _host(parts), port if port is not None else _PORTS[parts.scheme])


def check_target(target: Target, allow: Collection[str]) -> None:
    """Check scheme and port before anything is looked up.

    Raises:
        AddressError: neither https on port 443 nor named in `allow`.
    """
    if not _named(target, allow) and (target.scheme, target.port) != ("https", 443):
        raise AddressError(
            f"{target.host}: only https on port 443 is asked, unless TANDEM_HTTP_TOOLS_ALLOW names "
            f"{target.host}:{target.port}"
        )


def check_addresses(target: Target, found: Sequence[str], allow: Collection[str]) -> tuple[Address, ...]:
    """Check every address a host has; return them in the order found.

    Raises:
        AddressError: one of them is not public, and the host may not be private. One is enough: whoever
            answers with a public and a private address hopes for the second.
    """
    named = _named(target, allow)
    addresses: list[Address] = []
    for each in found:
        address = ip_address(each.partition("%")[0])
        why = "link-local" if "%" in each else _fault(address)
        literal = named and _literal(target.host) == address
        bearable = named and why in ("loopback", "private")
        if why and not literal and not bearable:
            raise AddressError(f"{target.host}: its address is {why}")
        addresses.append(address)
    if not addresses:
        raise AddressError(f"{target.host}: it has no address")
    return tuple(addresses)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if parts.netloc.startswith("["):
        if _literal(host) is None or "%" in host:
            raise AddressError("the URL's host is not an address")
        return host
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        raise AddressError("the URL's host is not a name") from None
    if _literal(host) is None:
        if not _NAME.fullmatch(host):
            raise AddressError("the URL's host is not a name")
        last = host.rstrip(".").rpartition(".")[2]
        # 127.1, 0177.0.0.1, 2130706433, 0x7f000001: systems read them as addresses, people do not.
        if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
            raise AddressError(f"{host}: an address is written as four numbers from 0 to 255")
    return host


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _named(target: Target, allow: Collection[str]) -> bool:
    host = f"[{target.host}]" if ":" in target.host else target.host.rstrip(".")
    return f"{host}:{target.port}" in allow or (host in allow and target.port in _PORTS.values())


def _fault(address: Address) -> str:
    """Say what speaks against an address; empty: it is public."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _fault(address.ipv4_mapped)
        if address in _NAT64:
            return _fault(IPv4Address(int(address) & 0xFFFF_FFFF))
    if address.is_unspecified:
        return "unspecified"
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link-local"
    if address.is_multicast:
        return "multicast"
    if isinstance(address, IPv6Address) and any(address in network for network in _TUNNELS):
        return "in a tunnel or reserved"
    if not address.is_global or any(address in network for network in _SPECIAL):
        # Shared (100.64.0.0/10) and unique local addresses lead to private networks too.
        return "reserved" if address.is_reserved else "private"
    return "reserved" if address.is_reserved else ""
