"""What the uploader does about its schedules when something happens elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from wellspring_common.bus.port import Delivery, Handler
from wellspring_common.clock import Clock
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.envelope import Event

from .ports.uploads import Catalogue

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class UploadHandlers:
    """Answers facts of the consumer `uploader` as far as schedules are concerned."""

    catalogue: Catalogue
    clock: Clock

    def facts(self) -> Mapping[type[Event], Handler]:
        """Return what is done with facts."""
        return {CatalogChanged: self.on_catalog_changed}

    async def on_catalog_changed(self, delivery: Delivery) -> None:
        """Take episodes that are gone off, and let a title's place in the trash count at once."""
        event = delivery.event
        assert isinstance(event, CatalogChanged)  # noqa: S101  (the table decides)
        dropped = await self.catalogue.changed(delivery, event.title_id, event.merger, now=self.clock.now())
        if dropped:
            log.info("uploads.dropped", title_id=event.title_id, uploads=dropped)


def together(*tables: Mapping[type[Event], Handler]) -> dict[type[Event], Handler]:
    """Return one table of several: a fact that several parts wait for is handled by each, in order."""
    parts: dict[type[Event], list[Handler]] = {}
    for table in tables:
        for kind, handler in table.items():
            parts.setdefault(kind, []).append(handler)
    return {kind: handlers[0] if len(handlers) == 1 else _all(handlers) for kind, handlers in parts.items()}


def _all(handlers: list[Handler]) -> Handler:
    async def handle(delivery: Delivery) -> None:
        for handler in handlers:
            await handler(delivery)

    return handle
