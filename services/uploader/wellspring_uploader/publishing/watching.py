"""What is done about films after their publication, and about what a doubt may have left."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from wellspring_common.errors import DependencyDown, WellspringError
from wellspring_common.events.uploads import UploadState
from wellspring_common.uploading import Visibility

from ..domain.faults import Phase
from ..domain.looking import next_look, sort_out
from ..domain.refusals import AccountSuspected, CredentialsRefused, Forbidden
from ..domain.states import Happening
from ..domain.templates import LONGEST_TITLE, longest_title, shortened
from ..domain.upload import ChannelState, Upload
from ..ports.targets import Processing, Progress
from ..ports.uploads import Note
from . import telling
from .clearing import clear, doubt_of, told
from .desk import Desk, Step, bare_card

log = structlog.get_logger(__name__)

MOST_LIST_TRIES = 5
_BAD = {
    Processing.REJECTED: ("rejected", "The platform rejected the film."),
    Processing.BROKEN: ("encoding_failed", "The platform could not encode the film."),
    Processing.GONE: ("deleted_on_platform", "The film was deleted on the platform."),
}
_STOPS = (CredentialsRefused, AccountSuspected)


@dataclass
class Watching:
    """Follows what one target made of its films, beside the next upload."""

    desk: Desk

    async def step(self) -> Step:
        """Make one decision and carry it out."""
        desk = self.desk
        now = desk.clock.now()
        channel = await desk.channel()
        if channel is None or channel.state is ChannelState.AUTH_PAUSED:
            return Step()
        for upload in await desk.uploads.litter(desk.target_id):
            if upload.next_try_at is None or upload.next_try_at <= now:
                return await clear(desk, upload)
        doubtful = await desk.uploads.doubtful(desk.target_id, now=now)
        if doubtful is not None:
            return await self._sweep(doubtful)
        for upload in await desk.uploads.watched(desk.target_id, now=now):
            return await self._look(upload)
        return Step(next_at=await desk.uploads.next_look(desk.target_id))

    async def _look(self, upload: Upload) -> Step:
        """Look what became of a published film, after what is to be done beside it."""
        desk, video_id = self.desk, str(upload.video_id)
        try:
            upload = await self._listed(upload)
            seen = await desk.ask(Phase.LOOK, lambda target: target.look(video_id))
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.LOOK, error)
        return await self._judged(upload, seen)

    async def _judged(self, upload: Upload, seen: Progress) -> Step:
        desk = self.desk
        now = desk.clock.now()
        changes: dict[str, Any] = {"video_url": seen.url or upload.video_url, "looked_at": now}
        if seen.processing in _BAD:
            return await self._taken_down(upload, seen, changes)
        is_public = upload.choices.visibility is Visibility.PUBLIC
        if seen.processing is Processing.READY and (seen.is_published or not is_public):
            note = Note(enters_ledger=True)
            await desk.happen(
                upload, Happening.WENT_LIVE, note, **changes, next_try_at=None, session=doubt_of(upload)
            )
            return Step(did="live")
        again = next_look(upload.published_at or now, now=now, rules=desk.rules)
        await desk.happen(upload, Happening.PROCESSING, **changes, next_try_at=again)
        return Step(did="looked")

    async def _taken_down(self, upload: Upload, seen: Progress, changes: dict[str, Any]) -> Step:
        """Report a verdict. Two rejections in a row hold the target: a third may cost the account."""
        desk = self.desk
        code, said = _BAD[seen.processing]
        detail = f"{said} {seen.detail}" if seen.detail else said
        is_second = seen.processing is Processing.REJECTED and (
            await desk.uploads.last_verdict(desk.target_id, besides=upload.upload_id) == UploadState.REJECTED
        )
        changes |= {"error_code": code, "error_detail": detail, "next_try_at": None}
        rejected = replace(upload, state=UploadState.REJECTED, **changes)
        note = Note(
            code=code,
            detail=detail,
            events=(telling.skipped(rejected),),
            stops=ChannelState.HELD if is_second else None,
            stops_because="rejected_twice: The platform rejected two films in a row." if is_second else None,
        )
        await desk.happen(upload, Happening.TOOK_DOWN, note, **changes)
        return Step(did="taken down")

    async def _sweep(self, upload: Upload) -> Step:
        """After a doubt, take away drafts that a late listing shows only now."""
        desk = self.desk
        now = desk.clock.now()
        since = upload.intended_at or now
        card, film = bare_card(upload), desk.film(upload, None)
        try:
            found = await desk.ask(
                Phase.FIND, lambda target: target.find(card, film, since=since - desk.rules.quota_margin)
            )
            for twin in sort_out(found, marker=upload.marker, known=upload.video_id or "").twins:
                await desk.discard_twin(upload, twin.video_id)
        except DependencyDown:
            raise
        except WellspringError as error:
            later = {**upload.session, "sweep_at": (now + desk.rules.confirm_over).isoformat()}
            await desk.write(upload, replace(upload, session=later), told(error))
            return Step(did="not swept")
        session = {name: value for name, value in upload.session.items() if name not in {"doubt", "sweep_at"}}
        if now - since < desk.rules.doubt_lasts:
            again = now + max(desk.rules.confirm_over, (now - since) / 2)
            session |= {"doubt": True, "sweep_at": again.isoformat()}
        await desk.write(upload, replace(upload, session=session), Note())
        return Step(did="swept")

    async def _listed(self, upload: Upload) -> Upload:
        """Put a film on its season's playlist. A playlist that fails never touches the film."""
        desk = self.desk
        target = await desk.target()
        tries = int(upload.session.get("list_tries", 0))
        is_done = upload.session.get("listed") or tries >= MOST_LIST_TRIES
        if is_done or not target.has_playlists or not upload.choices.playlists:
            return upload
        try:
            playlist_id = await self._playlist(upload)
            video_id = str(upload.video_id)
            await desk.ask(Phase.LOOK, lambda target: target.enlist(playlist_id, video_id))
        except DependencyDown:
            raise
        except WellspringError as error:
            # A key that may not touch playlists publishes all the same.
            if isinstance(error, _STOPS) and not isinstance(error, Forbidden):
                raise
            session = {**upload.session, "list_tries": tries + 1}
            note = Note(code="playlist_failed", detail=error.message)
            return await desk.write(upload, replace(upload, session=session), note)
        return await desk.write(
            upload, replace(upload, session={**upload.session, "listed": True}), Note(code="listed")
        )

    async def _playlist(self, upload: Upload) -> str:
        desk = self.desk
        known = await desk.uploads.playlist(upload)
        if known is not None:
            return known
        name = playlist_name(upload.title, upload.season, most=longest_title(desk.kind))
        made = await desk.ask(Phase.LOOK, lambda target: target.playlist(name))
        await desk.uploads.keep_playlist(upload, made)
        return made


def playlist_name(title: str, season: int, *, most: int = LONGEST_TITLE) -> str:
    """Return what the playlist of a season is called. Season 0 holds the specials."""
    which = f" - Season {season}" if season else " - Specials"
    return shortened(title, most - len(which)) + which


def seconds_until(moment: datetime | None, *, now: datetime, most: float) -> float:
    """Return how long to wait for a moment, and no longer than is polled."""
    return most if moment is None else max(min((moment - now).total_seconds(), most), 0.0)
