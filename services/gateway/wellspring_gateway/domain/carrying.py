"""How a link gets to whoever watches: by itself, through us, or not at all (design, section 11)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from wellspring_common.tunables import Tunables

from .addresses import extension_of
from .offers import PLAYABLE, Link

EVERY_SERVER = "*"
IP_BOUND = "ip_bound"
_OWN = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


class Via(StrEnum):
    """The way of a link."""

    DIRECT = "direct"
    RELAY = "relay"


@dataclass(frozen=True)
class Carrier:
    """What may be relayed to one client. `secure` says that the client sees us by https."""

    at_home: bool = False
    """Whether the client is in the operator's own network, and relaying there is on."""
    servers: frozenset[str] = frozenset()
    """The servers whose links are relayed to everybody."""
    secure: bool = False

    def relays(self, server: str) -> bool:
        """Return whether a server's links are relayed to this client."""
        return self.at_home or server in self.servers or EVERY_SERVER in self.servers

    def to_player(self, link: Link) -> Via | None:
        """Return how a link gets to a player that follows redirects and sends no header of its own."""
        if link.kind == "embed":
            return None
        relay = Via.RELAY if self.relays(link.server) else None
        if link.container == "dash":
            relay = None  # the addresses of its parts are patterns: none of them could be made ours
        if _is_ours_only(link):
            return relay
        return relay or Via.DIRECT if self._is_mixed(link) else Via.DIRECT

    def to_browser(self, link: Link) -> Via | None:
        """Return how a link gets to a page of ours.

        A page may read an HLS playlist of another origin only where that allows it, which most don't.
        """
        if link.kind == "embed" or link.container not in PLAYABLE:
            return None
        relay = Via.RELAY if self.relays(link.server) else None
        if _is_ours_only(link) or self._is_mixed(link):
            return relay
        return relay or Via.DIRECT if link.container == "hls" else Via.DIRECT

    def shown(self, link: Link, episode_id: int) -> dict[str, Any]:
        """Return what a page is told of the way: whether it can play the link, how, and at which address."""
        via = self.to_browser(link)
        url = link.url if via is Via.DIRECT else None
        if via is Via.RELAY:
            file = f"play.{extension_of(link.container)}"
            url = f"/relay/{episode_id}/{link.id}.{link.generation}/{file}"
        return {"playable": via is not None, "via": via, "play_url": url}

    def _is_mixed(self, link: Link) -> bool:
        return self.secure and link.url[:5].lower() == "http:"


NOBODY = Carrier()
"""Nothing is relayed."""


def carrier(tunables: Tunables, *, at_home: bool, secure: bool) -> Carrier:
    """Return what may be relayed to a client."""
    home = at_home and tunables.relay_at_home
    return Carrier(at_home=home, servers=frozenset(tunables.relay_servers), secure=secure)


@lru_cache(maxsize=1024)
def is_own_network(address: str | None) -> bool:
    """Return whether an address is one of a private network, or of this machine."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in _OWN if network.version == plain.version)


def _is_ours_only(link: Link) -> bool:
    """Return whether only who scraped a link, or knows its headers, gets the file."""
    return link.needs_headers or link.refresh_class == IP_BOUND
