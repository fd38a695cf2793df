"""Bytes on their way: a place to send to, and the film from where the platform says it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from wellspring_common import metrics
from wellspring_common.errors import DependencyDown, WellspringError

from ..domain.faults import Phase
from ..domain.progress import Meter
from ..domain.states import Happening
from ..domain.upload import Upload, lasting
from ..ports.targets import Sent
from ..ports.uploads import Note
from .desk import Desk, Step
from .landing import made, take_found
from .preparing import known, ready

log = structlog.get_logger(__name__)


@dataclass
class Sending:
    """Sends the films of one target."""

    desk: Desk
    is_sending: bool = False
    """Whether bytes go: that may be interrupted at any moment, what else is asked is better waited for."""
    moved_at: datetime | None = None
    """When the platform acknowledged something last, while bytes go."""

    async def begin(self, upload: Upload) -> Step:
        """Get a place to send to."""
        desk = self.desk
        try:
            card, film = await ready(desk, upload)
            place = await desk.ask(Phase.BEGIN, lambda target: target.begin(film, card))
            target = await desk.target()
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.BEGIN, error)
        kept = lasting(upload.session)
        intended = desk.clock.now() if target.makes_by_sending else upload.intended_at
        await desk.happen(
            upload,
            Happening.BEGUN,
            session={**kept, "place": dict(place)},
            bytes_sent=0,
            intended_at=intended,
            next_try_at=None,
        )
        return Step(did="begin")

    async def send(self, upload: Upload) -> Step:
        """Send the film, from where the platform says it is."""
        desk = self.desk
        try:
            step = await self._made_before(upload)
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.FIND, error)
        if step is not None:
            return step
        try:
            _, film = await ready(desk, upload)
        except DependencyDown:
            raise
        except WellspringError as error:  # what it has made all the same may be listed only later
            doubt = {} if upload.intended_at is None else {"doubt": True}
            return await desk.fail(replace(upload, session={**upload.session, **doubt}), Phase.SEND, error)
        if not upload.session.get("used"):
            begun = replace(upload, session={**upload.session, "used": True}, next_try_at=None)
            upload = await desk.write(upload, begun, Note())
        else:
            upload = replace(upload, session={**upload.session, "resumed": True})
        place = upload.session["place"]
        courier = _Courier(
            desk, upload, Meter(upload.bytes_sent, film.size_bytes, now=desk.clock.now()), self
        )
        self.is_sending = True
        try:
            sent = await desk.ask(Phase.SEND, lambda target: target.send(place, film, courier.told))
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(courier.upload, Phase.SEND, error)
        finally:
            self.is_sending, self.moved_at = False, None
        return await self._all_sent(courier.upload, sent)

    async def _made_before(self, upload: Upload) -> Step | None:
        """Look for the video where the last byte may have arrived before we were interrupted."""
        desk = self.desk
        target = await desk.target()
        if not target.makes_by_sending or not upload.session.get("used"):
            return None
        return await take_found(desk, upload, *await known(desk, upload))

    async def _all_sent(self, upload: Upload, sent: Sent) -> Step:
        kept = lasting(upload.session)
        session = {**kept, "reference": dict(sent.reference)}
        changes: dict[str, Any] = {"session": session, "bytes_sent": upload.size_bytes or 0}
        if sent.video_id is None:
            await self.desk.happen(upload, Happening.ALL_SENT, **changes)
            return Step(did="sent")
        return await made(self.desk, upload, Happening.MADE, sent.video_id, **changes)


class _Courier:
    """Hears how far sending is, and passes it on at most twice a second."""

    def __init__(self, desk: Desk, upload: Upload, meter: Meter, sending: Sending) -> None:
        self.desk, self.upload, self.meter, self.sending = desk, upload, meter, sending
        sending.moved_at = desk.clock.now()

    async def told(self, acknowledged: int) -> None:
        """Take a figure of the platform."""
        now = self.desk.clock.now()
        more = self.meter.took(acknowledged, now=now)
        self.sending.moved_at = self.meter.moved_at
        if not more:
            return
        kind = self.desk.kind
        metrics.UPLOAD_BYTES.labels(kind).inc(more)
        if not self.meter.may_tell(now=now):
            return
        try:
            seq = await self.desk.uploads.note_progress(self.desk.turn.fence, self.upload, self.meter.bytes)
        except WellspringError as error:  # a film does not wait for our database
            log.debug("progress.unkept", reason=error.message)
            return
        self.upload = replace(self.upload, bytes_sent=self.meter.bytes, seq=seq)
        await self.desk.say(self.upload, self.meter)
