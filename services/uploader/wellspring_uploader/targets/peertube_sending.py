"""Sends a film to PeerTube: opened once, in pieces, and resumed where it broke off."""

import asyncio
from collections.abc import Mapping
from typing import Any

from yarl import URL

from wellspring_common.clock import Clock
from wellspring_common.errors import Transient, WellspringError

from ..domain.peertube_answers import piece_refusal, refusal
from ..domain.pieces import received, spans_of
from ..domain.platform_answers import Answer
from ..domain.refusals import OutcomeUnknown, SessionLost
from ..ports.targets import Film, Sent, Told
from .door import Door
from .film_body import FilmBody
from .wire import Interrupted, Wire

PATH = "/api/v1/videos/upload-resumable"
_INCOMPLETE, _NOT_FOUND, _CONFLICT, _GONE, _TOO_MANY, _BUSY = 308, 404, 409, 410, 429, 503
_MOST_STEPS_BACK = 5


class PeerTubeSending:
    """The resumable upload of one target."""

    def __init__(self, door: Door, wire: Wire, origin: str, clock: Clock, chunk_bytes: int) -> None:
        self._door = door
        self._wire = wire
        self._origin = origin
        self._clock = clock
        self._chunk_bytes = chunk_bytes

    async def begin(self, film: Film, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a new session, or the one that the platform still has of this film."""
        headers = {
            "X-Upload-Content-Length": str(film.size_bytes),
            "X-Upload-Content-Type": "video/mp4",
        }
        answer = await self._door.call("POST", PATH, body=wish, headers=headers)
        if not answer.fine:
            raise self._door.refused(refusal(answer, now=self._clock.now()), answer, "begin")
        return {"path": self._own_path(answer.headers.get("location", ""))}

    async def send(self, session: Mapping[str, Any], film: Film, told: Told) -> Sent:
        """Send what the platform does not have yet, and return the video that the last byte made."""
        path = session.get("path")
        if not isinstance(path, str):
            raise SessionLost("There is no upload to go on with.")
        at = await self._position(path, film)
        steps_back = 0
        while isinstance(at, int):
            await told(at)
            answer = await self._piece(path, film, at)
            if answer.status in {_CONFLICT, _TOO_MANY} and steps_back < _MOST_STEPS_BACK:
                # an older request of ours may still hold it: wait, and believe what it has
                steps_back += 1
                await asyncio.sleep(self._wire.settings.progress_every_s * steps_back)
                at = await self._position(path, film)
            else:
                at = self._outcome(answer, film, at)
        await told(film.size_bytes)
        return at

    async def _position(self, path: str, film: Film) -> int | Sent:
        """Return how many bytes the platform has, or the video where it had them all.

        A session that is gone may have ended well: that is an `OutcomeUnknown`.
        """
        headers = {"Content-Range": f"bytes */{film.size_bytes}"}
        attempt = 0
        while True:
            answer = await self._door.call("PUT", path, headers=headers, creating=True)
            attempt += 1
            if answer.status == _INCOMPLETE:
                return received(spans_of(answer.headers.get("range", "")))
            if answer.fine:
                return _sent(answer)
            if answer.status in {_NOT_FOUND, _GONE}:
                raise OutcomeUnknown(
                    "PeerTube knows nothing of this upload any more: it may have ended well."
                )
            if answer.status not in {_BUSY, _TOO_MANY, _CONFLICT} or attempt > _MOST_STEPS_BACK:
                raise self._refused(answer, last=True)
            await asyncio.sleep(self._wire.settings.progress_every_s * attempt)

    async def _piece(self, path: str, film: Film, start: int) -> Answer:
        stop = min(film.size_bytes, start + self._chunk_bytes)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {start}-{stop - 1}/{film.size_bytes}",
        }
        stall_s = self._wire.settings.stall_s
        try:
            return await self._door.send(
                "PUT", path, lambda: FilmBody(film, start, stop, stall_s=stall_s), headers
            )
        except Interrupted as error:
            if stop == film.size_bytes:
                raise OutcomeUnknown(f"The end of the upload broke off: {error.message}") from error
            raise

    def _outcome(self, answer: Answer, film: Film, start: int) -> int | Sent:
        last = start + self._chunk_bytes >= film.size_bytes
        if answer.status == _INCOMPLETE:
            had = received(spans_of(answer.headers.get("range", "")))
            if had <= start:
                raise Transient("PeerTube took a piece and has no more than before.", code="no_progress")
            return had
        if answer.fine:
            return _sent(answer)
        raise self._refused(answer, last=last)

    def _refused(self, answer: Answer, *, last: bool) -> WellspringError:
        return self._door.refused(piece_refusal(answer, last=last, now=self._clock.now()), answer, "send")

    def _own_path(self, location: str) -> str:
        """Return the path of a session. One on another host would get our bearer, and is refused."""
        try:
            found = URL(self._origin + PATH).join(URL(location))
        except ValueError as error:
            raise Transient("PeerTube named no address for the upload.", code="garbage") from error
        own = URL(self._origin)
        if not location or (found.host, found.explicit_port) != (own.host, own.explicit_port):
            raise Transient("PeerTube named an address on another host for the upload.", code="garbage")
        return found.raw_path_qs


def _sent(answer: Answer) -> Sent:
    video = answer.object.get("video")
    found = video.get("uuid") or video.get("id") if isinstance(video, dict) else None
    if not found:
        raise OutcomeUnknown("PeerTube took the last byte and named no video.")
    return Sent({}, video_id=str(found))
