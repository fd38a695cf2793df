"""What every part of a worker shares: whose turn it is, what it may touch, and how a change is written."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog

from wellspring_common.clock import Clock
from wellspring_common.errors import DependencyDown, Transient, WellspringError, reason_of

from ..domain.faults import Outcome, Phase, outcome_of
from ..domain.quota import is_full, wait_after_refusal
from ..domain.refusals import OutcomeUnknown
from ..domain.rules import Rules
from ..domain.states import Happening, after
from ..domain.templates import Facts, description, longest_title, video_title
from ..domain.upload import Channel, ChannelState, Upload
from ..ports.targets import Card, Film, Target, Targets
from ..ports.turns import FenceLostError, Turnkeeping
from ..ports.uploads import Files, Note, OutrunError, Planning, Stored, Uploads
from . import telling
from .opening import Opening
from .telling import Tell

log = structlog.get_logger(__name__)

T = TypeVar("T")
_OURS = (FenceLostError, OutrunError, DependencyDown)
"""They say nothing about a platform."""


@dataclass(frozen=True)
class Step:
    """What one decision did. Nothing done means that there is nothing to do before `next_at`."""

    did: str | None = None
    next_at: datetime | None = None


@dataclass
class Desk:
    """A worker's place: one target, one turn, one channel."""

    target_id: int
    turn: Turnkeeping
    uploads: Uploads
    planning: Planning
    targets: Targets
    files: Files
    clock: Clock
    tell: Tell
    rules: Rules
    jitter: Callable[[], float] = random.random
    _opening: Opening = field(init=False)
    _channel: Channel | None = field(default=None)

    def __post_init__(self) -> None:
        self._opening = Opening(self.target_id, self.turn, self.uploads, self.targets)

    async def channel(self) -> Channel | None:
        """Return the target as it is stored now."""
        self._channel = await self.uploads.channel(self.target_id)
        if self._channel is not None:
            await self._opening.mind(self._channel)
        return self._channel

    def is_signed_in(self, channel: Channel) -> bool:
        """Return whether the target is open as it is stored, and its channel the one that is stored."""
        return self._opening.is_open(channel)

    async def target(self) -> Target:
        """Return the open target: before an intent is written down it is better there."""
        return await self.ask(Phase.LOOK, _itself)

    async def close(self) -> None:
        """Let go of the target."""
        await self._opening.close()

    async def ask(self, phase: Phase, call: Callable[[Target], Awaitable[T]]) -> T:
        """Return a platform's answer. What it raises is an error of the table, or one of ours."""
        channel = await self.channel()
        if channel is None:
            raise OutrunError(f"target {self.target_id} was removed")
        try:
            return await self._opening.ask(channel, call)
        except (*_OURS, WellspringError):
            raise
        except Exception as error:
            log.error("target.crashed", target_id=self.target_id, phase=phase.value, exc_info=error)
            said = f"Something unexpected happened: {reason_of(error)}"
            if phase in {Phase.CREATE, Phase.SEND}:
                raise OutcomeUnknown(said, code="unexpected") from error
            raise Transient(said, code="unexpected") from error

    async def card(self, upload: Upload, facts: Facts) -> Card:
        """Return what the platform is told about an episode. Raises `BadTemplate`."""
        choices = upload.choices
        return Card(
            title=video_title(choices.title_template, facts, most=longest_title(self.kind)),
            description=description(choices.description_template, facts),
            tags=(*choices.tags, upload.marker),
            category=choices.category,
            language=choices.language,
            is_for_kids=choices.is_for_kids,
            visibility=choices.visibility,
            marker=upload.marker,
        )

    def film(self, upload: Upload, stored: Stored | None) -> Film:
        """Return the film as it is sent, or looked for where its file is gone."""
        return Film(
            path=Path() if stored is None else self.files.path(stored),
            size_bytes=upload.size_bytes or 0,
            duration_s=upload.duration_s or 0.0,
            sha256=upload.sha256 or b"",
        )

    async def happen(
        self, upload: Upload, happening: Happening, note: Note | None = None, **changes: Any
    ) -> Upload:
        """Store what happened and what it changed, and say so."""
        session = changes.get("session", upload.session)
        video_id = changes.get("video_id", upload.video_id)
        state = after(upload.state, happening, session=session, video_id=video_id)
        return await self.write(upload, replace(upload, state=state, **changes), note or Note())

    async def write(self, before: Upload, now_is: Upload, note: Note) -> Upload:
        """Store an upload and say so to those who watch."""
        now = self.clock.now()
        stored = await self.uploads.save(self.turn.fence, before, now_is, note, now=now)
        telling.count_end(self.kind, before, stored)
        if before.state is not stored.state:
            log.info(
                "upload.moved",
                upload_id=str(stored.upload_id),
                target_id=self.target_id,
                state=stored.state.value,
                code=note.code,
            )
        await self.say(stored)
        return stored

    async def say(self, upload: Upload, meter: Any = None) -> None:
        """Tell who watches. Nobody waits for it, and nothing is lost with it."""
        try:
            await self.tell(telling.progress(upload, at=self.clock.now(), meter=meter))
        except WellspringError as error:
            log.debug("progress.untold", reason=error.message)

    async def discard_twin(self, upload: Upload, video_id: str) -> None:
        """Take away a draft that is one too many."""
        await self.ask(Phase.FIND, lambda target: target.discard(video_id))
        said = f"The draft {video_id} was one too many and was taken away."
        await self.write(upload, upload, Note(code="twin_discarded", detail=said))

    @property
    def kind(self) -> str:
        """Return the kind of platform, for figures."""
        return self._channel.kind if self._channel is not None else "other"

    async def fail(self, upload: Upload, phase: Phase, error: WellspringError) -> Step:
        """Store what follows from a platform's error."""
        now = self.clock.now()
        outcome = outcome_of(
            error,
            phase,
            upload,
            makes_by_sending=self._opening.makes_by_sending,
            is_day_full=await self._is_day_full(upload),
            now=now,
            rules=self.rules,
        )
        if outcome.stops is ChannelState.AUTH_PAUSED:
            await self.close()  # who is let in again comes with other credentials
        changes = _changes(upload, outcome)
        if outcome.stops is not None and self._stays_as_it_is:
            changes["next_try_at"] = now + self.rules.wait_after(self.rules.most_tries)
        note = Note(
            code=outcome.code,
            detail=outcome.detail,
            stops=outcome.stops,
            stops_because=f"{outcome.code}: {outcome.detail}" if outcome.stops else None,
        )
        if outcome.happening is Happening.QUOTA:
            until = await self._quota_until(upload, error)
            changes |= {"next_try_at": until, "session": {**changes["session"], "waited": True}}
            said = f"{outcome.detail} {getattr(error, 'raw', '')[:1000]}".strip()
            note = Note(code=outcome.code, detail=said, quota_refused=True, quota_until=until)
        state = after(upload.state, outcome.happening, session=changes["session"], video_id=upload.video_id)
        moved = replace(upload, state=state, **changes)
        if outcome.happening is Happening.FAILED:
            note = replace(note, events=(telling.failed(moved, next_try_at=moved.next_try_at or now),))
        elif outcome.happening in {Happening.GAVE_UP, Happening.REFUSED}:
            note = replace(note, events=(telling.skipped(moved),))
        await self.write(upload, moved, note)
        return Step(did=f"{phase}: {outcome.happening}")

    @property
    def _stays_as_it_is(self) -> bool:
        """Return whether nothing stops the target more than it is: what is under way there goes on trying."""
        return self._channel is not None and self._channel.state in {ChannelState.PAUSED, ChannelState.HELD}

    async def _is_day_full(self, upload: Upload) -> bool:
        now, channel = self.clock.now(), self._channel
        if channel is None:
            return False
        used = await self.uploads.used(self.target_id, now=now)
        return is_full(used, channel.limits, (upload.duration_s or 0) / 60, now=now, rules=self.rules)

    async def _quota_until(self, upload: Upload, error: WellspringError) -> datetime:
        channel = self._channel
        now = self.clock.now()
        if channel is None:
            return now + timedelta(hours=1)
        return wait_after_refusal(
            await self.uploads.used(self.target_id, now=now),
            channel.limits,
            minutes=(upload.duration_s or 0) / 60,
            refusals=channel.quota_refusals,
            said=getattr(error, "until", None),
            now=now,
            jitter=self.jitter(),
            rules=self.rules,
        )


