"""The public face of the Dailymotion: a page for each video that is out, one for a channel, and the films."""

import html

from aiohttp import web

from ...state import WorldState
from ..showing import STYLE_PATH, film_response, listing, page, paragraphs, player, style
from . import playlists
from .desk import SUFFIX
from .records import Video
from .refusals import Refused
from .settings import PROFILES
from .studio import Studio


class Pages:
    """What people see."""

    def __init__(self, state: WorldState) -> None:
        self._state = state
        self._studio: Studio = state.dailymotion

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/", self.welcome),
            web.get(STYLE_PATH, style),
            web.get("/video/{id}", self.video),
            web.get("/embed/video/{id}", self.video),
            web.get("/playlist/{id}", self.playlist),
            web.get("/film/{id}.mp4", self.film),
            web.get("/{channel}", self.channel),
        ]

    async def welcome(self, _request: web.Request) -> web.Response:
        """The channels."""
        return page("The demo's Dailymotion", listing((f"/{name}", name) for name in PROFILES.values()))

    async def video(self, request: web.Request) -> web.Response:
        """A video with its player."""
        key = request.match_info["id"]
        video = self._watchable(key)
        if video is None:
            return page("Video not found", "<p>It is not published, or it never was here.</p>", 404)
        channel = PROFILES[video.profile]
        facts = f'<p>{html.escape(video.category)} · <a href="/{channel}">{channel}</a></p>'
        tags = "".join(f"<li>{html.escape(tag)}</li>" for tag in video.tags)
        shown = player(f"/film/{key}.mp4") + facts + paragraphs(video.description)
        return page(video.title, f'{shown}<ul class="tags">{tags}</ul>')

    async def channel(self, request: web.Request) -> web.Response:
        """What a channel has published, newest first, and its playlists."""
        try:
            profile = self._studio.profile_named(request.match_info["channel"])
        except Refused:
            return page("Channel not found", "<p>There is no such channel.</p>", 404)
        lists = playlists.of_profile(self._studio, profile)
        shown = self._listing(self._studio.listed(profile, owner=False))
        if lists:
            named = ((f"/playlist/{one.id}", f"{one.name} ({len(one.videos)})") for one in lists)
            shown += f"<h2>Playlists</h2>{listing(named)}"
        return page(PROFILES[profile], shown)

    async def playlist(self, request: web.Request) -> web.Response:
        """A playlist, in its order."""
        try:
            playlist = playlists.found(self._studio, request.match_info["id"])
        except Refused:
            return page("Playlist not found", "<p>There is no such playlist.</p>", 404)
        videos = [video for key in playlist.videos if (video := self._studio.video(key))]
        return page(playlist.name, self._listing([one for one in videos if self._studio.public(one)]))

    async def film(self, request: web.Request) -> web.StreamResponse:
        """The film of a video, or the part of it that was asked for."""
        video = self._watchable(request.match_info["id"])
        if video is None or video.file is None:
            raise web.HTTPNotFound(text="Not found")
        return await film_response(self._state, request, self._studio.films / f"{video.file}{SUFFIX}")

    def _watchable(self, key: str) -> Video | None:
        """The video that this id shows: a private one only by its private id."""
        video = self._studio.video(key)
        if video is None or self._studio.stage(video).status != "published":
            return None
        return video if video.visibility == "public" or key == video.private_id else None

    def _listing(self, videos: list[Video]) -> str:
        return listing((f"/video/{one.id}", one.title) for one in videos)
