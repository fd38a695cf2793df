"""What the three generations of Dailymotion's API have in common: sending, tokens, and what statuses mean."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent

from ..domain.dailymotion_answers import refusal, sending_refusal, unclear, wants_token
from ..domain.pieces import next_piece, received, spans_of
from ..domain.platform_answers import Answer
from ..domain.refusals import CredentialsRefused, FileRefused, SessionLost
from ..domain.target_settings import DailymotionSettings
from ..ports.targets import Card, Film, Processing, Progress, Sent, Told
from .door import Door
from .film_body import FilmBody
from .sending import file_name, send_form
from .tokens import Tokens
from .wire import Interrupted, Wire

LONGEST_DESCRIPTION = 3000
LONGEST_TITLE = 255
PAGE_SIZE = 100
MOST_PAGES = 20
_STATUSES = {
    "ready": Processing.READY,
    "published": Processing.READY,
    "rejected": Processing.REJECTED,
    "encoding_error": Processing.BROKEN,
    "error": Processing.BROKEN,
    "failed": Processing.BROKEN,
    "deleted": Processing.GONE,
}
_PARTIAL, _BAD, _UNSATISFIABLE = 202, 400, 416
_MOST_STEPS_BACK = 8


class NoPieces(Permanent):
    """The upload host takes no pieces: the film has to go as a form."""

    code = "no_pieces"


class Dailymotion:
    """The ground that the generations stand on."""

    makes_by_sending = False
    has_playlists = True

    def __init__(
        self, settings: DailymotionSettings, wire: Wire, tokens: Tokens, clock: Clock, *, name: str
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._clock = clock
        self._door = Door(wire, settings.api_origin, tokens, name=name, wants_token=wants_token)
        self._takes_pieces = settings.chunked

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def send(self, session: Mapping[str, Any], film: Film, told: Told) -> Sent:
        """Send the film in one form, or in pieces where the target's settings say so.

        After a form that failed its address is dead (the platform's own rule), so that every failure on the
        way is a `SessionLost`; pieces are resumed where the address still knows them.
        """
        upload_url, progress_url = _addresses(session)
        answer: Answer | None = None
        if self._takes_pieces:
            try:
                answer = await self._send_pieces(upload_url, film, told)
            except NoPieces:
                self._takes_pieces = False
                upload_url, progress_url = _addresses(await self._new_session())
        if answer is None:
            try:
                answer = await send_form(self._wire, upload_url, progress_url, film, told)
            except Interrupted as error:
                raise SessionLost(f"The upload broke off: {error.message}") from error
        sent = self._receipt(answer, film)
        await told(film.size_bytes)
        return sent

    async def _new_session(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def _receipt(self, answer: Answer, film: Film) -> Sent:
        told = answer.object
        if not answer.fine or told.get("error"):
            raise self._door.refused(sending_refusal(answer), answer, "send")
        url, size = told.get("url"), told.get("size")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise SessionLost("The upload host took the film and named no address for it.")
        if size is not None and str(size) != str(film.size_bytes):
            raise SessionLost(f"The upload host has {size} bytes of {film.size_bytes}.")
        return Sent({"file_url": url, "hash": told.get("hash")})

    async def _send_pieces(self, url: str, film: Film, told: Told) -> Answer:
        """Send what is missing, piece by piece. An undocumented protocol: that of the vendor's own client."""
        answer = await self._wire.call(
            "POST", url, headers={"Content-Range": f"bytes */{film.size_bytes}"}, form={}
        )
        steps_back, before = 0, -1
        while True:
            if answer.fine and answer.status != _PARTIAL:
                return answer
            if answer.status not in {_PARTIAL, _UNSATISFIABLE}:
                raise self._no_piece(answer)
            spans = spans_of(answer.headers.get("range", ""))
            had = received(spans)
            await told(had)
            piece = next_piece(spans, film.size_bytes, self._settings.chunk_bytes)
            steps_back += had <= before
            before = had
            if piece is None or steps_back > _MOST_STEPS_BACK:
                raise SessionLost(f"The upload host has {had} bytes of {film.size_bytes} and takes no more.")
            answer = await self._send_piece(url, film, *piece)

    async def _send_piece(self, url: str, film: Film, start: int, stop: int) -> Answer:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {start}-{stop - 1}/{film.size_bytes}",
            "Content-Disposition": f'attachment; filename="{file_name(film)}"',
        }
        body = FilmBody(film, start, stop, stall_s=self._wire.settings.stall_s)
        return await self._wire.send("POST", url, body, headers)

    def _no_piece(self, answer: Answer) -> Exception:
        found = sending_refusal(answer)
        if answer.status == _BAD and not isinstance(found, FileRefused):
            return NoPieces(answer.said)
        return self._door.refused(found, answer, "send")

    def _checked(self, answer: Answer, doing: str, *, creating: bool = False) -> dict[str, Any]:
        """Return the object in a good answer, or raise what the answer means."""
        if not answer.fine:
            found = refusal(answer, creating=creating, now=self._clock.now())
            raise self._door.refused(found, answer, doing)
        if not isinstance(answer.json, dict):
            raise self._door.refused(unclear(answer, creating=creating), answer, doing)
        return answer.object

    def _made(self, answer: Answer, name: str, *, creating: bool = True) -> str:
        """Return the id of what was made, or raise what became of it."""
        found = self._checked(answer, "create", creating=creating).get(name)
        if not isinstance(found, str) or not found:
            raise self._door.refused(unclear(answer, creating=creating), answer, "create")
        return found


def tags_of(card: Card) -> list[str]:
    """Return the tags of a card with its marker, each once."""
    return list(dict.fromkeys((card.marker, *card.tags)))


def session_of(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is kept of a new upload address. Raises `SessionLost` where there is none."""
    found = {name: told.get(name) for name in ("upload_url", "progress_url")}
    _addresses(found)
    return found


def _addresses(session: Mapping[str, Any]) -> tuple[str, str | None]:
    upload, progress = session.get("upload_url"), session.get("progress_url")
    if not isinstance(upload, str):
        raise SessionLost("There is no address to send to.")
    return upload, progress if isinstance(progress, str) else None


def progress_of(status: Any, percent: Any, *, is_published: bool, url: str | None) -> Progress:
    """Return how far a video is, from the platform's words. What it does not know goes on."""
    word = str(status or "").lower()
    processing = _STATUSES.get(word, Processing.WORKING)
    known = isinstance(percent, int | float) and 0 <= percent <= 100  # noqa: PLR2004  (per cent)
    return Progress(
        processing,
        is_published,
        percent=int(percent) if known and processing is Processing.WORKING else None,
        url=url,
        detail=word or None,
    )


def identity_of(channel: str) -> str:
    """Return what a channel is called among those of all platforms, by whichever API it is published to."""
    return f"dailymotion:{channel}"


def channel_of(found: str | None) -> str:
    """Return the channel. Raises `CredentialsRefused` where none is named and there is no only one."""
    if not found:
        raise CredentialsRefused(
            "These credentials have no channel, or several: name it in the target's settings.",
            code="channel_not_found",
        )
    return found


def seconds_of(found: Any) -> float | None:
    """Return a length in seconds."""
    return float(found) if isinstance(found, int | float) and found > 0 else None


def moment(text: Any, otherwise: datetime) -> datetime:
    """Return a time as the newest API writes it."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return otherwise
    return found if found.tzinfo is not None else otherwise
