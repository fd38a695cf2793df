"""The generator: the page behind a token, with its servers and its traps."""

from aiohttp import web

from ..domain.issuing import DEAD_PIXEL
from ..domain.pages import Button, FileFacts, drifted, generated_page, message_page, soft_expired_page
from ..state import WorldState
from .answers import html_response
from .buttons import fresh_buttons, offered_servers
from .front import shaped


class Generator:
    """The host that turns a token into links."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [web.get("/vcloud.php", self.generate)]

    async def generate(self, request: web.Request) -> web.Response:
        """The generated page; a used, old or wrong token gets 200 and no servers."""
        source = self._state.catalogue.sources.get(request.query.get("id", ""))
        if source is None:
            return html_response(message_page("File not found", "No such file."), 404)
        facts = FileFacts(source.file_name, self._state.size_of(source), self._state.clock.now())
        share_url = self._state.page_url(source)
        # HEAD must not use a token up: a browser would never send it.
        if request.method == "HEAD":
            return html_response("")
        if not self._state.issuer.redeem(request.query.get("token", ""), source.id):
            return html_response(soft_expired_page(facts, share_url))
        servers = offered_servers(source, shaped(request, "only_servers"), shaped(request, "no_servers"))
        buttons = fresh_buttons(self._state, source, servers, request.remote)
        pixel = next((button.href for button in buttons if button.server == "pixel"), None)
        decoy = f"{self._state.addresses['pixel']}/u/{DEAD_PIXEL}"
        shown = [Button("pixel", decoy) if button.server == "pixel" else button for button in buttons]
        page = generated_page(facts, share_url, shown, pixel)
        return html_response(drifted(page) if shaped(request, "drift") else page)
