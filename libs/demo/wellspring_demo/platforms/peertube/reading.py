"""Shows uploaded videos to everybody, beside those of the library: details, pages, films, playlists."""

import html
from typing import Protocol

from aiohttp import web

from ...state import WorldState
from ..showing import film_response, listing, page, paragraphs, player
from .keys import TubeKeys
from .own import page_of
from .problems import Problem
from .settings import CHANNELS
from .studio import TubeStudio
from .words import channel, playlist_told, video_details, video_summary


class Library(Protocol):
    """What answers for everything that nobody uploaded."""

    async def video(self, request: web.Request) -> web.Response:
        """Answer for a video."""

    async def watch(self, request: web.Request) -> web.Response:
        """Answer with a page."""

    async def channel(self, request: web.Request) -> web.Response:
        """Answer for a channel."""

    async def channel_videos(self, request: web.Request) -> web.Response:
        """Answer with a channel's videos."""

    async def playlist(self, request: web.Request) -> web.Response:
        """Answer for a playlist."""

    async def playlist_videos(self, request: web.Request) -> web.Response:
        """Answer with a playlist's videos."""


class Reading:
    """The reading side of what was uploaded."""

    def __init__(self, state: WorldState, keys: TubeKeys, library: Library) -> None:
        self._state = state
        self._studio: TubeStudio = state.peertube
        self._keys = keys
        self._library = library

    async def video(self, request: web.Request) -> web.Response:
        """One video: its owner sees it in every privacy."""
        video = self._studio.video(request.match_info["id"])
        if video is None:
            return await self._library.video(request)
        if not self._studio.visible(video) and self._keys.asker(request) is None:
            raise Problem(403, "Cannot fetch information of private/internal/blocked video")
        return web.json_response(video_details(self._studio, video, self._base))

    async def channel(self, request: web.Request) -> web.Response:
        """A channel."""
        number = _number_of(request)
        if number is None:
            return await self._library.channel(request)
        return web.json_response(channel(number, self._base))

    async def channel_videos(self, request: web.Request) -> web.Response:
        """A channel's public videos, newest first."""
        number = _number_of(request)
        if number is None:
            return await self._library.channel_videos(request)
        return page_of(
            request,
            [
                video_summary(self._studio, one, self._base)
                for one in self._studio.videos()
                if one.channel_id == number and self._studio.public(one)
            ],
        )

    async def playlist(self, request: web.Request) -> web.Response:
        """A playlist."""
        playlist = self._studio.playlist(request.match_info["id"])
        if playlist is None:
            return await self._library.playlist(request)
        return web.json_response(playlist_told(playlist, self._base))

    async def playlist_videos(self, request: web.Request) -> web.Response:
        """A playlist's elements, in its order."""
        playlist = self._studio.playlist(request.match_info["id"])
        if playlist is None:
            return await self._library.playlist_videos(request)
        owner = self._keys.asker(request) is not None
        told = []
        for position, (number, key) in enumerate(playlist.elements, start=1):
            video = self._studio.video(str(key))
            shown = video is not None and (owner or self._studio.visible(video))
            seen = video_summary(self._studio, video, self._base) if video and shown else None
            told.append({"id": number, "position": position, "type": 0 if shown else 1, "video": seen})
        return page_of(request, told)

    async def watch(self, request: web.Request) -> web.Response:
        """The page of a video with its player."""
        video = self._studio.video(request.match_info["id"])
        if video is None:
            return await self._library.watch(request)
        if not self._studio.visible(video):
            return page("Video not found", "<p>It is not public, or not ready yet.</p>", 404)
        name = html.escape(CHANNELS[video.channel_id])
        shown = player(f"/static/web-videos/up-{video.uuid}.mp4")
        shown += f'<p><a href="/c/{name}">{name}</a></p>'
        return page(video.name, shown + paragraphs(video.description or ""))

    async def channel_page(self, request: web.Request) -> web.Response:
        """The page of a channel."""
        number = _number_of(request)
        if number is None:
            return page("Channel not found", "<p>There is no such channel.</p>", 404)
        found = (
            (f"/w/{one.short}", one.name)
            for one in self._studio.videos()
            if one.channel_id == number and self._studio.public(one)
        )
        return page(CHANNELS[number], listing(found))

    async def playlist_page(self, request: web.Request) -> web.Response:
        """The page of a playlist."""
        playlist = self._studio.playlist(request.match_info["id"])
        if playlist is None:
            return page("Playlist not found", "<p>There is no such playlist.</p>", 404)
        videos = [video for _, key in playlist.elements if (video := self._studio.video(str(key)))]
        shown = listing((f"/w/{one.short}", one.name) for one in videos if self._studio.visible(one))
        return page(playlist.name, shown)

    async def welcome(self, _request: web.Request) -> web.Response:
        """The channels that are uploaded to."""
        return page("The demo's PeerTube", listing((f"/c/{name}", name) for name in CHANNELS.values()))

    async def film(self, request: web.Request) -> web.StreamResponse:
        """The film of an uploaded video, or the part of it that was asked for."""
        video = self._studio.video(request.match_info["id"])
        if video is None or not (self._studio.visible(video) or self._keys.asker(request)):
            raise web.HTTPNotFound(text="Not found")
        return await film_response(self._state, request, self._studio.path(video.film))

    @property
    def _base(self) -> str:
        return self._state.addresses["peertube"]


def _number_of(request: web.Request) -> int | None:
    name = request.match_info["name"].partition("@")[0]
    return next((number for number, known in CHANNELS.items() if known == name), None)
