"""PeerTube: an upload that can be resumed, and whose last byte makes the video."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any

from wellspring_common.clock import Clock
from wellspring_common.errors import Transient
from wellspring_common.uploading import Visibility

from ..domain.own_films import is_past
from ..domain.peertube_answers import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    PRIVACIES,
    category_number,
    refusal,
    tags_of,
)
from ..domain.platform_answers import Answer, object_in, text_in
from ..domain.target_settings import PeerTubeSettings
from ..ports.targets import Account, Card, Film, Made, Processing, Progress, Sent, Told
from .door import Door, part
from .finding import Finding
from .peertube_account import API, OwnChannel, asking, own_channel
from .peertube_sending import PeerTubeSending
from .sending import file_name
from .tokens import Tokens
from .wire import Wire

_PAGE, _MOST_PAGES = 100, 20
_LOOKED_INTO = 50
_PRIVATE = PRIVACIES[Visibility.PRIVATE]
_PUBLIC = PRIVACIES[Visibility.PUBLIC]
_STATES = {1: Processing.READY, 7: Processing.BROKEN, 8: Processing.BROKEN}
_SHORTEST_DESCRIPTION = 3
_NOT_FOUND = 404


class PeerTube:
    """A channel on an instance of PeerTube. The draft of a video is a private one."""

    makes_by_sending = True
    has_playlists = True

    def __init__(
        self,
        settings: PeerTubeSettings,
        secrets: Mapping[str, str],
        wire: Wire,
        clock: Clock,
        *,
        name: str,
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._clock = clock
        self._door = Door(
            wire, settings.url, Tokens(asking(wire, settings.url, secrets), name=name), name=name
        )
        self._sending = PeerTubeSending(self._door, wire, settings.url, clock, settings.chunk_bytes)
        self._channel: OwnChannel | None = None

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def test(self) -> Account:
        """Return the channel that is published to, and how large a film may be by the account's quotas.

        What is left of them now is told by refusals, which are waited for: it would be out of date tomorrow.
        """
        own = await self._own()
        found = self._checked(await self._door.call("GET", f"{API}/users/me"), "test")
        quotas = [found.get(name) for name in ("videoQuota", "videoQuotaDaily")]
        told = [float(quota) for quota in quotas if isinstance(quota, int | float) and quota >= 0]
        limits = {"largest_bytes": min(told)} if told else {}
        name = str(found.get("username") or own.name)
        return Account(name=name, channel=own.name, identity=own.identity, limits=limits)

    async def begin(self, film: Film, card: Card) -> Mapping[str, Any]:
        """Return a session for this film, which knows already what the video will be called."""
        own = await self._own()
        wish = {**_fields(card), "channelId": own.number, "filename": file_name(film), "privacy": _PRIVATE}
        return await self._sending.begin(film, wish)

    async def send(self, session: Mapping[str, Any], film: Film, told: Told) -> Sent:
        """Send what the platform does not have yet."""
        return await self._sending.send(session, film, told)

    async def create(self, sent: Sent, card: Card) -> str:  # noqa: ARG002  (made already)
        """Return the id that sending told."""
        if sent.video_id is None:
            raise Transient("This upload made no video.", code="session_lost")
        return sent.video_id

    async def find(
        self, card: Card, film: Film, *, since: datetime, until: datetime | None = None
    ) -> Sequence[Made]:
        """Return our own videos that are this film. Lists show no tags, so that each one is looked into."""
        finding, looked = Finding(card, film, longest_title=LONGEST_TITLE, since=since, until=until), 0
        async for video in self._pages(f"{API}/users/me/videos", {"sort": "-createdAt"}):
            made = _made_of(video, since)
            if is_past(made.created_at, since) or looked >= _LOOKED_INTO:
                break
            if finding.passes_over(made):
                continue
            looked += 1
            whole = await self._door.call("GET", f"{API}/videos/{part(made.video_id)}")
            finding.take(_made_of(whole.object, since) if whole.fine else made)
        return finding.found

    async def publish(self, video_id: str, card: Card) -> None:
        """Give a video the privacy of its card, with everything else that the card says."""
        body = {**_fields(card), "privacy": PRIVACIES[card.visibility]}
        answer = await self._door.call("PUT", f"{API}/videos/{part(video_id)}", body=body)
        if not answer.fine:
            self._checked(answer, "publish")

    async def look(self, video_id: str) -> Progress:
        """Return what became of a video."""
        answer = await self._door.call("GET", f"{API}/videos/{part(video_id)}")
        if answer.status == _NOT_FOUND:
            return Progress(Processing.GONE, is_published=False)
        found = self._checked(answer, "look")
        state = object_in(found.get("state"))
        processing = _STATES.get(int(state.get("id") or 0), Processing.WORKING)
        reason = None
        if found.get("blacklisted"):
            processing, reason = Processing.REJECTED, found.get("blacklistedReason")
        return Progress(
            processing,
            is_published=object_in(found.get("privacy")).get("id") == _PUBLIC,
            url=text_in(found.get("url")),
            detail=text_in(reason) or text_in(state.get("label")),
        )

    async def discard(self, video_id: str) -> None:
        """Delete a video."""
        answer = await self._door.call("DELETE", f"{API}/videos/{part(video_id)}")
        if answer.status != _NOT_FOUND and not answer.fine:
            self._checked(answer, "discard")

    async def playlist(self, name: str) -> str:
        """Return the id of our playlist of that name."""
        own = await self._own()
        wanted = name.strip()[:LONGEST_TITLE]
        async for found in self._pages(f"{API}/accounts/{part(own.account)}/video-playlists", {}):
            if str(found.get("displayName", "")).strip() == wanted and found.get("id"):
                return str(found["id"])
        form = {"displayName": wanted, "privacy": str(_PUBLIC), "videoChannelId": str(own.number)}
        made = self._checked(await self._door.call("POST", f"{API}/video-playlists", form=form), "playlist")
        playlist = object_in(made.get("videoPlaylist")).get("id")
        if playlist is None:
            raise Transient("PeerTube made a playlist and did not name it.", code="garbage")
        return str(playlist)

    async def enlist(self, playlist_id: str, video_id: str) -> None:
        """Put a video at the end of a playlist, once."""
        path = f"{API}/video-playlists/{part(playlist_id)}/videos"
        async for found in self._pages(path, {}):
            video = object_in(found.get("video"))
            if video_id in {str(video.get("uuid")), str(video.get("id")), str(video.get("shortUUID"))}:
                return
        self._checked(await self._door.call("POST", path, body={"videoId": video_id}), "enlist")

    async def _own(self) -> OwnChannel:
        if self._channel is None:
            found = self._checked(await self._door.call("GET", f"{API}/users/me"), "look for the channel")
            self._channel = own_channel(found, self._settings)
        return self._channel

    async def _pages(self, path: str, query: Mapping[str, str]) -> AsyncGenerator[Mapping[str, Any]]:
        for page in range(_MOST_PAGES):
            asked = {**query, "start": str(page * _PAGE), "count": str(_PAGE)}
            found = self._checked(await self._door.call("GET", path, query=asked), "list")
            rows = [row for row in found.get("data") or [] if isinstance(row, dict)]
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return

    def _checked(self, answer: Answer, doing: str) -> dict[str, Any]:
        if not answer.fine:
            raise self._door.refused(refusal(answer, now=self._clock.now()), answer, doing)
        if not isinstance(answer.json, dict):
            raise Transient(f"PeerTube answered {answer.status} without what was asked for.", code="garbage")
        return answer.object


def _fields(card: Card) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": card.title[:LONGEST_TITLE],
        "category": category_number(card.category),
        "tags": tags_of(card.marker, card.tags),
        "waitTranscoding": True,
    }
    if len(card.description) >= _SHORTEST_DESCRIPTION:
        fields["description"] = card.description[:LONGEST_DESCRIPTION]
    if card.language:
        fields["language"] = card.language
    return fields


def _made_of(video: Mapping[str, Any], since: datetime) -> Made:
    tags, duration = video.get("tags"), video.get("duration")
    try:
        created_at = datetime.fromisoformat(str(video.get("createdAt")))
    except ValueError:
        created_at = since
    return Made(
        video_id=str(video.get("uuid") or video.get("id") or ""),
        title=str(video.get("name", "")),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        duration_s=float(duration) if isinstance(duration, int | float) and duration > 0 else None,
        created_at=created_at,
        is_published=object_in(video.get("privacy")).get("id") == _PUBLIC,
        url=text_in(video.get("url")),
    )
