"""The host between a page and what it links to."""

from urllib.parse import quote

from aiohttp import web

from ..domain.anime.offers import Offer, read_id
from ..domain.pages import message_page
from ..state import WorldState
from .answers import html_response
from .buttons import fresh_link
from .drive import drive_url, stock_source


class Shim:
    """A host that only sends people on."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [web.get("/", self.onward)]

    async def onward(self, request: web.Request) -> web.Response:
        """A redirect to the provider of a download."""
        offer = read_id(request.query.get("id", ""))
        if offer is None or self._state.anime.by_post(offer.post_id) is None:
            return html_response(message_page("Link not found", "No such link."), 404)
        return web.Response(status=302, headers={"Location": self._target(offer, request.remote)})

    def _target(self, offer: Offer, ip: str | None) -> str:
        drive = self._state.addresses["drive"]
        match offer.place:
            case "pdrain":
                source = self._state.catalogue.add(stock_source(self._state, offer))
                return fresh_link(self._state, source, "pixel")
            case "filedon":
                return f"{drive}/view/{quote(offer.id, safe='')}"
            case "mega":
                return f"{drive}/folder/{quote(offer.id, safe='')}"
            case _:
                return drive_url(self._state, offer, ip)
