"""The FSL host: files behind a signed link that a page's script has to complete."""

from aiohttp import web

from ..domain.issuing import Standing
from ..state import WorldState
from .files import serve_clip
from .habits import refusal


class Fsl:
    """A host that says in its links when they expire."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [web.get("/{code:[0-9a-f]{32}}", self.file)]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The file; 410 for an expired link, 403 for one that no page led to."""
        query = request.query
        verdict = self._state.issuer.judge_fsl(
            request.match_info["code"], query.get("expires", ""), query.get("token", "")
        )
        if refused := refusal(self._state, request, "fsl", verdict):
            return refused
        if verdict.standing is Standing.EXPIRED:
            return web.Response(status=410, text="Link expired")
        if verdict.standing is Standing.FORGED:
            return web.Response(status=403, text="Invalid token")
        return await serve_clip(
            self._state, request, self._state.catalogue.clips[verdict.key], attachment=False
        )
