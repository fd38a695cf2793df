"""What servers with habits say to links that come back."""

from aiohttp import web

from ..domain.issuing import Standing, Verdict
from ..domain.settings import REFERER
from ..state import WorldState

LIMIT_REACHED = 509
"""What hosts say that count links: bandwidth limit exceeded."""


def refusal(state: WorldState, request: web.Request, server: str, verdict: Verdict) -> web.Response | None:
    """The refusal of a link that its server's habits keep from this visitor, or nothing."""
    if verdict.standing is Standing.REPLACED:
        return web.Response(status=LIMIT_REACHED, text="Bandwidth limit exceeded: there is a newer link")
    if verdict.standing is not Standing.GOOD:
        return None
    if verdict.bound_to is not None and verdict.bound_to != request.remote:
        return web.Response(status=403, text="This link is for another address")
    homes = tuple(state.addresses[role] + "/" for role in ("site", "generator", server))
    if state.settings.has(server, REFERER) and not request.headers.get("Referer", "").startswith(homes):
        return web.Response(status=403, text="Hotlinking is not allowed")
    return None
