"""The host between a page and what it links to."""

import base64
import binascii
from urllib.parse import quote

from aiohttp import web

from ..domain import shims
from ..domain.anime.offers import Offer, read_id
from ..domain.catalogue import Source
from ..domain.pages import message_page
from ..state import WorldState
from .answers import html_response
from .buttons import fresh_link
from .drive import drive_url, stock_source


class Shim:
    """A host that only sends people on: by a redirect, by a riddle, or after a while."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/", self.onward),
            web.get("/s/{id}", self.riddle),
            web.get("/t/{id}", self.timed),
            web.get("/again/", self.again),
        ]

    async def onward(self, request: web.Request) -> web.Response:
        """A redirect to the provider of a download."""
        offer = read_id(request.query.get("id", ""))
        if offer is None or self._state.anime.by_post(offer.post_id) is None:
            raise _missing()
        return web.Response(status=302, headers={"Location": self._target(offer, request.remote)})

    async def riddle(self, request: web.Request) -> web.Response:
        """A page whose script hides the permanent page of a source."""
        return html_response(shims.rot13_page(self._state.page_url(self._source(request.match_info["id"]))))

    async def timed(self, request: web.Request) -> web.Response:
        """A page that says where to ask again, and when."""
        source, wait_s = self._source(request.match_info["id"]), self._state.settings.shim_wait_s
        ticket = self._state.tickets.issue(source.id, self._state.clock.now() + wait_s)
        base = self._state.addresses["shim"]
        return html_response(shims.timed_page(f"{base}{request.path}", wait_s, f"{base}/again/", ticket))

    async def again(self, request: web.Request) -> web.Response:
        """The permanent page of a source, for a ticket whose time has come."""
        try:
            ticket = base64.b64decode(request.query.get("re", ""), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _missing() from None
        found = self._state.tickets.read(ticket)
        if found is None:
            raise _missing()
        source_id, ready_at = found
        if self._state.clock.now() < ready_at:
            return html_response(shims.early_page())
        return html_response(shims.second_page(self._state.page_url(self._source(source_id))))

    def _source(self, source_id: str) -> Source:
        source = self._state.catalogue.sources.get(source_id)
        if source is None:
            raise _missing()
        return source

    def _target(self, offer: Offer, ip: str | None) -> str:
        drive = self._state.addresses["drive"]
        match offer.place:
            case "pdrain":
                source = self._state.catalogue.add(stock_source(self._state, offer))
                return fresh_link(self._state, source, "pixel", ip)
            case "filedon":
                return f"{drive}/view/{quote(offer.id, safe='')}"
            case "mega":
                return f"{drive}/folder/{quote(offer.id, safe='')}"
            case _:
                return drive_url(self._state, offer, ip)


def _missing() -> web.HTTPNotFound:
    page = message_page("Link not found", "No such link.")
    return web.HTTPNotFound(text=page, content_type="text/html")
