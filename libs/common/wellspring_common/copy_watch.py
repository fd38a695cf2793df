"""What the gateway hands out through a bucket: the newest copy that a service saw, else the last good one."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from .bus.port import RECONNECTED, Bus
from .errors import WellspringError
from .events.envelope import Event

POLL_S = 30.0
CATCH_UP_S = 0.1
CATCH_UP_TRIES = 50

log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where the copy is read from."""

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key, or nothing."""
        ...


class Copy(Protocol):
    """What travels through a bucket, as a pydantic model: it knows which change it belongs to."""

    @property
    def revision(self) -> int:
        """The number of the change."""
        ...

    def model_dump_json(self) -> str:
        """Return it as it travels."""
        ...


CopyT = TypeVar("CopyT", bound=Copy)


class CopyWatch(Generic[CopyT]):
    """Follows one value of a bucket. `change` is the event that tells of a new one, with its `revision`."""

    kind: ClassVar[type[BaseModel]]
    change: ClassVar[type[Event]]
    key: ClassVar[str]
    noun: ClassVar[str]
    """Names what is followed in the log."""
    file: ClassVar[str]
    """Names the file that keeps the last good copy."""

    def __init__(self, bus: Bus, source: Source, *, keep_in: Path | None, at_first: CopyT) -> None:
        self._bus = bus
        self._source = source
        self._file = keep_in / self.file if keep_in else None
        self._value: bytes | None = None
        self.copy: CopyT = self._settled(self._kept() or at_first, at_first)

    @property
    def revision(self) -> int:
        """Return the number of the change that is held."""
        return self.copy.revision

    async def run(self) -> None:
        """Follow changes until cancelled."""
        async with self._bus.listen(self.change.subject) as heard:
            await self._refresh(0)
            listening = aiter(heard)
            while True:
                wanted = 0
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        subject, payload = await anext(listening)
                        if subject != RECONNECTED:
                            wanted = self._revision_in(payload)
                await self._refresh(wanted)

    def _settled(self, fresh: CopyT, before: CopyT) -> CopyT:  # noqa: ARG002  (for subclasses)
        """Return what is held from now on, of a fresh copy and of the one before."""
        return fresh

    async def _refresh(self, wanted: int) -> None:
        # The event and the bucket travel apart: wait for the bucket to have what the event spoke of.
        for _ in range(CATCH_UP_TRIES):
            with suppress(WellspringError):
                self._take(await self._source.get(self.key))
            if self.revision >= wanted:
                return
            await asyncio.sleep(CATCH_UP_S)

    def _take(self, value: bytes | None) -> None:
        if value is None or value == self._value:
            return
        try:
            fresh = self._decoded(value)
        except ValidationError as error:
            log.error("copy.refused", of=self.noun, reason=str(error))
            return
        self._value = value
        settled = self._settled(fresh, self.copy)
        if settled == self.copy:
            return
        self.copy = settled
        log.info("copy.taken", of=self.noun, revision=settled.revision)
        if self._file is not None:
            with suppress(OSError):
                _write(self._file, settled.model_dump_json())

    def _kept(self) -> CopyT | None:
        if self._file is None:
            return None
        try:
            return self._decoded(self._file.read_bytes())
        except (OSError, ValidationError):
            return None

    def _decoded(self, value: bytes) -> CopyT:
        found: Any = self.kind.model_validate_json(value)
        return found  # type: ignore[no-any-return]  # a class variable cannot be generic

    def _revision_in(self, payload: bytes) -> int:
        """Return the revision that an event speaks of: zero, and so any, where it cannot be read."""
        try:
            event = self.change.decode(payload)
        except ValidationError as error:
            log.warning("copy.undecodable", of=self.noun, reason=str(error))
            return 0
        return int(getattr(event, "revision", 0))


def _write(file: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old or the new one, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
