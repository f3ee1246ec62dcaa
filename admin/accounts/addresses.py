"""Whose address a request comes from, where proxies stand before us; and as whose it is counted. Pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Networks = Sequence[IPv4Network | IPv6Network]
_HOUSEHOLD_BITS: Final = 64
"""Whoever has one IPv6 address has the 2**64 beside it (RFC 6177)."""


def asker(peer: str, forwarded: Sequence[str], proxies: Networks) -> str:
    """Tell who asks: the last address on the way here that is none of our proxies'.

    Each proxy adds on the right whom it was asked by. What stands further left than the first address we do
    not trust may be made up, and is not looked at.

    Args:
        peer: the other end of the connection.
        forwarded: the values of X-Forwarded-For, in their order.
        proxies: whom we believe.
    """
    hops = [each.strip() for value in forwarded for each in value.split(",")]
    asks = peer
    while hops and _is_in(asks, proxies):
        before = _address(hops.pop())
        if before is None:
            break  # nothing we can make anything of: then it was asked by the proxy, as far as we know
        asks = str(before)
    return asks


def counted_as(address: str) -> str:
    """As whose an address is counted: its own, or of IPv6 the network's that one household or machine has."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _HOUSEHOLD_BITS), strict=False))
    return address if found is None else str(found)


def _is_in(address: str, networks: Networks) -> bool:
    found = _address(address)
    return found is not None and any(found in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, perhaps with a port or a zone, as proxies write them; None: it is none."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
