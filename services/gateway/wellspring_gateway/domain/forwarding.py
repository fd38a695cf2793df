"""What a proxy in front of us says of the client, believed only where an operator trusts its network."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
SCHEMES = frozenset({"http", "https"})
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Forwarded:
    """What was asked for as the client sees it. Nothing, where the proxy did not say."""

    client: str | None = None
    scheme: str | None = None
    host: str | None = None


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a comma list. Raises `ValueError` with the entry that is none."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def is_trusted(address: str | None, trusted: Iterable[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    found = _address(address or "")
    return found is not None and any(found in network for network in trusted)


def forwarded(headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]) -> Forwarded:
    """Return what the headers of a trusted proxy say.

    Of lists the end counts: proxies of ours added it, anything before may be the client's invention.
    """
    said: dict[str, list[str]] = {"for": [], "proto": [], "host": []}
    for name, value in headers:
        kind = name.lower().removeprefix(b"x-forwarded-").decode("latin-1")
        if kind in said and len(kind) < len(name):
            said[kind] += [part.strip() for part in value.decode("latin-1").split(",")]
    scheme = said["proto"][-1].lower() if said["proto"] else ""
    host = said["host"][-1] if said["host"] else ""
    return Forwarded(
        client=_client(said["for"], trusted),
        scheme=scheme if scheme in SCHEMES else None,
        host=host if _HOST.fullmatch(host) else None,
    )


def _client(hops: Sequence[str], trusted: Sequence[Network]) -> str | None:
    """Return the last hop that is no proxy of ours: whatever stands before it, nobody vouches for."""
    found = None
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            break
        found = str(address)
        if not any(address in network for network in trusted):
            break
    return found


def _address(text: str) -> IPv4Address | IPv6Address | None:
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
