"""Answers that are not ours: playlists with their addresses made ours, and files passed through."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog
from fastapi import Request
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from wellspring_common import metrics
from wellspring_common.errors import WellspringError

from ..addressing import Media, Opened
from ..domain import manifests
from ..domain.carrying import Carrier, carrier, is_own_network
from ..domain.offers import Link
from ..domain.playlists import MEDIA_TYPE, Address, file_of, rewritten
from ..domain.relaying import PASSED_ON, relayed_headers, upstream_headers, whole_headers
from ..domain.sealing import Part, seal
from ..door import Door, door_of
from ..forwarding import TRUSTED
from ..relays import Pipe, RelayResponse
from .guards import client
from .problems import Problem
from .view import base_url, is_secure

PART_LIFE_S = 12 * 3600
"""Longer than anybody watches one film with all its pauses."""
BUSY_S = 5.0
ASK_BY_GET = frozenset({400, 403, 405, 501})
NO_STORE = {"Cache-Control": "no-store"}
OPEN_TO_ALL = {**NO_STORE, "Access-Control-Allow-Origin": "*"}
"""For players in pages of others: what they read needs no cookie of ours, and they send none."""
FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Carried:
    """A URL of a stored link, or one that its playlist led to."""

    url: str
    server: str
    link_id: int
    generation: int
    needs_headers: bool
    relayed: bool

    def part(self, url: str, *, is_list: bool, until: int) -> Part:
        """Return what a playlist at this URL leads to."""
        return Part(
            url=url,
            is_list=is_list,
            server=self.server,
            link_id=self.link_id,
            generation=self.generation,
            needs_headers=self.needs_headers,
            relayed=self.relayed,
            until=until,
        )


def of_link(link: Link, *, relayed: bool) -> Carried:
    """Return the URL of a link."""
    return Carried(link.url, link.server, link.id, link.generation, link.needs_headers, relayed)


def of_part(part: Part) -> Carried:
    """Return the URL of a playlist's part."""
    return Carried(part.url, part.server, part.link_id, part.generation, part.needs_headers, part.relayed)


def at_home(request: HTTPConnection) -> bool:
    """Return whether a request comes from the operator's own network.

    A proxy is a neighbour, whoever is behind it: only one that is trusted says who that is, and it must.
    """
    is_forwarded = any(name in FORWARDED for name, _ in request.scope["headers"])
    if is_forwarded is not request.scope.get(TRUSTED, False):
        return False
    return is_own_network(request.client.host if request.client else None)


def carrier_for(request: HTTPConnection) -> Carrier:
    """Return what may be relayed to whoever asks."""
    tunables = door_of(request).tunables.current
    return carrier(tunables, at_home=at_home(request), secure=is_secure(request))


async def playlist(request: Request, carried: Carried, *, who: str) -> Response:
    """Answer with a playlist, from our own origin. Raises `Problem`. `who` is what failures are kept by."""
    headers = {"Content-Type": MEDIA_TYPE, **OPEN_TO_ALL}
    if request.method == "HEAD":
        return Response(headers=headers)
    door = door_of(request)
    _let_through(request, carried)
    try:
        found = await door.addressing.media.playlist(carried.url, await _headers(door, carried))
    except WellspringError as error:
        raise _broken(door, who, carried, error) from error
    until = int(door.clock.now().timestamp()) + PART_LIFE_S
    address = _address(base_url(request), carried, until, await door.addressing.links.secret())
    return Response(rewritten(found.text, base=found.url, address=address), headers=headers)


async def manifest(request: Request, carried: Carried, *, who: str) -> Response:
    """Answer with a DASH manifest, from our own origin, whose files stay where they are."""
    headers = {"Content-Type": manifests.MEDIA_TYPE, **OPEN_TO_ALL}
    if request.method == "HEAD":
        return Response(headers=headers)
    door = door_of(request)
    try:
        return Response(await door.addressing.media.manifest(carried.url), headers=headers)
    except WellspringError as error:
        raise _broken(door, who, carried, error) from error


