"""Where a lean probe goes: each host vetted once, and a path sent byte for byte as it is written."""

import re
from functools import lru_cache
from typing import NamedTuple

from yarl import URL

from .guard import LONGEST_URL, Guard, host_key

MOST_ORIGINS = 1024
# Nothing here is written in two ways: no escape in the host, no fragment, no empty query.
_ORDINARY = re.compile(
    r"(https?://[a-z0-9.-]+(?::[0-9]{1,5})?)(/[!$&-;=@-\[\]_a-z~%]*(?:\?[!$&-;=?-\[\]_a-z~%]+)?)"
)


class Origin(NamedTuple):
    """What connections are kept by, vetted. `shown` is its `Host`, `key` what limits name it by."""

    host: str
    port: int
    is_secure: bool
    shown: str
    key: str


class Aim(NamedTuple):
    """One vetted URL in its normal form, and its parts. A tuple because one is made for each of thousands."""

    origin: Origin
    target: str
    url: str


class Aims:
    """Vets URLs by a guard. Most paths need no parsing: the guard's verdict is on what comes before."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._origins = lru_cache(MOST_ORIGINS)(self._plain_origin)

    def at(self, text: str) -> Aim:
        """Return where a URL leads. Raises what `Guard.vet` raises."""
        ordinary = _ORDINARY.fullmatch(text)
        if ordinary is not None and len(text) <= LONGEST_URL:
            start, target = ordinary.groups()
            origin = self._origins(start)
            if origin is not None:
                return Aim(origin, target, text)
        return aim_of(self._guard.vet(text))

    def _plain_origin(self, start: str) -> Origin | None:
        """Return the origin unless its normal form is another one."""
        url = self._guard.vet(f"{start}/")
        return aim_of(url).origin if str(url) == f"{start}/" else None


def aim_of(url: URL) -> Aim:
    """Return the aim that a vetted URL is."""
    assert url.raw_host is not None and url.port is not None  # noqa: S101, PT018  (the guard saw to it)
    origin = Origin(
        url.raw_host, url.port, url.scheme == "https", url.host_port_subcomponent or "", host_key(url)
    )
    return Aim(origin, url.raw_path_qs, str(url))
