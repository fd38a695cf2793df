"""The file host behind the players and downloads of the anime catalogue."""

import io
import zipfile
from urllib.parse import quote

from aiohttp import web

from ..domain.anime import players
from ..domain.anime.drive import IP_BOUND, REFERER_WANTED
from ..domain.anime.frame import episode_name
from ..domain.anime.offers import Offer, read_id, read_key
from ..domain.catalogue import Clip, Source
from ..domain.issuing import Standing
from ..domain.pages import human_size
from ..media.store import BYTES_PER_SECOND
from ..state import WorldState
from .answers import html_response
from .files import serve_clip
from .habits import LIMIT_REACHED

_REFUSALS = {
    Standing.FORGED: (403, "Forbidden"),
    Standing.EXPIRED: (410, "Gone"),
    Standing.REPLACED: (LIMIT_REACHED, "Bandwidth limit exceeded: there is a newer link"),
}


def drive_url(state: WorldState, offer: Offer, ip: str | None) -> str:
    """A fresh link to the file of an offer."""
    state.issuer.count("drive")
    name = stock_source(state, offer).file_name
    if state.is_batch(offer):
        name = name.removesuffix(".mp4") + ".zip"
    return state.addresses["drive"] + state.drive.path(offer, name, ip or "")


def stock_source(state: WorldState, offer: Offer) -> Source:
    """The file of an offer: one for each quality, whatever the episode, so that few have to be made."""
    found = state.anime.by_post(offer.post_id)
    number = found[1].number if found and found[1] else 0
    return Source(
        id=offer.key,
        show=found[0].title if found else "Nonton Demo",
        kind="series",
        season=1,
        number=float(number),
        name=episode_name(found[0], found[1]) if found and found[1] else "Batch",
        quality=offer.quality,
        year=found[0].first_day.year if found else 2026,
        stock=True,
    )


def shown_size(state: WorldState, quality: int) -> str:
    """The size that a page tells of a file of so many lines."""
    clip = _clip(stock_source(state, Offer(0, quality, "any")))
    return human_size(state.media.made_size(clip) or state.media.estimate(clip))


class Drive:
    """A host of files whose links are signed and wear out."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/f/{key}/{name}", self.file),
            web.get("/view/{id}", self.view),
            web.get("/folder/{id}", self.folder),
        ]

    async def view(self, request: web.Request) -> web.Response:
        """A page with a fresh link."""
        offer = read_id(request.match_info["id"])
        if offer is None:
            return html_response(players.closed_page("File not found"), 404)
        source = stock_source(self._state, offer)
        url = drive_url(self._state, offer, request.remote)
        return html_response(
            players.download_page(source.file_name, shown_size(self._state, offer.quality), url)
        )

    async def folder(self, _request: web.Request) -> web.Response:
        """A page that is nothing without its script."""
        return html_response(players.closed_page("Encrypted folder"))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The file; 403, 410 or 509 for a link that is not for this visitor any more."""
        offer, query = read_key(request.match_info["key"]), request.query
        if offer is None or offer.quality not in BYTES_PER_SECOND:
            return web.Response(status=404, text="Not found")
        ip = query.get("ip", "")
        verdict = self._state.drive.judge(offer, query.get("expires", ""), ip, query.get("sig", ""))
        if verdict.standing is not Standing.GOOD:
            status, text = _REFUSALS[verdict.standing]
            return web.Response(status=status, text=text)
        if offer.place == IP_BOUND and ip != request.remote:
            return web.Response(status=403, text="This link is for another address")
        if offer.place == REFERER_WANTED and not self._from_player(request):
            return web.Response(status=403, text="Hotlinking is not allowed")
        if self._state.is_batch(offer):
            return web.Response(body=_archive(request.match_info["name"]), content_type="application/zip")
        clip = _clip(stock_source(self._state, offer))
        return await serve_clip(self._state, request, clip, attachment=True)

    def _from_player(self, request: web.Request) -> bool:
        return request.headers.get("Referer", "").startswith(self._state.addresses["player"] + "/")


def _clip(source: Source) -> Clip:
    return Clip(source.id, source, "fsl")


def _archive(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("README.txt", f"{quote(name)}: all episodes of a made-up series would be in here.\n")
    return made.getvalue()
