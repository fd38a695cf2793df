"""Which addresses and URLs may be reached at all, decided without asking the network."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

from wellspring_common.errors import Permanent

PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})
LONGEST_URL = 8192

# `is_global` alone is not enough: Python 3.11 says True for multicast and for several ways of
# wrapping an IPv4 address into an IPv6 one. The ranges below are IANA's special-purpose registries.
_REFUSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation (RFC 9637)
    )
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~%]+")
_NUMERIC_LABEL = re.compile(r"^(?:[0-9]+|0[xX][0-9a-fA-F]*)$")
_HOST = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$")


class BlockedAddressError(OSError):
    """Raised inside a dial, so that the HTTP client carries it out as a failed connection."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address belongs to the public internet. Whatever is in doubt does not."""
    if isinstance(address, IPv4Address):
        refused = any(address in network for network in _REFUSED_V4)
        return address.is_global and not address.is_multicast and not refused
    if address not in _GLOBAL_V6 or address.scope_id is not None:
        return False
    return address.is_global and not any(address in network for network in _REFUSED_V6)


def host_key(url: URL) -> str:
    """Return the exact `host:port` of a URL, as allow-lists and host limits name it."""
    host = url.raw_host or ""
    return f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"


@dataclass(frozen=True)
class Guard:
    """The policy. `allow` names the private `host:port` entries that an operator opened."""

    allow: frozenset[str] = frozenset()

    def vet(self, text: str) -> URL:
        """Return the URL in its normal form, without its fragment.

        Raises `Permanent` with `bad_url` for what is no plain web address, and with `blocked_address` for
        a port or a literal address that may not be reached.
        """
        url = _parsed(text)
        key = host_key(url)
        if key in self.allow:
            return url
        if url.port not in PUBLIC_PORTS:
            raise Permanent(f"Port {url.port} is not one that Wellspring may reach.", code="blocked_address")
        address = literal(url.raw_host or "")
        if address is not None and not is_public(address):
            raise Permanent(f"{address} is not a public address.", code="blocked_address")
        return url

    def may_dial(self, host: str, port: int, address: str) -> bool:
        """Return whether a name, or a literal, may lead to this address."""
        shown = f"[{host}]" if ":" in host else host
        if f"{shown.lower()}:{port}" in self.allow:
            return True
        try:
            return is_public(ip_address(address))
        except ValueError:
            return False


@lru_cache(maxsize=256)
def _parsed(text: str) -> URL:
    """Return a URL in its normal form: kept for a while, because whoever asks, waits and dials vets again."""
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST_URL or _CONTROL.search(stripped):
        raise Permanent("The URL is empty, too long, or holds characters no URL has.", code="bad_url")
    try:
        url = URL(stripped).with_fragment(None)
        host, port, shown = url.raw_host, url.port, url.host or ""
    except (ValueError, IndexError) as error:  # the parser trips over some brackets
        raise Permanent(f"That is no URL: {error}.", code="bad_url") from None
    if url.scheme not in {"http", "https"} or not host or port is None:
        raise Permanent("Only http and https URLs with a host can be fetched.", code="bad_url")
    if url.raw_user is not None or url.raw_password is not None:
        raise Permanent("A URL with a user name in it is not fetched.", code="bad_url")
    _vet_host(host, shown, stripped)
    return _as_written(url, stripped)


def _as_written(url: URL, text: str) -> URL:
    """Return the URL with path and query byte for byte as written: a signature covers them."""
    if not _PLAIN.fullmatch(text) or (url.raw_path != "/" and str(url) == text):
        return url
    written = URL(text, encoded=True)
    return URL.build(
        scheme=url.scheme,
        authority=url.raw_authority,
        path=written.raw_path or "/",
        query_string=written.raw_query_string,
        encoded=True,
    )


def _vet_host(host: str, shown: str, text: str) -> None:
    if ":" in host:
        if literal(host) is None:
            raise Permanent("That IPv6 address is malformed.", code="bad_url")
        return
    if not _HOST.fullmatch(host):
        raise Permanent("That host name is malformed.", code="bad_url")
    # What ends in a number is an address to every browser and libc: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
    if _NUMERIC_LABEL.match(host.rsplit(".", 1)[-1]) and (
        literal(host) is None or host not in text.lower() or not shown.isascii()
    ):
        raise Permanent("That is an unusual spelling of an address.", code="bad_url")


@lru_cache(maxsize=256)
def literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is written as, if it is one."""
    try:
        return ip_address(host)
    except ValueError:
        return None
