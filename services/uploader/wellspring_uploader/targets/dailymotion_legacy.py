"""Both older APIs of Dailymotion: that of a public key, which acts for a person, and of a private one."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from wellspring_common.clock import Clock
from wellspring_common.uploading import Visibility

from ..domain.own_films import is_past
from ..domain.target_settings import DailymotionSettings, Generation
from ..ports.targets import Account, Card, Film, Made, Processing, Progress, Sent
from .dailymotion import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_PAGES,
    PAGE_SIZE,
    Dailymotion,
    channel_of,
    identity_of,
    progress_of,
    seconds_of,
    session_of,
    tags_of,
)
from .door import part
from .finding import Finding
from .legacy_keys import legacy_ask, partner_ask
from .tokens import Tokens
from .wire import Wire

_LISTED = "id,title,tags,duration,created_time,published,private,url"
_LOOKED = "id,status,encoding_progress,published,private,url"
_NOT_FOUND = 404


class DailymotionLegacy(Dailymotion):
    """A channel, by an older API. The draft of a video is an unpublished one."""

    def __init__(
        self,
        settings: DailymotionSettings,
        secrets: Mapping[str, str],
        wire: Wire,
        clock: Clock,
        *,
        name: str,
    ) -> None:
        partner = settings.generation is Generation.PARTNER
        ask = (partner_ask if partner else legacy_ask)(wire, settings.token_origin, secrets)
        super().__init__(settings, wire, Tokens(ask, name=name), clock, name=name)
        self._root = "/rest" if partner else ""
        # a private key acts for no person: there is no `me`
        self._who = f"user/{part(settings.channel)}" if settings.channel else None if partner else "me"

    async def test(self) -> Account:
        """Return the channel that is published to, and the limits that the platform tells of it."""
        query = {"fields": "id,screenname,limits"}
        answer = await self._door.call("GET", self._owner(), query=query)
        found = self._checked(answer, "test")
        told, limits = found.get("limits"), {}
        if isinstance(told, dict):
            seconds, size = told.get("video_duration"), told.get("video_size")
            if isinstance(seconds, int | float) and seconds > 0:
                limits["longest_minutes"] = seconds / 60
            if isinstance(size, int | float) and size > 0:
                limits["largest_bytes"] = float(size)
        name = str(found.get("screenname") or found.get("id") or "")
        channel = str(found.get("id") or name)
        return Account(name=name, channel=channel, identity=identity_of(channel), limits=limits)

    async def begin(self, film: Film, card: Card) -> Mapping[str, Any]:  # noqa: ARG002  (needs neither)
        """Return a new upload address."""
        return await self._new_session()

    async def _new_session(self) -> Mapping[str, Any]:
        answer = await self._door.call("GET", f"{self._root}/file/upload")
        return session_of(self._checked(answer, "begin"))

    async def create(self, sent: Sent, card: Card) -> str:
        """Make an unpublished video of the file."""
        form = {**_fields(card), "url": str(sent.reference["file_url"]), "published": "false"}
        answer = await self._door.call("POST", f"{self._owner()}/videos", form=form, creating=True)
        return self._made(answer, "id")

    async def find(
        self, card: Card, film: Film, *, since: datetime, until: datetime | None = None
    ) -> Sequence[Made]:
        """Return our own videos that are this film."""
        finding = Finding(card, film, longest_title=LONGEST_TITLE, since=since, until=until)
        async for video in self._pages(f"{self._owner()}/videos", _LISTED):
            made = _made_of(video, since)
            finding.take(made)
            if is_past(made.created_at, since):
                break
        return finding.found

    async def publish(self, video_id: str, card: Card) -> None:
        """Publish a video with everything that its card says."""
        form = {**_fields(card), "published": "true"}
        path = f"{self._root}/video/{part(video_id)}"
        self._checked(await self._door.call("POST", path, form=form), "publish")

    async def look(self, video_id: str) -> Progress:
        """Return what became of a video."""
        path = f"{self._root}/video/{part(video_id)}"
        answer = await self._door.call("GET", path, query={"fields": _LOOKED})
        if answer.status == _NOT_FOUND:
            return Progress(Processing.GONE, is_published=False)
        found = self._checked(answer, "look")
        url = found.get("url")
        return progress_of(
            found.get("status"),
            found.get("encoding_progress"),
            is_published=_is_public(found),
            url=url if isinstance(url, str) else None,
        )

    async def discard(self, video_id: str) -> None:
        """Delete a video."""
        answer = await self._door.call("DELETE", f"{self._root}/video/{part(video_id)}")
        if answer.status != _NOT_FOUND and not answer.fine:
            self._checked(answer, "discard")

    async def playlist(self, name: str) -> str:
        """Return the id of our playlist of that name."""
        path, wanted = f"{self._owner()}/playlists", name.strip()[:LONGEST_TITLE]
        async for found in self._pages(path, "id,name"):
            if str(found.get("name", "")).strip() == wanted and found.get("id"):
                return str(found["id"])
        return self._made(await self._door.call("POST", path, form={"name": wanted}), "id", creating=False)

    async def enlist(self, playlist_id: str, video_id: str) -> None:
        """Put a video at the end of a playlist, once."""
        path = f"{self._root}/playlist/{part(playlist_id)}/videos"
        async for found in self._pages(path, "id"):
            if found.get("id") == video_id:
                return
        answer = await self._door.call("POST", f"{path}/{part(video_id)}", form={})
        if not answer.fine:
            self._checked(answer, "enlist")

    def _owner(self) -> str:
        return f"{self._root}/{channel_of(self._who)}"

    async def _pages(self, path: str, fields: str) -> AsyncGenerator[Mapping[str, Any]]:
        """Yield what a list holds, page by page."""
        for page in range(1, MOST_PAGES + 1):
            query = {"fields": fields, "page": str(page), "limit": str(PAGE_SIZE)}
            found = self._checked(await self._door.call("GET", path, query=query), "list")
            for row in found.get("list") or []:
                if isinstance(row, dict):
                    yield row
            if not found.get("has_more"):
                return


def _fields(card: Card) -> dict[str, str]:
    fields = {
        "title": card.title[:LONGEST_TITLE],
        "description": card.description[:LONGEST_DESCRIPTION],
        "channel": card.category,
        "is_created_for_kids": _word(card.is_for_kids),
        "private": _word(card.visibility is not Visibility.PUBLIC),
        # a comma would make two tags of one
        "tags": ",".join(tag.replace(",", " ") for tag in tags_of(card)),
    }
    if card.language:
        fields["language"] = card.language
    return fields


def _word(flag: bool) -> str:  # noqa: FBT001  (turned into text)
    return "true" if flag else "false"


def _is_public(video: Mapping[str, Any]) -> bool:
    return bool(video.get("published")) and not video.get("private")


def _made_of(video: Mapping[str, Any], since: datetime) -> Made:
    tags, made_at = video.get("tags"), video.get("created_time")
    if isinstance(tags, str):
        tags = tags.split(",")
    return Made(
        video_id=str(video.get("id", "")),
        title=str(video.get("title", "")),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        duration_s=seconds_of(video.get("duration")),
        created_at=datetime.fromtimestamp(made_at, UTC) if isinstance(made_at, int | float) else since,
        is_published=_is_public(video),
        url=video.get("url") if isinstance(video.get("url"), str) else None,
    )