async def _itself(target: Target) -> Target:
    return target


def _changes(upload: Upload, outcome: Outcome) -> dict[str, Any]:
    session = dict(upload.session)
    if outcome.drops_place or outcome.drops_reference:
        session.pop("place", None)
        session.pop("used", None)
        session.pop("resumed", None)
    if outcome.drops_reference:
        session.pop("reference", None)
        session.pop("waited", None)
    changes: dict[str, Any] = {
        "session": session,
        "next_try_at": outcome.wait_until,
        "error_code": outcome.code,
        "error_detail": outcome.detail,
    }
    if outcome.counts:
        changes["tries"] = upload.tries + 1
    if outcome.drops_place or outcome.drops_reference:
        changes["bytes_sent"] = 0
    if outcome.happening is Happening.UNKNOWN:
        changes |= {"looks": 0, "looked_at": None, "session": {**session, "doubt": True, "first_look": None}}
    return changes


def bare_card(upload: Upload) -> Card:
    """Return what a film is known by where nothing else is known of it."""
    choices = upload.choices
    return Card(
        title=upload.video_title or "",
        description="",
        tags=(upload.marker,),
        category=choices.category,
        language=choices.language,
        is_for_kids=choices.is_for_kids,
        visibility=choices.visibility,
        marker=upload.marker,
    )
