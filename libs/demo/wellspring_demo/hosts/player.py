"""The players behind the mirrors of the anime catalogue, each with its own way to hide its file."""

from urllib.parse import quote

from aiohttp import web

from ..domain.anime import players
from ..domain.anime.offers import MIRRORS, Offer, read_id
from ..state import WorldState
from .answers import html_response
from .drive import drive_url


def player_url(state: WorldState, offer: Offer) -> str:
    """The address of a player, which never changes."""
    return f"{state.addresses['player']}/dstream/{offer.place}/v5/?id={quote(offer.id, safe='')}"


class Player:
    """A host in the manner of the stream sites."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/dstream/{place}/v5/", self.player),
            web.get("/video.g", self.inner),
        ]

    async def player(self, request: web.Request) -> web.Response:
        """The page of a player, with a fresh link in it."""
        offer = read_id(request.query.get("id", ""))
        known = offer and self._state.anime.by_post(offer.post_id)
        if not offer or not known or offer.place not in MIRRORS or offer.place != request.match_info["place"]:
            return html_response(players.closed_page("Video not found"), 404)
        return self._framed(self._page(request, offer))

    async def inner(self, request: web.Request) -> web.Response:
        """The player within a player; its file is for the address that asked for it."""
        offer = read_id(request.query.get("token", ""))
        if not offer:
            return html_response(players.closed_page("Video not found"), 404)
        return html_response(players.plain_player(drive_url(self._state, offer, request.remote)))

    def _page(self, request: web.Request, offer: Offer) -> str:
        match offer.place:
            case "ondesu":
                return players.scripted_player(drive_url(self._state, offer, request.remote))
            case "updesu":
                return players.json_player(drive_url(self._state, offer, request.remote))
            case "odstream":
                inner = f"{self._state.addresses['player']}/video.g?token={quote(offer.id, safe='')}"
                return players.nesting_player(inner)
            case "vidhide":
                return players.plain_player(drive_url(self._state, offer, request.remote))
            case _:
                return players.closed_page("Video")

    def _framed(self, page: str) -> web.Response:
        response = html_response(page)
        homes = " ".join(self._state.addresses[role] for role in ("anime", "anime2"))
        response.headers["Content-Security-Policy"] = f"frame-ancestors 'self' {homes}"
        return response
