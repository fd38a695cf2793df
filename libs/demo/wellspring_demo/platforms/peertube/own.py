"""The uploader's own things: its account, its videos in every privacy, its playlists."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from ...state import WorldState
from .keys import TubeKeys
from .problems import Problem, invalid
from .records import OwnPlaylist, OwnVideo
from .settings import CHANNELS, USERNAME
from .studio import PUBLIC, TubeStudio, checked
from .words import account, channel, playlist_told, video_summary

_USUAL, _MOST = 15, 100


class Own:
    """What an account may do with what is its own."""

    def __init__(self, state: WorldState, keys: TubeKeys) -> None:
        self._state = state
        self._studio: TubeStudio = state.peertube
        self._keys = keys

    async def me(self, request: web.Request) -> web.Response:
        """The account, its channels and its quota."""
        self._keys.entitled(request)
        settings = self._studio.settings
        return web.json_response(
            {
                "id": 21,
                "username": USERNAME,
                "account": account(self._base),
                "videoQuota": settings.quota_bytes,
                "videoQuotaDaily": settings.daily_quota_bytes,
                "videoChannels": [channel(number, self._base) for number in CHANNELS],
            }
        )

    async def quota(self, request: web.Request) -> web.Response:
        """How much of the quota is used."""
        self._keys.entitled(request)
        day = self._studio.used(86_400)
        return web.json_response({"videoQuotaUsed": self._studio.used(), "videoQuotaUsedDaily": day})

    async def videos(self, request: web.Request) -> web.Response:
        """A page of the own videos, in every privacy, newest first."""
        self._keys.entitled(request)
        words = request.query.get("search", "").lower()
        found = [
            video_summary(self._studio, one, self._base)
            for one in self._studio.videos()
            if words in one.name.lower()
        ]
        return page_of(request, found)

    async def edit(self, request: web.Request) -> web.Response:
        """Change a video; its privacy publishes it."""
        video = self._video(request)
        self._studio.apply(video, checked(await fields_of(request)))
        return web.Response(status=204)

    async def delete(self, request: web.Request) -> web.Response:
        """Take a video away."""
        video = self._video(request)
        video.deleted = True
        self._studio.keep(video)
        return web.Response(status=204)

    async def playlists(self, request: web.Request) -> web.Response:
        """A page of the account's playlists: a stranger sees the public ones."""
        owner = self._keys.asker(request) is not None
        every = [one for one in self._studio.playlists() if owner or one.privacy == PUBLIC]
        return page_of(request, [playlist_told(one, self._base) for one in every])

    async def create_playlist(self, request: web.Request) -> web.Response:
        """Make a playlist; a public one needs a channel."""
        self._keys.entitled(request)
        form = await fields_of(request)
        name = str(form.get("displayName", ""))
        if not name:
            raise invalid("displayName")
        wish = {"privacy": form.get("privacy", 3)}
        if form.get("videoChannelId"):
            wish["channelId"] = form["videoChannelId"]
        wish = checked(wish)
        if wish["privacy"] == PUBLIC and "channelId" not in wish:
            raise invalid("videoChannelId")
        made = self._studio.make_playlist(
            name, wish["privacy"], wish.get("channelId"), form.get("description")
        )
        told = {"id": made.id, "uuid": made.uuid, "shortUUID": made.short}
        return web.json_response({"videoPlaylist": told})

    async def delete_playlist(self, request: web.Request) -> web.Response:
        """Take a playlist away; its videos stay."""
        playlist = self._playlist(request)
        playlist.deleted = True
        self._studio.shelf.keep("playlist", str(playlist.id), playlist)
        return web.Response(status=204)

    async def put(self, request: web.Request) -> web.Response:
        """Put a video at the end of a playlist."""
        playlist = self._playlist(request)
        video = self._studio.video(str((await fields_of(request)).get("videoId", "")))
        if video is None:
            raise Problem(404, "Video not found")
        number = 1 + max((element for element, _ in playlist.elements), default=0)
        playlist.elements.append((number, video.id))
        self._studio.shelf.keep("playlist", str(playlist.id), playlist)
        return web.json_response({"videoPlaylistElement": {"id": number}})

    async def take(self, request: web.Request) -> web.Response:
        """Take an element out of a playlist."""
        playlist, number = self._playlist(request), int(request.match_info["element"])
        playlist.elements = [one for one in playlist.elements if one[0] != number]
        self._studio.shelf.keep("playlist", str(playlist.id), playlist)
        return web.Response(status=204)

    def _video(self, request: web.Request) -> OwnVideo:
        self._keys.entitled(request)
        video = self._studio.video(request.match_info["id"])
        if video is None:
            raise Problem(404, "Video not found")
        return video

    def _playlist(self, request: web.Request) -> OwnPlaylist:
        self._keys.entitled(request)
        playlist = self._studio.playlist(request.match_info["id"])
        if playlist is None:
            raise Problem(404, "Video playlist not found")
        return playlist

    @property
    def _base(self) -> str:
        return self._state.addresses["peertube"]


async def fields_of(request: web.Request) -> dict[str, Any]:
    """The fields of a JSON body or of a form, whose lists are named `tags[]` or `tags[0]`; raises Problem."""
    if request.content_type == "application/json":
        body = await request.json()
        if not isinstance(body, dict):
            raise invalid("body")
        return body
    fields: dict[str, Any] = {}
    for key, value in (await request.post()).items():
        name, bracket, _ = key.partition("[")
        if bracket:
            fields.setdefault(name, []).append(str(value))
        else:
            fields[name] = str(value)
    return fields


def page_of(request: web.Request, found: Sequence[Mapping[str, Any]]) -> web.Response:
    """A page of a list, cut by `start` and `count`; raises Problem."""
    start, count = request.query.get("start", "0"), request.query.get("count", str(_USUAL))
    if not start.isdecimal() or not count.isdecimal() or int(count) > _MOST:
        raise invalid("count")
    data = list(found)[int(start) : int(start) + int(count)]
    return web.json_response({"total": len(found), "data": data})
