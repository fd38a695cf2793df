"""The way of an upload from its turn to its publication, one step at a time."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from wellspring_common.errors import DependencyDown, Permanent, WellspringError
from wellspring_common.events.uploads import UploadState

from ..domain.calendar import Turn, slot_taken
from ..domain.faults import Phase
from ..domain.preflight import problems
from ..domain.refusals import FileRefused
from ..domain.states import Happening
from ..domain.upload import ChannelState, Upload, lasting
from ..ports.uploads import Note
from .before import out_before
from .desk import Desk, Step
from .making import Making
from .preparing import prepared
from .releasing import Releasing
from .sending import Sending

Way = Callable[[Upload], Awaitable[Step]]


@dataclass
class Going:
    """Brings films to one target, one after the other."""

    desk: Desk
    sending: Sending = field(init=False)
    ways: Mapping[UploadState, Way] = field(init=False)

    def __post_init__(self) -> None:
        making, releasing = Making(self.desk), Releasing(self.desk)
        self.sending = Sending(self.desk)
        self.ways = {
            UploadState.SESSION: self.sending.begin,
            UploadState.SENDING: self.sending.send,
            UploadState.SENT: making.create,
            UploadState.CREATE_INTENT: making.doubt,
            UploadState.UNCONFIRMED: making.reconcile,
            UploadState.CREATED: releasing.publish,
            UploadState.PUBLISH_INTENT: releasing.publish,
        }

    async def step(self) -> Step:
        """Make one decision and carry it out."""
        desk = self.desk
        now = desk.clock.now()
        channel = await desk.channel()
        plan = await desk.planning.replan(desk.target_id, now=now)
        upload = await desk.uploads.under_way(desk.target_id)
        if upload is None:
            due = plan.due
            return Step(next_at=plan.next_at) if due is None else await self._start(due)
        if channel is None or channel.state in {ChannelState.AUTH_PAUSED, ChannelState.HELD}:
            return Step()
        if upload.next_try_at is not None and upload.next_try_at > now:
            return Step(next_at=upload.next_try_at)
        return await self.ways[upload.state](upload)

    async def _sign_in(self, upload: Upload) -> Step:
        """Learn which channel this is before anything begins: its day may be full, or it is another's."""
        try:
            await self.desk.target()
        except DependencyDown:
            raise
        except WellspringError as error:
            return await self.desk.fail(upload, Phase.LOOK, error)
        return Step(did="signed in")

    async def _start(self, turn: Turn) -> Step:
        """Check a film before any byte of it goes, and take its slot."""
        desk = self.desk
        upload, channel = await desk.uploads.upload(turn.upload_id), await desk.channel()
        if upload is None or channel is None or turn.planned_at is None:
            return Step()
        if not desk.is_signed_in(channel):
            return await self._sign_in(upload)
        if upload.video_id is None:
            step = await out_before(desk, upload)
            if step is not None:
                return step
        stored = await desk.uploads.film(upload)
        try:
            card, _ = await prepared(desk, upload, stored)
            if stored is None:
                raise FileRefused("The film is not on the disk: download it.", code="file_missing")
            wrong = problems(await desk.files.look(stored), channel.limits)
            if wrong:
                raise FileRefused(wrong[0].detail, code=wrong[0].code)
        except Permanent as error:
            return await desk.fail(upload, Phase.BEGIN, error)
        now = desk.clock.now()
        changes: dict[str, Any] = {"next_try_at": None, "started_at": upload.started_at or now}
        if upload.video_id is None and upload.sha256 != stored.sha256:
            changes |= {"session": lasting(upload.session), "bytes_sent": 0}
        if upload.video_id is None:
            changes |= {
                "media_file_id": stored.media_file_id,
                "sha256": stored.sha256,
                "size_bytes": stored.size_bytes,
                "duration_s": stored.duration_s,
            }
        slot = slot_taken(turn.planned_at, timedelta(seconds=channel.interval_s), now=now, rules=desk.rules)
        is_retry = upload.state is UploadState.FAILED
        happening = Happening.STARTED if upload.state is UploadState.PLANNED else Happening.RESUMED
        note = Note(started_at=None if is_retry else slot)
        await desk.happen(upload, happening, note, video_title=card.title, **changes)
        return Step(did=f"{happening}")
