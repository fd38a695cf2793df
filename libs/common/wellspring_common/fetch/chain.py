"""A request and where its redirects lead, decided hop by hop."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from multidict import CIMultiDict
from yarl import URL

from wellspring_common.errors import Permanent

from .page import Request

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SECRET = ("authorization", "cookie", "proxy-authorization")


@dataclass(frozen=True)
class Hop:
    """One request of a chain."""

    url: str
    method: str
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Any = None


@dataclass
class Trail:
    """What a chain of requests left behind. `url` is where it has come to."""

    url: URL
    hops: list[str] = field(default_factory=list)
    spent_s: float = 0.0


def first_hop(request: Request) -> Hop:
    """Return the request as the first hop of its chain."""
    return Hop(request.url, request.method.upper(), request.headers, request.form, request.json)


def next_hop(hop: Hop, url: URL, status: int, location: str | None) -> Hop | None:
    """Return where a response redirects to, or nothing. Raises `Permanent` with `bad_url`.

    As browsers do: 303 always, 301 and 302 after a POST turn into GET; secrets stay with their origin.
    """
    if status not in REDIRECTS or not location:
        return None
    try:
        target = url.join(URL(location.strip()))
    except (ValueError, IndexError):  # the parser trips over some brackets
        raise Permanent("The redirect leads to something that is no URL.", code="bad_url") from None
    moved = replace(hop, url=str(target))
    if status == 303 or (status in {301, 302} and hop.method == "POST"):  # noqa: PLR2004  (an HTTP status)
        moved = replace(moved, method="HEAD" if hop.method == "HEAD" else "GET", form=None, json=None)
    if target.scheme not in {"http", "https"} or not target.host or target.origin() != url.origin():
        kept = CIMultiDict(hop.headers)
        for name in _SECRET:
            kept.popall(name, None)
        moved = replace(moved, headers=dict(kept))
    return moved
