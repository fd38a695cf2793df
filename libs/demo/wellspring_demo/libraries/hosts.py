"""The hosts of the free libraries, in the order of their ports."""

from aiohttp import web

from ..hosts.front import host_app
from ..platforms.peertube.host import account_routes
from ..state import WorldState
from .archive import Archive, ArchiveNode
from .commons import Commons, CommonsUpload
from .media import LibraryMedia
from .peertube import PeerTube


def library_apps(state: WorldState) -> dict[str, web.Application]:
    """Return every library host by name."""
    media = LibraryMedia(state.media)
    peertube = PeerTube(state, media)
    routes = {
        "archive": Archive(state, media).routes(),
        "archive-node": ArchiveNode(media).routes(),
        "peertube": [*account_routes(state, peertube), *peertube.routes()],
        "commons": Commons(state, media).routes(),
        "commons-upload": CommonsUpload(media).routes(),
    }
    return {name: host_app(name, state, found) for name, found in routes.items()}
