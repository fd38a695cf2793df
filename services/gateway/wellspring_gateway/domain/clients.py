"""Who counts as one client where somebody may send too much."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

ONE_CONNECTION = 64
"""Bits of an IPv6 network that one household or server gets at least: it may have 2^64 addresses in it."""


@lru_cache(maxsize=1024)
def client_of(address: str | None) -> str:
    """Return what a client's requests are counted by: its address, and for IPv6 its network."""
    if address is None:
        return "unknown"
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((int(found), ONE_CONNECTION), strict=False))
