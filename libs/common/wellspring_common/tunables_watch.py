"""The run-time settings as a service sees them: from the bucket, else from the last good copy."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import ValidationError

from .bus.port import RECONNECTED, Bus
from .errors import WellspringError
from .events.config import SettingsChanged
from .tunables import TUNABLES_KEY, Tunables, TunablesCopy

POLL_S = 30.0
CATCH_UP_S = 0.1
CATCH_UP_TRIES = 50

log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where the copy is read from."""

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key, or nothing."""
        ...


class TunablesWatch:
    """Holds the current run-time settings."""

    def __init__(self, bus: Bus, source: Source, *, keep_in: Path | None) -> None:
        self._bus = bus
        self._source = source
        self._file = keep_in / "tunables.json" if keep_in else None
        self._copy = self._kept() or TunablesCopy(revision=0, values=Tunables())

    @property
    def current(self) -> Tunables:
        """Return the settings as last heard."""
        return self._copy.values

    @property
    def revision(self) -> int:
        """Return the number of the change that `current` belongs to."""
        return self._copy.revision

    async def run(self) -> None:
        """Follow changes until cancelled."""
        async with self._bus.listen(SettingsChanged.subject) as heard:
            await self._refresh(0)
            listening = aiter(heard)
            while True:
                wanted = 0
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        subject, payload = await anext(listening)
                        if subject != RECONNECTED:
                            wanted = _revision_in(payload)
                await self._refresh(wanted)

    async def _refresh(self, wanted: int) -> None:
        # The event and the bucket travel apart: wait for the bucket to have what the event spoke of.
        for _ in range(CATCH_UP_TRIES):
            with suppress(WellspringError):
                self._take(await self._source.get(TUNABLES_KEY))
            if self.revision >= wanted:
                return
            await asyncio.sleep(CATCH_UP_S)

    def _take(self, value: bytes | None) -> None:
        if value is None:
            return
        try:
            copy = TunablesCopy.model_validate_json(value)
        except ValidationError as error:
            log.error("settings.refused", reason=str(error))
            return
        if copy == self._copy:
            return
        self._copy = copy
        log.info("settings.taken", revision=copy.revision)
        if self._file is not None:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(copy.model_dump_json(), encoding="utf-8")

    def _kept(self) -> TunablesCopy | None:
        if self._file is None:
            return None
        try:
            return TunablesCopy.model_validate_json(self._file.read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            return None


def _revision_in(payload: bytes) -> int:
    """Return the revision that an event speaks of: zero, and so any, where it cannot be read."""
    try:
        event = SettingsChanged.decode(payload)
    except ValidationError as error:
        log.warning("settings.undecodable", reason=str(error))
        return 0
    return event.revision if isinstance(event, SettingsChanged) else 0
