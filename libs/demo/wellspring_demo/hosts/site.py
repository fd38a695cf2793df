"""The site: permanent pages, and pages that show their links only by script."""

import base64
from urllib.parse import quote

from aiohttp import web

from ..domain.catalogue import Source
from ..domain.pages import FileFacts, drifted, label_of, message_page, permanent_page, script_page
from ..state import WorldState
from .answers import html_response
from .buttons import completed, fresh_buttons, offered_servers
from .front import shaped
from .generator import Generator

DEAD_HOST = "http://vcloud-old.example.invalid"
"""A host that was given up: its name never resolves."""


class Site:
    """The host that an operator's sources point to."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/", self.welcome),
            web.get("/v/{id}", self.permanent),
            web.get("/j/{id}", self.scripted),
            web.post("/j/{id}/reveal", self.reveal),
            *Generator(self._state).routes(),
        ]

    async def welcome(self, _request: web.Request) -> web.Response:
        """Say what this is."""
        return html_response(message_page("The demo world", "Files live at /v/ and at /j/."))

    async def permanent(self, request: web.Request) -> web.Response:
        """The permanent page of a source, with a fresh token on every visit."""
        source = self._source(request)
        token = quote(self._state.issuer.token(source.id), safe="")
        host = DEAD_HOST if self._state.settings.token_host_dead else self._state.addresses["generator"]
        url = f"{host}/vcloud.php?host=vcloud&id={source.id}&token={token}"
        return self._answer(request, permanent_page(self._facts(source), url))

    async def scripted(self, request: web.Request) -> web.Response:
        """The page whose script brings the links; with `?click=1` only after a click."""
        source = self._source(request)
        token = self._state.issuer.token(source.id)
        page = script_page(self._facts(source), source.id, token, wait_for_click="click" in request.query)
        return self._answer(request, page)

    async def reveal(self, request: web.Request) -> web.Response:
        """The links of a script page, for whoever turned its seed round; once for each visit."""
        source = self._source(request)
        form = await request.post()
        by_script = request.headers.get("X-Requested-With") == "XMLHttpRequest"
        if not by_script or not self._state.issuer.redeem(str(form.get("key", "")), source.id):
            raise web.HTTPForbidden(text="no")
        servers = offered_servers(source, shaped(request, "only_servers"), shaped(request, "no_servers"))
        links = [
            {
                "id": button.server,
                "label": label_of(button.server),
                "href": _hidden(completed(button.href) if button.server == "fsl" else button.href),
            }
            for button in fresh_buttons(self._state, source, servers, request.remote)
        ]
        return web.json_response(links)

    def _source(self, request: web.Request) -> Source:
        source = self._state.catalogue.sources.get(request.match_info["id"])
        if source is None:
            page = message_page("File not found", "This file was removed, or never was here.")
            raise web.HTTPNotFound(text=page, content_type="text/html")
        return source

    def _facts(self, source: Source) -> FileFacts:
        return FileFacts(source.file_name, self._state.size_of(source), self._state.clock.now())

    def _answer(self, request: web.Request, page: str) -> web.Response:
        return html_response(drifted(page) if shaped(request, "drift") else page)


def _hidden(href: str) -> str:
    return base64.b64encode(href.encode()).decode()
