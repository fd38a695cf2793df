"""The hosts of the free libraries, in the order of their ports."""

from aiohttp import web

from ..hosts.front import host_app
from ..state import WorldState
from .archive import Archive, ArchiveNode
from .commons import Commons, CommonsUpload
from .media import LibraryMedia
from .peertube import PeerTube


def library_apps(state: WorldState) -> dict[str, web.Application]:
    """Return every library host by name."""
    media = LibraryMedia(state.media)
    routes = {
        "archive": Archive(state, media).routes(),
        "archive-node": ArchiveNode(media).routes(),
        "peertube": PeerTube(state, media).routes(),
        "commons": Commons(state, media).routes(),
        "commons-upload": CommonsUpload(media).routes(),
    }
    return {name: host_app(name, state, found) for name, found in routes.items()}
