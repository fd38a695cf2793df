"""Both older APIs: that of a public key at the root, that of a private key under /rest on its own host."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from ...state import WorldState
from ..contract import DELETING, EDITING, PAGE_MOST, READING, UPLOADING
from .desk import Desk
from .keys import TokenDesk, me_of
from .legacy_words import VIDEO_DEFAULT, chosen, page_of, video_fields, wish_of
from .playlists import LegacyPlaylists
from .records import Video
from .refusals import Refused, forbidden, legacy_answer, not_found
from .settings import FOREIGN_PROFILE
from .studio import Studio

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class LegacyApi:
    """One of the two, by its realm: `legacy` or `partner`."""

    def __init__(self, state: WorldState, desk: Desk, realm: str) -> None:
        self._state = state
        self._studio: Studio = state.dailymotion
        self._desk = desk
        self._realm = realm
        self._keys = TokenDesk(self._studio, realm)

    def routes(self) -> list[web.RouteDef]:
        """What this API answers to."""
        root = "/rest" if self._realm == "partner" else ""
        token = "/oauth/v1/token" if self._realm == "partner" else "/oauth/token"
        owner = f"{root}/{{who:me|user/[^/]+}}"
        playlists = LegacyPlaylists(self._state, self._keys, self._realm, self._own)
        table: list[tuple[str, str, Answering]] = [
            ("GET", f"{root}/file/upload", self.upload_url),
            ("GET", owner, self.account),
            ("GET", f"{owner}/videos", self.videos),
            ("POST", f"{owner}/videos", self.create),
            ("POST", f"{root}/videos", self.create),
            ("GET", f"{root}/video/{{id}}", self.video),
            ("POST", f"{root}/video/{{id}}", self.edit),
            ("DELETE", f"{root}/video/{{id}}", self.delete),
            *playlists.table(root, owner),
        ]
        told = [web.route(method, path, answered(handler)) for method, path, handler in table]
        return [web.post(token, self._keys.give), *told]

    async def upload_url(self, request: web.Request) -> web.Response:
        """Give out an upload address."""
        self._keys.entitled(request, UPLOADING[self._realm])
        upload = self._desk.open()
        host = self._state.addresses[upload.host]
        return web.json_response(
            {
                "upload_url": f"{host}/upload?uuid={upload.uuid}&seal={upload.seal}",
                "progress_url": f"{host}/progress?uuid={upload.uuid}",
            }
        )

    async def account(self, request: web.Request) -> web.Response:
        """The account, with what its plan allows."""
        profile = self._own(request)
        self._keys.entitled(request, None)
        plan = self._studio.settings.plan
        told = {
            "id": profile,
            "screenname": self._studio.profile_name(profile),
            "username": self._studio.profile_name(profile),
            "status": "active",
            "limits": {"video_duration": plan.video_seconds, "video_size": plan.video_bytes},
        }
        return web.json_response(chosen(request.query, told, ("id", "screenname")))

    async def videos(self, request: web.Request) -> web.Response:
        """A page of an account's videos, newest first."""
        profile = self._own(request)
        asker = self._keys.asker(request)
        if asker is not None:
            self._keys.entitled(request, READING[self._realm])
        found = self._studio.listed(profile, owner=asker is not None)
        wanted = set(filter(None, request.query.get("tags", "").split(",")))
        words = request.query.get("search", "").lower()
        told = [
            chosen(request.query, self._fields(one), VIDEO_DEFAULT)
            for one in found
            if wanted <= set(one.tags) and words in one.title.lower()
        ]
        return web.json_response(page_of(request.query, told, PAGE_MOST))

    async def create(self, request: web.Request) -> web.Response:
        """Make a video of an address."""
        self._keys.entitled(request, UPLOADING[self._realm])
        profile = self._own(request)
        form = await form_of(request)
        video = self._studio.create(profile, self._realm, wish_of(form, new=True))
        return web.json_response(chosen({**form, **request.query}, self._fields(video), VIDEO_DEFAULT))

    async def video(self, request: web.Request) -> web.Response:
        """One video: a stranger gets what is public."""
        video = self._studio.video(request.match_info["id"])
        asker = self._keys.asker(request)
        if video is None or (asker is None and not self._studio.public(video)):
            raise not_found("video", request.match_info["id"])
        return web.json_response(chosen(request.query, self._fields(video), VIDEO_DEFAULT))

    async def edit(self, request: web.Request) -> web.Response:
        """Change a video; with `published` publish it."""
        self._keys.entitled(request, EDITING[self._realm])
        video = self._found(request)
        form = await form_of(request)
        self._studio.change(video, wish_of(form, new=False))
        return web.json_response(chosen({**form, **request.query}, self._fields(video), VIDEO_DEFAULT))

    async def delete(self, request: web.Request) -> web.Response:
        """Take a video away."""
        self._keys.entitled(request, DELETING[self._realm])
        self._studio.delete(self._found(request))
        return web.json_response({})

    def _found(self, request: web.Request) -> Video:
        video = self._studio.video(request.match_info["id"])
        if video is None:
            raise not_found("video", request.match_info["id"])
        return video

    def _fields(self, video: Video) -> dict[str, Any]:
        return video_fields(self._studio, video, self._state.addresses["dailymotion-www"])

    def _own(self, request: web.Request) -> str:
        """The profile that a path names; raises Refused where it is not the asker's own."""
        who = request.match_info.get("who", "me")
        if who == "me":
            me_of(self._keys.entitled(request, None))
            return self._studio.own_profile()
        key = who.removeprefix("user/")
        if key == FOREIGN_PROFILE:
            raise forbidden("This account belongs to somebody else")
        return self._studio.profile_named(key)


async def form_of(request: web.Request) -> Mapping[str, str]:
    """The fields of a form; raises Refused for any other body."""
    if request.content_type not in _FORMS and request.can_read_body:
        raise Refused(400, "invalid_parameter", "The body must be a form")
    return {key: str(value) for key, value in (await request.post()).items()}


def answered(handler: Answering) -> Answering:
    """A handler whose refusals are told in the words of the older APIs."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return legacy_answer(refused)

    return answer