def _address(base: str, carried: Carried, until: int, secret: bytes) -> Address:
    def address(url: str, is_list: bool) -> str:  # noqa: FBT001  (a callback's shape)
        if not (is_list or carried.relayed):
            return url
        sealed = seal(carried.part(url, is_list=is_list, until=until), secret)
        return f"{base}/part/{sealed}/{file_of(url, is_list=is_list)}"

    return address


Broke = Callable[[WellspringError], Awaitable[None]]
Enough = Callable[[], Awaitable[None]]


async def relay(
    request: Request,
    carried: Carried,
    extension: str,
    *,
    who: str,
    broke: Broke | None = None,
    enough: Enough | None = None,
) -> Response:
    """Answer with a file that passes through us. Raises `Problem`.

    `broke` hears of an early end, `enough` of so much that somebody watches.
    """
    door, place = door_of(request), client(request)
    _let_through(request, carried)
    tunables, relays = door.tunables.current, door.addressing.relays
    refusal = relays.refusal(place, tunables)
    if refusal is not None:
        metrics.RELAY_REFUSALS.labels(refusal).inc()
        raise Problem("relay_full", "Too many films pass through Wellspring right now.", retry_after=BUSY_S)
    own = await _headers(door, carried)
    held = AsyncExitStack()
    try:
        held.enter_context(relays.place(place))
        opened, status, headers = await _open(request, door.addressing.media, carried, own, held)
    except BaseException as error:
        await held.aclose()
        if isinstance(error, WellspringError):
            raise _broken(door, who, carried, error) from error
        raise

    async def ended(error: WellspringError) -> None:
        _forget(door, who, carried)
        if broke is not None:
            await broke(error)

    pipe = Pipe(opened.chunks, relays.idle_s, tunables.relay_rate_kib * 1024, ended, enough)
    answer = {**relayed_headers(headers, extension=extension), **OPEN_TO_ALL}
    return RelayResponse(pipe, held, status=status, headers=answer)


async def _open(
    request: Request, media: Media, carried: Carried, own: Mapping[str, str], held: AsyncExitStack
) -> tuple[Opened, int, Mapping[str, str]]:
    """Open a file and return its answer, with the status and headers that stand for it."""
    asked = upstream_headers(request.headers, own)
    opened = await held.enter_async_context(media.open(carried.url, method=request.method, headers=asked))
    status, headers = opened.status, opened.headers
    if request.method == "HEAD" and status in ASK_BY_GET:
        first = {**asked, "Range": "bytes=0-0"}
        opened = await held.enter_async_context(media.open(carried.url, method="GET", headers=first))
        status, headers = whole_headers(opened.status, opened.headers)
    if status not in PASSED_ON:
        raise Problem("link_broken", f"The file's server answered {status}.")
    return opened, status, headers


def _let_through(request: Request, carried: Carried) -> None:
    """Raise `Problem` where a server's files are not passed through to this client, or not any more."""
    if carried.relayed and not carrier_for(request).relays(carried.server):
        metrics.RELAY_REFUSALS.labels("off").inc()
        raise Problem("relay_off", f"Links of {carried.server} are not passed through to you.")


async def _headers(door: Door, carried: Carried) -> Mapping[str, str]:
    if not carried.needs_headers:
        return {}
    found = await door.addressing.links.of(carried.link_id, carried.generation)
    if found is None:
        raise Problem("unknown_link", "This link was replaced by a newer one.")
    return found


def _forget(door: Door, who: str, carried: Carried) -> None:
    now, key = door.clock.now(), (carried.link_id, carried.generation)
    door.addressing.looked.forget(*key)
    door.addressing.failures.remember(who, *key, now=now)


def _broken(door: Door, who: str, carried: Carried, error: WellspringError) -> Problem:
    if isinstance(error, Problem) and error.code != "link_broken":
        return error
    log.info("link.broken", link_id=carried.link_id, server=carried.server, code=error.code)
    _forget(door, who, carried)
    return Problem("link_broken", error.message)
