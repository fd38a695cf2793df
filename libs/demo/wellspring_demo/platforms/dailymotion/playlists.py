"""Playlists: a season each, if their owner likes it so."""

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from ...state import WorldState
from ..contract import PAGE_MOST, PLAYLISTS
from .keys import TokenDesk
from .legacy_words import PLAYLIST_DEFAULT, VIDEO_DEFAULT, chosen, page_of, playlist_fields, video_fields
from .records import Playlist
from .refusals import missing, not_found
from .studio import Studio

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def made(studio: Studio, profile: str, name: str, description: str) -> Playlist:
    """A new playlist. Two may have one name."""
    playlist = Playlist("x" + secrets.token_hex(3), profile, name, studio.clock.now(), description)
    studio.shelf.keep("playlist", playlist.id, playlist)
    return playlist


def found(studio: Studio, key: str) -> Playlist:
    """The playlist of this id; raises Refused."""
    playlist: Playlist | None = studio.shelf.find("playlist", key)
    if playlist is None or playlist.deleted:
        raise not_found("playlist", key)
    return playlist


def of_profile(studio: Studio, profile: str) -> list[Playlist]:
    """The playlists of a profile, oldest first."""
    every: list[Playlist] = studio.shelf.all("playlist")
    return [one for one in every if one.profile == profile and not one.deleted]


def put(studio: Studio, playlist: Playlist, video_id: str) -> None:
    """Put a video at the end of a playlist, once; raises Refused for a video that is not there."""
    video = studio.video(video_id)
    if video is None:
        raise not_found("video", video_id)
    if video.id not in playlist.videos:
        playlist.videos.append(video.id)
        studio.shelf.keep("playlist", playlist.id, playlist)


def take(studio: Studio, playlist: Playlist, video_id: str) -> None:
    """Take a video out of a playlist; raises Refused when it is not in it."""
    if video_id not in playlist.videos:
        raise not_found("video", video_id)
    playlist.videos.remove(video_id)
    studio.shelf.keep("playlist", playlist.id, playlist)


class LegacyPlaylists:
    """The playlists of the older APIs."""

    def __init__(
        self, state: WorldState, keys: TokenDesk, realm: str, owner_of: Callable[[web.Request], str]
    ) -> None:
        self._state = state
        self._studio: Studio = state.dailymotion
        self._keys = keys
        self._scopes = PLAYLISTS[realm]
        self._owner_of = owner_of

    def table(self, root: str, owner: str) -> list[tuple[str, str, Answering]]:
        """Method, path and handler of each call."""
        one = f"{root}/playlist/{{id}}"
        return [
            ("GET", f"{owner}/playlists", self.listing),
            ("POST", f"{owner}/playlists", self.create),
            ("GET", one, self.show),
            ("DELETE", one, self.delete),
            ("GET", f"{one}/videos", self.videos),
            ("POST", f"{one}/videos/{{video}}", self.put),
            ("DELETE", f"{one}/videos/{{video}}", self.take),
        ]

    async def listing(self, request: web.Request) -> web.Response:
        """A page of an account's playlists."""
        every = of_profile(self._studio, self._owner_of(request))
        told = [chosen(request.query, playlist_fields(one), PLAYLIST_DEFAULT) for one in every]
        return web.json_response(page_of(request.query, told, PAGE_MOST))

    async def create(self, request: web.Request) -> web.Response:
        """Make a playlist."""
        self._keys.entitled(request, self._scopes)
        form = await request.post()
        name = str(form.get("name", "")).strip()
        if not name:
            raise missing("name")
        playlist = made(self._studio, self._owner_of(request), name, str(form.get("description", "")))
        return web.json_response(chosen(request.query, playlist_fields(playlist), PLAYLIST_DEFAULT))

    async def show(self, request: web.Request) -> web.Response:
        """One playlist."""
        playlist = found(self._studio, request.match_info["id"])
        return web.json_response(chosen(request.query, playlist_fields(playlist), PLAYLIST_DEFAULT))

    async def delete(self, request: web.Request) -> web.Response:
        """Take a playlist away; its videos stay."""
        self._keys.entitled(request, self._scopes)
        playlist = found(self._studio, request.match_info["id"])
        playlist.deleted = True
        self._studio.shelf.keep("playlist", playlist.id, playlist)
        return web.json_response({})

    async def videos(self, request: web.Request) -> web.Response:
        """A page of a playlist, in its order."""
        playlist = found(self._studio, request.match_info["id"])
        www = self._state.addresses["dailymotion-www"]
        videos = [video for key in playlist.videos if (video := self._studio.video(key))]
        told = [
            chosen(request.query, video_fields(self._studio, one, www), VIDEO_DEFAULT)
            for one in videos
            if self._studio.public(one) or self._keys.asker(request)
        ]
        return web.json_response(page_of(request.query, told, PAGE_MOST))

    async def put(self, request: web.Request) -> web.Response:
        """Put a video into a playlist."""
        self._keys.entitled(request, self._scopes)
        put(self._studio, found(self._studio, request.match_info["id"]), request.match_info["video"])
        return web.json_response({})

    async def take(self, request: web.Request) -> web.Response:
        """Take a video out of a playlist."""
        self._keys.entitled(request, self._scopes)
        take(self._studio, found(self._studio, request.match_info["id"]), request.match_info["video"])
        return web.json_response({})
