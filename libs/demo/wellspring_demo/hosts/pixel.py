"""The pixel host: a viewer page and a file behind an id that does not say when it dies."""

from aiohttp import web

from ..domain.issuing import Standing
from ..domain.pages import FileFacts, message_page, pixel_page
from ..state import WorldState
from .answers import html_response
from .files import serve_clip
from .habits import refusal


class Pixel:
    """A host in the manner of Pixeldrain."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [web.get("/u/{id}", self.page), web.get("/api/file/{id}", self.file)]

    async def page(self, request: web.Request) -> web.Response:
        """The viewer page of a file."""
        verdict = self._state.issuer.judge_pixel(request.match_info["id"])
        if verdict.standing is not Standing.GOOD or verdict.key not in self._state.catalogue.clips:
            return html_response(message_page("File not found", "The file you asked for is gone."), 404)
        source = self._state.catalogue.clips[verdict.key].source
        facts = FileFacts(source.file_name, self._state.size_of(source), self._state.clock.now())
        return html_response(pixel_page(facts, request.match_info["id"]))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The file itself; 404 when its id has died."""
        pixel_id = request.match_info["id"]
        verdict = self._state.issuer.judge_pixel(pixel_id)
        if refused := refusal(self._state, request, "pixel", verdict):
            return refused
        if verdict.standing is not Standing.GOOD or verdict.key not in self._state.catalogue.clips:
            return web.json_response({"success": False, "value": "not_found"}, status=404)
        own_page = f"{self._state.addresses['pixel']}/u/{pixel_id}"
        if self._state.settings.pixel_referer_required and request.headers.get("Referer") != own_page:
            return web.json_response({"success": False, "value": "hotlink_detected"}, status=403)
        clip = self._state.catalogue.clips[verdict.key]
        return await serve_clip(self._state, request, clip, attachment="download" in request.query)
