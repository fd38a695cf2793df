"""The 10gbps host: two redirects, a last page that holds the real link, and the file behind it."""

from urllib.parse import quote

from aiohttp import web

from ..domain.issuing import Standing, Verdict
from ..domain.pages import fast_page
from ..state import WorldState
from .answers import html_response
from .files import serve_clip
from .habits import refusal


class Fast:
    """A host that makes a reader walk."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/", self.entrance),
            web.get("/go/{id}", self.corridor),
            web.get("/dl.php", self.last_page),
            web.get("/f/{key}/{name}", self.file),
        ]

    async def entrance(self, request: web.Request) -> web.Response:
        """The address on the button: it redirects to the next hop."""
        fast_id = request.query.get("id", "")
        return self._refusal(self._state.issuer.judge_fast_id(fast_id)) or _redirect(f"/go/{quote(fast_id)}")

    async def corridor(self, request: web.Request) -> web.Response:
        """The second hop: it issues the real link and carries it along as `link`."""
        verdict = self._state.issuer.judge_fast_id(request.match_info["id"])
        if refused := self._refusal(verdict):
            return refused
        clip = self._state.catalogue.clips[verdict.key]
        path = self._state.issuer.fast_path(clip, request.remote or "")
        return _redirect(f"/dl.php?link={quote(self._state.addresses['10gbps'] + path, safe='')}")

    async def last_page(self, request: web.Request) -> web.Response:
        """The page that shows the real link and says that there is no resume."""
        link = request.query.get("link", "")
        if not link.startswith(self._state.addresses["10gbps"] + "/f/"):
            return web.Response(status=404, text="Nothing here")
        return html_response(fast_page(link.split("?")[0].rsplit("/", 1)[1], link))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The file; 403 for a link that has expired or was never issued."""
        key, query = request.match_info["key"], request.query
        verdict = self._state.issuer.judge_fast_file(
            key, query.get("Expires", ""), query.get("Signature", "")
        )
        if refused := refusal(self._state, request, "10gbps", verdict) or self._refusal(verdict):
            return refused
        return await serve_clip(self._state, request, self._state.catalogue.clips[key], attachment=True)

    def _refusal(self, verdict: Verdict) -> web.Response | None:
        if verdict.standing is Standing.GOOD:
            return None
        return web.Response(status=403, text="AccessDenied: request has expired")


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})
