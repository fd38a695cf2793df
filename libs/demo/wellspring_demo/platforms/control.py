"""How tests and the launcher steer the platforms: their habits, their verdicts, and which hosts are gone."""

import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from ..state import WorldState
from .accounts import accounts
from .dailymotion.legacy_words import video_fields
from .dailymotion.records import Video
from .dailymotion.settings import PROFILES
from .dailymotion.studio import Studio
from .peertube.words import video_details


class PlatformControl:
    """The part of the control host that is about platforms."""

    def __init__(self, state: WorldState) -> None:
        self._state = state
        self._studio: Studio = state.dailymotion

    def routes(self) -> list[web.RouteDef]:
        """What the control host answers to besides."""
        return [
            web.get("/platforms", self.accounts),
            web.get("/dailymotion", self.show),
            web.post("/dailymotion", self.happen),
            web.post("/dailymotion/settings", self.set_settings),
            web.get("/peertube", self.show_peertube),
            web.post("/peertube", self.happen_on_peertube),
            web.post("/peertube/settings", self.set_peertube),
            web.post("/doors", self.move_door),
        ]

    async def accounts(self, _request: web.Request) -> web.Response:
        """Addresses and words of the accounts."""
        return web.json_response(accounts(self._state.addresses))

    async def show(self, _request: web.Request) -> web.Response:
        """Everything that the Dailymotion holds, whatever its lists show."""
        return web.json_response(dailymotion_as_json(self._state))

    async def set_settings(self, request: web.Request) -> web.Response:
        """Change the habits of the Dailymotion."""
        settings = self._studio.settings
        settings.update(await body_of(request))
        self._studio.shelf.note("settings", settings.as_json())
        return web.json_response(settings.as_json())

    async def happen(self, request: web.Request) -> web.Response:
        """Let something happen on the Dailymotion."""
        wish = await body_of(request)
        match wish.pop("do", None):
            case "revoke":
                self._studio.shelf.note("epoch", self._studio.epoch + 1)
            case "judge":
                video = self._video(wish) if "video" in wish else None
                self._studio.judge(str(wish.get("verdict")), video, int(wish.get("times", 1)))
            case "reset":
                self._studio.reset()
            case "delete":
                self._studio.delete(self._video(wish), who="platform")
            case other:
                raise ValueError(f"do must be revoke, judge, delete or reset, not {other}")
        return web.json_response(dailymotion_as_json(self._state))

    async def show_peertube(self, _request: web.Request) -> web.Response:
        """Everything that was uploaded to the PeerTube."""
        return web.json_response(peertube_as_json(self._state))

    async def set_peertube(self, request: web.Request) -> web.Response:
        """Change the habits of the PeerTube."""
        settings = self._state.peertube.settings
        settings.update(await body_of(request))
        self._state.peertube.shelf.note("settings", settings.as_json())
        return web.json_response(settings.as_json())

    async def happen_on_peertube(self, request: web.Request) -> web.Response:
        """Let something happen on the PeerTube."""
        studio, wish = self._state.peertube, await body_of(request)
        match wish.get("do"):
            case "revoke":
                studio.shelf.note("epoch", studio.epoch + 1)
            case "reset":
                studio.reset()
            case "forget":
                for session in studio.shelf.all("session"):
                    if not session.ended:
                        studio.end(session)
            case "fail":
                video = studio.video(str(wish.get("video")))
                if video is None:
                    raise ValueError(f"there is no video {wish.get('video')}")
                video.verdict = "transcoding_failed"
                studio.keep(video)
            case other:
                raise ValueError(f"do must be revoke, forget, fail or reset, not {other}")
        return web.json_response(peertube_as_json(self._state))

    async def move_door(self, request: web.Request) -> web.Response:
        """Let a host be gone, as a machine on which nothing listens, or come back."""
        wish = await body_of(request)
        door = self._state.doors.get(str(wish.get("target")))
        if door is None or not isinstance(wish.get("open"), bool):
            raise ValueError("give the target and whether it is open")
        await (door.open() if wish["open"] else door.close())
        return web.Response(status=204)

    def _video(self, wish: dict[str, Any]) -> Video:
        video = self._studio.video(str(wish["video"]))
        if video is None:
            raise ValueError(f"there is no video {wish['video']}")
        return video


def dailymotion_as_json(state: WorldState) -> dict[str, Any]:
    """All books of the Dailymotion."""
    studio: Studio = state.dailymotion
    www = state.addresses.get("dailymotion-www", "")
    every: list[Video] = studio.shelf.all("video")
    return {
        "settings": studio.settings.as_json(),
        "videos": [
            video_fields(studio, one, www)
            | {"visibility": one.visibility, "file_url": one.file_url, "deleted_by": one.deleted_by}
            | {"public": studio.public(one), "generation": one.generation, "size": one.size, "film": one.file}
            for one in every
        ],
        "playlists": [
            {"id": one.id, "name": one.name, "videos": one.videos, "deleted": one.deleted}
            for one in studio.shelf.all("playlist")
        ],
        "uploads": [
            {
                "uuid": one.uuid,
                "host": one.host,
                "state": one.state,
                "parts": one.parts,
                "receipt": one.receipt,
            }
            for one in studio.shelf.all("upload")
        ],
        "taken": {profile: len(studio.taken(profile)) for profile in PROFILES},
    }


def peertube_as_json(state: WorldState) -> dict[str, Any]:
    """All books of the PeerTube's uploader."""
    studio, base = state.peertube, state.addresses.get("peertube", "")
    videos, playlists, sessions = (studio.shelf.all(kind) for kind in ("video", "playlist", "session"))
    return {
        "settings": studio.settings.as_json(),
        "videos": [
            video_details(studio, one, base) | {"deleted": one.deleted, "public": studio.public(one)}
            for one in videos
        ],
        "playlists": [asdict(one) for one in playlists],
        "sessions": [{**asdict(one), "received": studio.received(one)} for one in sessions],
    }


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; raises ValueError or TypeError."""
    body = json.loads(await request.text())
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body
