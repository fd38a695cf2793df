"""The newest API of Dailymotion: JSON, a token from a host of its own, and profiles instead of `me`."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any

from wellspring_common.clock import Clock
from wellspring_common.uploading import Visibility

from ..domain.own_films import is_past
from ..domain.platform_answers import object_in, text_in
from ..domain.refusals import Forbidden
from ..domain.target_settings import DailymotionSettings
from ..ports.targets import Account, Card, Film, Made, Processing, Progress, Sent
from .dailymotion import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_PAGES,
    PAGE_SIZE,
    Dailymotion,
    channel_of,
    identity_of,
    moment,
    progress_of,
    seconds_of,
    session_of,
    tags_of,
)
from .door import part
from .finding import Finding
from .tokens import Granted, Tokens, grant
from .wire import Wire

SCOPE = "video.manage video.read account.read playlist.manage"
_LISTED = "video_id,title,tags,source,created_at,visibility,is_published,video_url"
_LOOKED = "video_id,processing,is_published,visibility,video_url"
# A private video has an address that only those know who were given it: there is no unlisted besides.
_VISIBILITY = {Visibility.PUBLIC: "public", Visibility.UNLISTED: "private", Visibility.PRIVATE: "private"}
_DRAFT = "private"
_PUBLIC = "public"
_NOT_FOUND = 404


class DailymotionV2(Dailymotion):
    """A profile, by the newest API. The draft of a video is a private one."""

    def __init__(
        self,
        settings: DailymotionSettings,
        secrets: Mapping[str, str],
        wire: Wire,
        clock: Clock,
        *,
        name: str,
    ) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": secrets["api_key"],
            "client_secret": secrets["api_secret"],
            "scope": SCOPE,
        }

        async def ask() -> Granted:
            return await grant(wire, f"{settings.token_origin}/v2/token", form)

        super().__init__(settings, wire, Tokens(ask, name=name), clock, name=name)
        self._profile_id = settings.channel

    async def test(self) -> Account:
        """Return the profile that is published to. The API tells nothing of limits."""
        profile = await self._profile()
        path = f"/v2/profiles/{part(profile)}"
        try:
            found = self._checked(await self._door.call("GET", path), "test")
        except Forbidden:
            # A key for videos alone may not read accounts: it is good for the channel whose list it may read.
            async for _ in self._pages(f"{path}/videos", "video_id"):
                break
            found = {}
        name = found.get("name") or found.get("screenname") or profile
        own = text_in(found.get("profile_id")) or text_in(found.get("id")) or profile
        return Account(name=str(name), channel=own, identity=identity_of(own))

    async def begin(self, film: Film, card: Card) -> Mapping[str, Any]:  # noqa: ARG002  (needs neither)
        """Return a new upload address."""
        return await self._new_session()

    async def _new_session(self) -> Mapping[str, Any]:
        return session_of(self._checked(await self._door.call("POST", "/v2/files/upload_sessions"), "begin"))

    async def create(self, sent: Sent, card: Card) -> str:
        """Make a private video of the file."""
        profile = await self._profile()
        body = {
            **_fields(card),
            "tags": tags_of(card),
            "visibility": _DRAFT,
            "source": {"file_url": sent.reference["file_url"]},
        }
        answer = await self._door.call(
            "POST", f"/v2/profiles/{part(profile)}/videos", body=body, creating=True
        )
        return self._made(answer, "video_id")

    async def find(
        self, card: Card, film: Film, *, since: datetime, until: datetime | None = None
    ) -> Sequence[Made]:
        """Return our own videos that are this film."""
        finding = Finding(card, film, longest_title=LONGEST_TITLE, since=since, until=until)
        async for video in self._pages(f"/v2/profiles/{part(await self._profile())}/videos", _LISTED):
            made = _made_of(video, since)
            finding.take(made)
            if is_past(made.created_at, since):
                break
        return finding.found

    async def publish(self, video_id: str, card: Card) -> None:
        """Give a video the visibility of its card, with everything else that the card says."""
        body = {
            **_fields(card),
            "tags": tags_of(card),
            "visibility": _VISIBILITY[card.visibility],
        }
        self._checked(await self._door.call("PATCH", f"/v2/videos/{part(video_id)}", body=body), "publish")

    async def look(self, video_id: str) -> Progress:
        """Return what became of a video."""
        answer = await self._door.call("GET", f"/v2/videos/{part(video_id)}", query={"fields": _LOOKED})
        if answer.status == _NOT_FOUND:
            return Progress(Processing.GONE, is_published=False)
        found = self._checked(answer, "look")
        processing = object_in(found.get("processing"))
        return progress_of(
            processing.get("status"),
            processing.get("progress"),
            is_published=found.get("visibility") == _PUBLIC,
            url=text_in(found.get("video_url")),
        )

    async def discard(self, video_id: str) -> None:
        """Delete a video."""
        answer = await self._door.call("DELETE", f"/v2/videos/{part(video_id)}")
        if answer.status != _NOT_FOUND and not answer.fine:
            self._checked(answer, "discard")

    async def playlist(self, name: str) -> str:
        """Return the id of our playlist of that name."""
        path = f"/v2/profiles/{part(await self._profile())}/playlists"
        wanted = name.strip()[:LONGEST_TITLE]
        async for found in self._pages(path, None):
            if str(found.get("title", "")).strip() == wanted and found.get("playlist_id"):
                return str(found["playlist_id"])
        answer = await self._door.call("POST", path, body={"title": wanted})
        return self._made(answer, "playlist_id", creating=False)

    async def enlist(self, playlist_id: str, video_id: str) -> None:
        """Put a video at the end of a playlist, once."""
        path = f"/v2/playlists/{part(playlist_id)}/videos"
        async for found in self._pages(path, "video_id"):
            if found.get("video_id") == video_id:
                return
        self._checked(await self._door.call("POST", path, body={"video_id": video_id}), "enlist")

    async def _profile(self) -> str:
        if self._profile_id is None:
            found = self._checked(await self._door.call("GET", "/v2/me"), "look for the profile")
            self._profile_id = channel_of(_only_profile(found))
        return self._profile_id

    async def _pages(self, path: str, fields: str | None) -> AsyncGenerator[Mapping[str, Any]]:
        """Yield what a list holds, page by page."""
        for page in range(1, MOST_PAGES + 1):
            query = {"page": str(page), "page_size": str(PAGE_SIZE)}
            if fields is not None:
                query["fields"] = fields
            found = self._checked(await self._door.call("GET", path, query=query), "list")
            rows = found.get("data") or found.get("list") or []
            for row in rows:
                if isinstance(row, dict):
                    yield row
            paging = object_in(found.get("pagination"))
            if not rows or not (paging.get("has_more") or found.get("has_more")):
                return


def _fields(card: Card) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": card.title[:LONGEST_TITLE],
        "description": card.description[:LONGEST_DESCRIPTION],
        "category": card.category,
        "is_for_kids": card.is_for_kids,
    }
    if card.language:
        fields["language"] = card.language
    return fields


def _made_of(video: Mapping[str, Any], since: datetime) -> Made:
    source, tags = object_in(video.get("source")), video.get("tags")
    duration = seconds_of(source.get("duration"))
    return Made(
        video_id=str(video.get("video_id", "")),
        title=str(video.get("title", "")),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        duration_s=duration if duration is not None else seconds_of(video.get("duration")),
        created_at=moment(video.get("created_at"), since),
        is_published=video.get("visibility") == _PUBLIC,
        url=text_in(video.get("video_url")),
    )


def _only_profile(found: Mapping[str, Any]) -> str | None:
    profiles = found.get("profiles")
    if not isinstance(profiles, list):
        return text_in(found.get("profile_id"))
    ids = [text_in(object_in(one).get("profile_id")) for one in profiles]
    return ids[0] if len(ids) == 1 else None
