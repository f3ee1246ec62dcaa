"""Whether somebody asks from this machine: whom development mode serves without an account."""

from collections.abc import Container
from ipaddress import ip_address
from typing import Final

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


def is_loopback(host: str | None) -> bool:
    """Whether an address is this machine's own; it may be a proxy here."""
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return False


def is_here(host: str | None, headers: Container[str]) -> bool:
    """Whether the other end of a connection is this machine, and no proxy for somebody elsewhere.

    Args:
        host: the address it comes from.
        headers: names in lower case, or headers that do not care.
    """
    return is_loopback(host) and not any(name in headers for name in _FORWARDED)
