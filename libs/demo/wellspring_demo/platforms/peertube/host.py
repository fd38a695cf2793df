"""All that an account can do on the PeerTube's host, in front of the library that everybody reads."""

from aiohttp import web

from ...state import WorldState
from ..showing import STYLE_PATH, style
from .keys import TubeKeys
from .own import Own
from .problems import Answering, answered
from .reading import Library, Reading
from .resumable import PATH, Resumable

_API = "/api/v1"


def account_routes(state: WorldState, library: Library) -> list[web.RouteDef]:
    """The routes of an account; what they do not know they pass on to the library."""
    keys = TubeKeys(state.peertube)
    own, reading, resumable = Own(state, keys), Reading(state, keys, library), Resumable(state.peertube, keys)
    lists = f"{_API}/video-playlists"
    table: list[tuple[str, str, Answering]] = [
        ("GET", f"{_API}/oauth-clients/local", keys.client),
        ("POST", f"{_API}/users/token", keys.token),
        ("GET", f"{_API}/users/me", own.me),
        ("GET", f"{_API}/users/me/video-quota-used", own.quota),
        ("GET", f"{_API}/users/me/videos", own.videos),
        ("POST", PATH, resumable.open),
        ("PUT", PATH, resumable.send),
        ("DELETE", PATH, resumable.cancel),
        ("GET", f"{_API}/videos/{{id}}", reading.video),
        ("PUT", f"{_API}/videos/{{id}}", own.edit),
        ("DELETE", f"{_API}/videos/{{id}}", own.delete),
        ("GET", f"{_API}/accounts/{{name}}/video-playlists", own.playlists),
        ("POST", lists, own.create_playlist),
        ("GET", f"{lists}/{{id}}", reading.playlist),
        ("DELETE", f"{lists}/{{id}}", own.delete_playlist),
        ("GET", f"{lists}/{{id}}/videos", reading.playlist_videos),
        ("POST", f"{lists}/{{id}}/videos", own.put),
        ("DELETE", f"{lists}/{{id}}/videos/{{element:[0-9]{{1,9}}}}", own.take),
        ("GET", f"{_API}/video-channels/{{name}}", reading.channel),
        ("GET", f"{_API}/video-channels/{{name}}/videos", reading.channel_videos),
        ("GET", "/w/{id}", reading.watch),
        ("GET", "/videos/watch/{id}", reading.watch),
        ("GET", "/w/p/{id}", reading.playlist_page),
        ("GET", "/c/{name}", reading.channel_page),
        ("GET", "/", reading.welcome),
        ("GET", STYLE_PATH, style),
        ("GET", "/static/web-videos/up-{id}.mp4", reading.film),
    ]
    return [_route(method, path, answered(handler)) for method, path, handler in table]


def _route(method: str, path: str, handler: Answering) -> web.RouteDef:
    # a route for GET answers HEAD too only when it is made as one
    return web.get(path, handler) if method == "GET" else web.route(method, path, handler)
