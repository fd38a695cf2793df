"""The newest API: JSON under /v2, a token from a host of its own, no `me` but in one place."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ...state import WorldState
from ..contract import ACCOUNT, DELETING, EDITING, PLAYLISTS, READING, UPLOADING
from . import playlists
from .desk import Desk
from .keys import TokenDesk
from .records import Video
from .refusals import Refused, forbidden, invalid, missing, not_found, v2_answer
from .settings import FOREIGN_PROFILE, PROFILES
from .studio import Studio
from .v2_words import chosen, page_of, playlist_fields, video_fields, wish_of

REALM = "v2"
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class V2Api:
    """The newest API, without its token endpoint."""

    def __init__(self, state: WorldState, desk: Desk) -> None:
        self._state = state
        self._studio: Studio = state.dailymotion
        self._desk = desk
        self._keys = TokenDesk(self._studio, REALM)

    def routes(self) -> list[web.RouteDef]:
        """What this API answers to."""
        profile, video, playlist = "/v2/profiles/{profile}", "/v2/videos/{id}", "/v2/playlists/{id}"
        table: list[tuple[str, str, Answering]] = [
            ("GET", "/v2/me", self.me),
            ("POST", "/v2/files/upload_sessions", self.upload_session),
            ("GET", profile, self.profile),
            ("GET", f"{profile}/videos", self.videos),
            ("POST", f"{profile}/videos", self.create),
            ("GET", video, self.video),
            ("PATCH", video, self.edit),
            ("DELETE", video, self.delete),
            ("GET", f"{profile}/playlists", self.playlists),
            ("POST", f"{profile}/playlists", self.create_playlist),
            ("GET", playlist, self.playlist),
            ("GET", f"{playlist}/videos", self.playlist_videos),
            ("POST", f"{playlist}/videos", self.put),
            ("DELETE", f"{playlist}/videos/{{video}}", self.take),
        ]
        return [web.route(method, path, _answered(handler)) for method, path, handler in table]

    async def me(self, request: web.Request) -> web.Response:
        """Who asks, and the profiles that are theirs."""
        self._keys.entitled(request, ACCOUNT[REALM])
        profiles = [{"profile_id": key, "name": name} for key, name in PROFILES.items()]
        return web.json_response({"user_id": "xuser1", "profiles": profiles})

    async def upload_session(self, request: web.Request) -> web.Response:
        """Give out an upload address."""
        self._keys.entitled(request, UPLOADING[REALM])
        upload = self._desk.open()
        host = self._state.addresses[upload.host]
        told = {
            "upload_url": f"{host}/upload?uuid={upload.uuid}&seal={upload.seal}",
            "progress_url": f"{host}/progress?uuid={upload.uuid}",
        }
        return web.json_response(told, status=201)

    async def profile(self, request: web.Request) -> web.Response:
        """One of the own profiles."""
        self._keys.entitled(request, ACCOUNT[REALM])
        profile = self._own(request)
        return web.json_response({"profile_id": profile, "name": PROFILES[profile]})

    async def videos(self, request: web.Request) -> web.Response:
        """A page of a profile's videos, newest first."""
        self._keys.entitled(request, READING[REALM])
        found = self._studio.listed(self._own(request), owner=True)
        wanted = set(filter(None, request.query.get("tags", "").split(",")))
        visibility = request.query.get("visibility")
        told = [
            chosen(request.query, self._fields(one))
            for one in found
            if wanted <= set(one.tags) and visibility in {None, one.visibility}
        ]
        return web.json_response(page_of(request.query, told))

    async def create(self, request: web.Request) -> web.Response:
        """Make a video of an address."""
        self._keys.entitled(request, UPLOADING[REALM])
        profile = self._own(request)
        video = self._studio.create(profile, REALM, wish_of(await _body(request), new=True))
        return web.json_response(self._fields(video), status=201)

    async def video(self, request: web.Request) -> web.Response:
        """One video."""
        self._keys.entitled(request, READING[REALM])
        return web.json_response(chosen(request.query, self._fields(self._found(request))))

    async def edit(self, request: web.Request) -> web.Response:
        """Change some fields of a video; `visibility` publishes it."""
        self._keys.entitled(request, EDITING[REALM])
        video = self._found(request)
        self._studio.change(video, wish_of(await _body(request), new=False))
        return web.json_response(self._fields(video))

    async def delete(self, request: web.Request) -> web.Response:
        """Take a video away."""
        self._keys.entitled(request, DELETING[REALM])
        self._studio.delete(self._found(request))
        return web.Response(status=204)

    async def playlists(self, request: web.Request) -> web.Response:
        """A page of a profile's playlists."""
        self._keys.entitled(request, READING[REALM])
        every = playlists.of_profile(self._studio, self._own(request))
        return web.json_response(page_of(request.query, [playlist_fields(one) for one in every]))

    async def create_playlist(self, request: web.Request) -> web.Response:
        """Make a playlist."""
        self._keys.entitled(request, PLAYLISTS[REALM])
        profile, body = self._own(request), await _body(request)
        title = body.get("title")
        if not isinstance(title, str) or not title.strip():
            raise missing("title")
        made = playlists.made(self._studio, profile, title, str(body.get("description") or ""))
        return web.json_response(playlist_fields(made), status=201)

    async def playlist(self, request: web.Request) -> web.Response:
        """One playlist."""
        self._keys.entitled(request, READING[REALM])
        return web.json_response(playlist_fields(playlists.found(self._studio, request.match_info["id"])))

    async def playlist_videos(self, request: web.Request) -> web.Response:
        """A page of a playlist, in its order."""
        self._keys.entitled(request, READING[REALM])
        keys = playlists.found(self._studio, request.match_info["id"]).videos
        videos = [video for key in keys if (video := self._studio.video(key))]
        return web.json_response(
            page_of(request.query, [chosen(request.query, self._fields(one)) for one in videos])
        )

    async def put(self, request: web.Request) -> web.Response:
        """Put a video into a playlist."""
        self._keys.entitled(request, PLAYLISTS[REALM])
        playlist = playlists.found(self._studio, request.match_info["id"])
        video_id = (await _body(request)).get("video_id")
        if not isinstance(video_id, str):
            raise missing("video_id")
        playlists.put(self._studio, playlist, video_id)
        return web.json_response(playlist_fields(playlist), status=201)

    async def take(self, request: web.Request) -> web.Response:
        """Take a video out of a playlist."""
        self._keys.entitled(request, PLAYLISTS[REALM])
        playlist = playlists.found(self._studio, request.match_info["id"])
        playlists.take(self._studio, playlist, request.match_info["video"])
        return web.Response(status=204)

    def _found(self, request: web.Request) -> Video:
        video = self._studio.video(request.match_info["id"])
        if video is None:
            raise not_found("Video", request.match_info["id"])
        return video

    def _fields(self, video: Video) -> dict[str, Any]:
        return video_fields(self._studio, video, self._state.addresses["dailymotion-www"])

    def _own(self, request: web.Request) -> str:
        key = request.match_info["profile"]
        if key == FOREIGN_PROFILE:
            raise forbidden("The access token gives no permission on this profile")
        if key not in PROFILES:
            raise not_found("Profile", key)
        return key


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused(415, "unsupported_media_type", "The body must be application/json")
    try:
        body = await request.json()
    except json.JSONDecodeError as error:
        raise invalid("body", "it is no JSON") from error
    if not isinstance(body, dict):
        raise invalid("body", "it must be a JSON object")
    return body


def _answered(handler: Answering) -> Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return v2_answer(refused)

    return answer
