"""The platform of a history, and the database that a worker of it writes to: both keep books of their own."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.integration.uploader.histories.drawing import ERRORS, NO_TRY, Death, Mishap
from tests.support.platform import Crash, FakeTarget, Fault, Platform
from wellspring_common.events.uploads import UploadState
from wellspring_uploader.domain.upload import Channel, Upload
from wellspring_uploader.ports.targets import Card, Film, Processing, Sent, Told
from wellspring_uploader.ports.uploads import Note


class Broken(Exception):
    """What must never happen has happened."""


@dataclass
class Weather(Platform):
    """A channel on which things go wrong at the calls that were drawn."""

    mishaps: tuple[Mishap, ...] = ()
    judged: Mapping[int, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    """By title, how often something went wrong that may cost a try."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By title, how often something went wrong that may not."""
    about: str = ""

    def trouble(self, call: str) -> Fault | None:
        nth = self.calls[call]
        self.calls[call] += 1
        for one in self.mishaps:
            if (one.call, one.nth) == (call, nth):
                (self.refusals if one.what in NO_TRY else self.excuses)[self.about] += 1
                return Fault(ERRORS[one.what](), one.is_done, one.at)
        return None

    def make(self, card: Card, duration_s: float) -> str:
        video_id = super().make(card, duration_s)
        verdict = self.judged.get(len(self.made) - 1)
        if verdict is not None:
            self.verdicts[video_id] = Processing(verdict)
        return video_id


class StormyTarget(FakeTarget):
    """A target on such a channel: it knows which film a call is about, and takes no create too early."""

    platform: Weather

    async def begin(self, film: Film, card: Card) -> Mapping[str, Any]:
        self.platform.about = card.title
        return await super().begin(film, card)

    async def send(self, session: Mapping[str, Any], film: Film, told: Told) -> Sent:
        self.platform.about = session["title"]
        return await super().send(session, film, told)

    async def create(self, sent: Sent, card: Card) -> str:
        self.platform.about = card.title
        held = self.platform.sessions[sent.reference["session"]]
        if held.received != held.total:
            raise Broken(f"{card.title} was to be made of {held.received} of {held.total} bytes")
        return await super().create(sent, card)

    async def publish(self, video_id: str, card: Card) -> None:
        self.platform.about = card.title
        await super().publish(video_id, card)


class Blind(StormyTarget):
    """A control: it looks for nothing."""

    async def find(self, *_: Any, **__: Any) -> tuple[()]:
        self._before("find")
        return ()


class Hasty(Blind):
    """A control: it publishes what it makes at once, and looks for nothing."""

    async def create(self, sent: Sent, card: Card) -> str:
        made = len(self.platform.made)
        try:
            return await super().create(sent, card)
        finally:
            for number in range(made, len(self.platform.made)):
                await FakeTarget(self.platform).publish(f"v{number + 1}", card)


class Petty(StormyTarget):
    """A control: it calls a full day a failure."""

    async def create(self, sent: Sent, card: Card) -> str:
        from wellspring_common.errors import Transient  # noqa: PLC0415
        from wellspring_uploader.domain.refusals import QuotaReached  # noqa: PLC0415

        try:
            return await super().create(sent, card)
        except QuotaReached as error:
            raise Transient(error.message) from error


@dataclass
class Opening:
    """The `Targets` port: whoever opens the target has one of his own."""

    platform: Weather
    kind: type[StormyTarget]
    makes_by_sending: bool

    async def open(self, _: Channel) -> StormyTarget:
        return self.kind(self.platform, makes_by_sending=self.makes_by_sending)


class Edges:
    """The `Uploads` port over the real one: dies around the writes that were drawn, and reads every one."""

    def __init__(self, uploads: Any, deaths: tuple[Death, ...]) -> None:
        self._uploads = uploads
        self._deaths = {death.write: death for death in deaths}
        self.writes = 0
        self.untold: set[UUID] = set()
        """Uploads whose last write nobody was told of, because its writer died of it."""
        self._acknowledged: dict[UUID, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uploads, name)

    async def save(self, fence: int, before: Upload, after: Upload, note: Note, **more: Any) -> Upload:
        self.writes += 1
        death = self._deaths.get(self.writes)
        if death is not None and not death.is_done:
            raise Crash
        stored: Upload = await self._uploads.save(fence, before, after, note, **more)
        self._read(before, stored, note)
        if death is not None:
            self.untold.add(stored.upload_id)
            raise Crash
        self.untold.discard(stored.upload_id)
        return stored

    async def note_progress(self, fence: int, upload: Upload, bytes_sent: int) -> int:
        seq: int = await self._uploads.note_progress(fence, upload, bytes_sent)
        self._went_on(upload.upload_id, bytes_sent)
        return seq

    def _read(self, before: Upload, after: Upload, note: Note) -> None:
        if note.quota_refused and after.tries != before.tries:
            raise Broken(f"a full day cost {after.upload_id} a try")
        if after.tries - before.tries not in {0, 1}:
            raise Broken(f"{after.upload_id} went from {before.tries} to {after.tries} tries")
        if after.state in {UploadState.SESSION, UploadState.FAILED} or after.tries != before.tries:
            self._acknowledged[after.upload_id] = 0
        if after.state is UploadState.SENDING:
            self._went_on(after.upload_id, after.bytes_sent)

    def _went_on(self, upload_id: UUID, acknowledged: int) -> None:
        if acknowledged < self._acknowledged.get(upload_id, 0):
            raise Broken(f"{upload_id} went back to {acknowledged} bytes inside a try")
        self._acknowledged[upload_id] = acknowledged
